"""On the rail nobody says that a change was seen that a fold hides, and what is cancelled moves no ticket."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from boards.hands import button, card, expect_live, move, order_of, set_operations
from boards.keyboard.keyboard_steps import press
from boards.rail.steps import open_rail, order_of_lines, places
from boards.tap_steps import log_of
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import AddLine, VoidLine
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.restaurants.stations import Station
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.server import wait_for

Open = Callable[..., Page]
Change = Callable[..., None]
ADDED, VOIDED = AddLine(NewItem("Soup", 1)), VoidLine(20)


@pytest.mark.parametrize(("wanted", "said"), [(ADDED, "NEW"), (VOIDED, "VOID")], ids=["new", "void"])
def test_a_change_that_a_fold_hides_is_shown_before_it_can_be_called_seen(
    app: Flask, cedar: House, change: Change, open_page: Open, wanted: changes.Change, said: str
) -> None:
    order = order_of_lines(app, cedar, 20)
    move(app, cedar, order, OrderStatus.CONFIRMED)
    page = open_rail(open_page, cedar)
    change(order, wanted)
    ticket = card(page, order)
    expect(ticket.locator(".fold")).to_contain_text(said)
    hidden = ticket.locator("li", has_text=said)
    expect(hidden).to_be_hidden()
    button(page, order, "Seen").click()
    tapped = page.evaluate("performance.now()")
    expect(hidden).to_be_visible()
    assert "acknowledge Nour" not in log_of(app, cedar, order)
    page.wait_for_function("tapped => performance.now() - tapped > 1000", arg=tapped)
    button(page, order, "Seen").click()
    expect(ticket.get_by_role("button", name="Seen")).to_have_count(0)
    assert log_of(app, cedar, order)[-1] == "acknowledge Nour"


def test_a_change_that_is_shown_is_called_seen_with_one_tap(
    app: Flask, cedar: House, change: Change, open_page: Open
) -> None:
    order = order_of_lines(app, cedar, 3)
    page = open_rail(open_page, cedar)
    change(order, ADDED)
    button(page, order, "Seen").click()
    expect(card(page, order).get_by_role("button", name="Seen")).to_have_count(0)
    expect(page.locator(".card:popover-open")).to_have_count(0)
    assert log_of(app, cedar, order)[-1] == "acknowledge Nour"


def test_the_key_that_opens_a_folded_change_calls_it_seen_and_closes_it_again(
    app: Flask, cedar: House, change: Change, open_page: Open
) -> None:
    order = order_of_lines(app, cedar, 20)
    page = open_rail(open_page, cedar)
    change(order, ADDED)
    expect(card(page, order).locator(".fold")).to_contain_text("NEW")
    press(page, "ArrowDown", "Enter")
    expect(card(page, order).locator("li", has_text="NEW")).to_be_visible()
    press(page, "Enter")
    expect(card(page, order).get_by_role("button", name="Seen")).to_have_count(0)
    expect(page.locator(".card:popover-open")).to_have_count(0)
    wait_for(lambda: log_of(app, cedar, order)[-1] == "acknowledge Nour", "it to be sent")


def test_a_cancellation_moves_no_ticket_and_is_not_what_a_finger_on_its_way_taps(
    app: Flask, cedar: House, open_page: Open
) -> None:
    orders = [order_of_lines(app, cedar, 5, in_minutes=10 + number) for number in range(12)]
    page = open_rail(open_page, cedar)
    before = places(page)
    assert len(before) > 6
    gone = orders[-1]
    assert f"order-{gone}" not in before
    page.evaluate("""() => new MutationObserver(() => {
      const alarm = document.querySelector(".alarm .card");
      window.first ??= alarm && getComputedStyle(alarm).pointerEvents;
    }).observe(document.querySelector(".alarm .cards"), { childList: true })""")
    move(app, cedar, gone, OrderStatus.CANCELLED)
    seen = page.locator(".alarm").get_by_role("button", name="Seen")
    expect(seen).to_be_visible()
    assert page.evaluate("window.first") == "none"
    expect(page.locator("#counts")).to_contain_text("11 open")
    assert places(page) == before
    foot, strip = page.locator(".foot").bounding_box(), page.locator(".alarm .card").bounding_box()
    assert foot is not None and strip is not None
    assert strip["y"] + strip["height"] <= foot["y"] + 1
    seen.click()
    expect(page.locator(".alarm")).to_be_hidden()
    assert places(page) == before


def test_neither_what_came_of_a_tap_nor_the_strip_of_unseen_orders_moves_a_ticket(
    app: Flask, cedar: House, open_page: Open
) -> None:
    set_operations(app, cedar, stations=(Station("Grill", ("dish",)), Station("Bar", ("lemonade",))))
    for number in range(12):
        order_of_lines(app, cedar, 5, in_minutes=10 + number)
    page = open_rail(open_page, cedar)
    page.evaluate("localStorage.setItem('stations:hamra', JSON.stringify(['Grill']))")
    page.reload()
    expect_live(page)
    before = places(page)
    assert len(before) > 6
    page.evaluate("""() => {
      const said = document.createElement("p");
      Object.assign(said, { className: "problem", textContent: "Till had done that already." });
      document.getElementById("notice").replaceChildren(said);
    }""")
    expect(page.locator("#notice p")).to_be_in_viewport(ratio=1)
    order_of(app, cedar, NewItem("Lemonade", 1))
    strip = page.locator("#unshown")
    expect(strip).to_be_visible(timeout=15_000)
    assert places(page) == before
    foot, over = page.locator(".foot").bounding_box(), strip.bounding_box()
    assert foot is not None and over is not None
    assert over["y"] + over["height"] <= foot["y"] + 1


def test_what_was_refused_is_read_over_a_ticket_that_lies_open(
    app: Flask, cedar: House, open_page: Open
) -> None:
    tapped, opened = (order_of_lines(app, cedar, 3) for _ in range(2))
    move(app, cedar, opened, OrderStatus.CONFIRMED)
    page = open_rail(open_page, cedar, strict=False)
    page.route("**/stream*", lambda route: route.abort())  # so that the page does not know what happened next
    page.evaluate("document.querySelector('[hx-sse\\\\:connect]').remove()")
    move(app, cedar, tapped, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    held: list[Route] = []
    page.route("**/transitions", lambda route: held.append(route))
    with page.expect_request("**/transitions"):
        button(page, tapped, "Confirm").click()
    card(page, opened).locator(".facts").click()
    lies_open = page.locator(".card:popover-open")
    expect(lies_open).to_have_count(1)
    held[0].continue_()
    expect(page.locator("#refused")).to_contain_text("The order is preparing by now")
    lies_open.locator("button.line").first.click()
    expect(lies_open.locator("[data-done]")).to_have_count(1)
    page.locator("#refused").get_by_role("button", name="Dismiss").click()
    expect(page.locator("#refused .problem")).to_have_count(0)
    button(page, opened, "Start").click()
    expect(button(page, opened, "Ready")).to_be_visible()
