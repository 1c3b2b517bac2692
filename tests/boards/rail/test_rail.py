"""The kitchen's rail: what must be begun next stands first, a head is one button, no page hides unsaid."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from boards.hands import KITCHEN, act, card, line, move
from boards.rail.steps import expect_numbers, numbers, open_rail, order_of_lines, places, tickets
from boards.tap_steps import log_of, set_undo
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import rule_sets
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus, RuleSet
from support.cast import House
from support.pages import page_recorder
from support.pages.page_clock import install_clock
from support.server import wait_for

Open = Callable[..., Page]
COOKING = (OrderStatus.CONFIRMED, OrderStatus.PREPARING)


def test_tickets_stand_by_when_they_must_be_begun_whatever_their_state(
    app: Flask, cedar: House, open_page: Open
) -> None:
    last = order_of_lines(app, cedar, 2, in_minutes=40)
    first = order_of_lines(app, cedar, 2, in_minutes=10)
    second = order_of_lines(app, cedar, 2, in_minutes=25)
    move(app, cedar, last, *COOKING)
    move(app, cedar, second, OrderStatus.CONFIRMED)
    page = open_rail(open_page, cedar)
    expect_numbers(page, 2, 3, 1)
    row = [card(page, each).bounding_box() for each in (first, second, last)]
    assert [box["y"] for box in row if box] == [row[0]["y"]] * 3, "the top row is what is next"  # type: ignore[index]
    assert [box["x"] for box in row if box] == sorted(box["x"] for box in row if box)

    act(app, cedar, last, OrderAction.RUSH)  # by the kitchen's 20 minutes sooner
    expect_numbers(page, 2, 1, 3)


def test_a_tap_anywhere_on_the_head_takes_the_next_step_and_the_ticket_stays(
    app: Flask, cedar: House, open_page: Open
) -> None:
    orders = [order_of_lines(app, cedar, 3, in_minutes=10 + number) for number in range(3)]
    move(app, cedar, orders[1], OrderStatus.CONFIRMED)
    page = open_rail(open_page, cedar)
    before = places(page)
    for order, step, after in zip(orders, ("Confirm", "Start"), COOKING, strict=False):
        expect(card(page, order).locator("button.primary")).to_have_text(step)
        card(page, order).click(position={"x": 25, "y": 30})  # on its number
        expect(card(page, order)).to_have_attribute("data-status", after)
        assert log_of(app, cedar, order)[-1] == f"{after} Nour"
    assert places(page) == before


def test_a_second_knock_on_a_head_is_not_a_second_step(app: Flask, cedar: House, open_page: Open) -> None:
    order = order_of_lines(app, cedar, 2)
    page = open_rail(open_page, cedar)
    box = card(page, order).locator("button.primary").bounding_box()
    assert box is not None
    for _ in range(2):
        page.mouse.click(box["x"] + 20, box["y"] + 20)
    expect(card(page, order)).to_have_attribute("data-status", "confirmed")
    expect(card(page, order).locator("button.primary")).to_have_text("Start")
    assert log_of(app, cedar, order) == ["confirmed Nour"]


def test_what_is_on_other_pages_is_said_at_the_foot_and_new_ones_are_a_tap_away(
    app: Flask, cedar: House, open_page: Open
) -> None:
    orders = [order_of_lines(app, cedar, 10, in_minutes=10 + number) for number in range(12)]
    for order in orders[:11]:
        move(app, cedar, order, OrderStatus.CONFIRMED)
    page = open_rail(open_page, cedar)
    shown = tickets(page).count()
    assert 3 < shown < 12
    foot = page.locator("#page-next")
    expect(foot).to_have_text(f"{12 - shown} more · 1 new")
    expect(page.locator("#page-before")).to_be_hidden()
    foot.click()
    expect(page.locator("#page-before")).to_have_accessible_name(f"Back: {shown} before")
    page.locator("#page-before").click()
    expect(card(page, orders[0])).to_be_visible()
    expect(card(page, orders[-1])).to_be_hidden()
    page.locator("#to-new").click()
    expect(card(page, orders[-1])).to_be_visible()


def test_from_a_later_page_one_tap_leads_to_the_first(app: Flask, cedar: House, open_page: Open) -> None:
    for number in range(20):
        order_of_lines(app, cedar, 10, in_minutes=number + 1)
    page = open_rail(open_page, cedar)
    first = page.get_by_role("button", name="Page 1")
    for shown in ("2", "3"):
        expect(first).to_be_hidden()
        page.locator("#page-next").click()
        expect(page.locator("#page")).to_have_text(shown)
    first.click()
    expect(page.locator("#page")).to_have_text("1")
    expect(first).to_be_hidden()
    expect(page.locator("#page-before")).to_be_hidden()


@pytest.mark.usefixtures("lines_asked")
def test_where_a_house_wants_lines_struck_off_the_head_asks_first(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order = order_of_lines(app, cedar, 2)
    move(app, cedar, order, *COOKING)
    page = open_rail(open_page, cedar)
    card(page, order).click(position={"x": 25, "y": 30})  # on its number
    expect(card(page, order)).to_contain_text("2 lines are not struck off.")


def test_ready_is_one_tap_on_the_head_that_can_be_taken_back_for_five_seconds(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order = order_of_lines(app, cedar, 2)
    move(app, cedar, order, *COOKING)
    page = open_rail(open_page, cedar)
    head = card(page, order).locator("button.primary")
    expect(head).to_have_attribute("data-undo", "5")
    card(page, order).click(position={"x": 25, "y": 30})  # on its number
    expect(head).to_contain_text("Undo")
    expect(head).to_have_attribute("data-undoing", re.compile(".+"))
    page.wait_for_function(
        "began => performance.now() - began > 700", arg=page.evaluate("performance.now()")
    )  # sooner, it would be a second knock
    head.click()
    expect(head).to_have_text("Ready")
    assert log_of(app, cedar, order)[-1] == "preparing Till"
    page.wait_for_function("began => performance.now() - began > 700", arg=page.evaluate("performance.now()"))
    head.click()
    expect(card(page, order)).to_have_attribute("data-status", "ready", timeout=10_000)
    assert log_of(app, cedar, order)[-1] == "ready Nour"


def test_a_new_order_never_turns_the_page(app: Flask, cedar: House, open_page: Open) -> None:
    for number in range(12):
        order_of_lines(app, cedar, 10, in_minutes=10 + number)
    page = open_rail(open_page, cedar)
    page.locator("#page-next").click()
    urgent = order_of_lines(app, cedar, 2, in_minutes=1)
    expect(page.locator(f"#order-{urgent}")).to_be_attached()
    expect(page.locator("#page")).to_have_text("2")
    expect(card(page, urgent)).to_be_hidden()
    page.locator("#page-before").click()
    expect(card(page, urgent)).to_be_visible()


def test_a_fold_says_how_many_lines_it_hides_and_that_one_is_of_an_allergy(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order = order_of_lines(app, cedar, 25, notes="Allergy: nuts")
    page = open_rail(open_page, cedar, viewport={"width": 1280, "height": 1400})
    fold = card(page, order).locator(".fold")
    expect(fold).to_have_text(re.compile(r"\+13 lines\s+Allergy", re.IGNORECASE))
    expect(card(page, order).locator("[data-line='12']")).to_be_visible()
    expect(card(page, order).locator("[data-line='13']")).to_be_hidden()
    fold.click()
    expect(card(page, order).locator("[data-line='25']")).to_be_visible()


def test_a_held_ticket_is_its_head_and_its_reason_until_a_manager_releases_it(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order = order_of_lines(app, cedar, 4)
    act(app, cedar, order, OrderAction.HOLD, detail="The guest is late")
    page = open_rail(open_page, cedar, person=cedar.maya)
    ticket = card(page, order)
    expect(ticket).to_contain_text("The guest is late")
    expect(ticket.locator("[data-line='1']")).to_be_hidden()
    expect(ticket.locator(".fold")).to_have_text("+4 lines")
    ticket.locator(".fold").click()
    ticket.get_by_role("button", name="Release").click()
    expect(ticket).not_to_have_attribute("data-held", "")
    ticket.get_by_role("button", name="Close").click()
    expect(ticket.locator("[data-line='1']")).to_be_visible()
    expect(ticket.locator(".fold")).to_have_count(0)
    assert log_of(app, cedar, order) == ["hold Till", "release Maya"]


def test_a_tap_below_the_head_opens_the_ticket_and_a_tap_beside_it_does_nothing_but_close_it(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order = order_of_lines(app, cedar, 3, in_minutes=10)
    other = order_of_lines(app, cedar, 3, in_minutes=20)
    move(app, cedar, order, *COOKING)
    page = open_rail(open_page, cedar)
    ticket = card(page, order)
    ticket.locator(".items").click()
    expect(ticket.get_by_role("button", name="Close")).to_be_visible()
    expect(ticket.get_by_text("Delay…")).to_be_visible()
    line(page, order, 2).click()
    expect(ticket.locator("[data-line='2']")).to_have_attribute("data-done", "")
    box = card(page, other).locator("button.primary").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 10, box["y"] + 10)
    expect(ticket.get_by_role("button", name="Close")).to_be_hidden()
    expect(card(page, other)).to_have_attribute("data-status", "pending")
    wait_for(lambda: log_of(app, cedar, order)[-1] == "strike 2 Nour", "the line to be struck in the log")


def test_an_open_ticket_stays_open_while_others_move_it(app: Flask, cedar: House, open_page: Open) -> None:
    order = order_of_lines(app, cedar, 3)
    page = open_rail(open_page, cedar)
    ticket = card(page, order)
    ticket.locator(".items").click()
    move(app, cedar, order, OrderStatus.CONFIRMED)
    expect(ticket).to_have_attribute("data-status", "confirmed")
    expect(ticket.get_by_role("button", name="Close")).to_be_visible()


def test_a_ticket_that_has_left_the_rail_closes_and_the_rest_goes_on(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order = order_of_lines(app, cedar, 3)
    move(app, cedar, order, *COOKING)
    page = open_rail(open_page, cedar)
    card(page, order).locator(".items").click()
    expect(card(page, order).get_by_role("button", name="Close")).to_be_visible()
    move(app, cedar, order, OrderStatus.READY)
    expect(card(page, order)).to_be_hidden()
    order_of_lines(app, cedar, 2)
    expect_numbers(page, 2)


def test_in_large_density_lines_are_struck_off_where_they_stand(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order = order_of_lines(app, cedar, 3)
    move(app, cedar, order, *COOKING)
    page = open_rail(open_page, cedar)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Large").click()
    page.keyboard.press("Escape")
    box = line(page, order, 1).bounding_box()
    assert box is not None and box["height"] >= 48
    line(page, order, 1).click()
    expect(card(page, order).locator("[data-line='1']")).to_have_attribute("data-done", "")
    expect(card(page, order).get_by_role("button", name="Close")).to_be_hidden()


def test_ready_orders_are_in_a_drawer_from_which_they_are_recalled(
    app: Flask, cedar: House, open_page: Open
) -> None:
    with tenant_context(app, cedar.tenant_id):
        rule_sets.choose(RuleSet.EXTENDED, by=cedar.maya.principal)
    order = order_of_lines(app, cedar, 2)
    move(app, cedar, order, *COOKING, OrderStatus.READY)
    page = open_rail(open_page, cedar)
    expect(card(page, order)).to_be_hidden()
    page.get_by_role("button", name="Ready · recall 1").click()
    expect(card(page, order)).to_be_visible()
    card(page, order).get_by_text("Recall…").click()
    card(page, order).get_by_label("Why recall it?").fill("Sent too early")
    card(page, order).get_by_role("button", name="Recall", exact=True).click()
    expect(card(page, order)).to_have_attribute("data-status", "preparing")
    page.keyboard.press("Escape")
    expect(card(page, order)).to_be_visible()


def test_the_tablet_keeps_its_view_and_its_density(app: Flask, cedar: House, open_page: Open) -> None:
    order = order_of_lines(app, cedar, 2)
    page = open_rail(open_page, cedar)
    size = "getComputedStyle(document.querySelector('.card .dish')).fontSize"
    assert page.evaluate(size) == "20px"
    page.get_by_role("button", name="Menu").click()
    for name, pixels in (("Compact", "16px"), ("Large", "28px")):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
        assert page.evaluate(size) == pixels
    page.get_by_role("button", name="Columns").click()
    expect(page.locator("#title-pending")).to_be_visible()
    page.reload()
    expect(page.locator("#title-pending")).to_be_visible()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="One line").click()
    expect(page.locator("html")).to_have_attribute("data-view", "rail")
    expect(card(page, order)).to_have_attribute("data-spot", "1")
    assert page.evaluate(size) == "28px"


def test_a_low_screen_begins_compact_and_a_phone_scrolls(app: Flask, cedar: House, open_page: Open) -> None:
    orders = [order_of_lines(app, cedar, 6, in_minutes=10 + number) for number in range(8)]
    page = open_rail(open_page, cedar, viewport={"width": 1024, "height": 600})
    assert page.evaluate("document.documentElement.dataset.density") == "compact"
    phone = open_rail(open_page, cedar, viewport={"width": 390, "height": 844})
    expect(card(phone, orders[0])).to_be_in_viewport()
    expect(card(phone, orders[-1])).not_to_be_in_viewport()
    expect(phone.locator("#page-next")).to_have_text(re.compile(r"^[456] more"))
    card(phone, orders[-1]).scroll_into_view_if_needed()
    expect(phone.locator("#page-next")).to_be_hidden()


def test_an_order_that_is_ready_leaves_a_hole_until_the_finger_is_gone(
    app: Flask, cedar: House, open_page: Open
) -> None:
    orders: list[uuid.UUID] = [order_of_lines(app, cedar, 2, in_minutes=10 + number) for number in range(6)]
    for order in orders:
        move(app, cedar, order, *COOKING)
    page = open_rail(open_page, cedar)
    page.mouse.move(640, 600)
    before = {order: card(page, order).bounding_box() for order in orders[1:]}
    page.mouse.down()
    move(app, cedar, orders[0], OrderStatus.READY)
    expect(card(page, orders[0])).to_be_hidden()
    assert {order: card(page, order).bounding_box() for order in orders[1:]} == before
    page.mouse.up()
    page.wait_for_function("id => document.getElementById(id).dataset.spot === '1'", arg=f"order-{orders[1]}")


def test_an_empty_rail_says_when_the_next_order_for_later_begins(
    app: Flask, cedar: House, open_page: Open
) -> None:
    page = open_rail(open_page, cedar)
    expect(page.locator(".rail-empty")).to_have_text("No open orders")
    later = [order_of_lines(app, cedar, 1, in_minutes=minutes) for minutes in (300, 240)]
    begins = card(page, later[1]).locator(".begins")
    expect(begins).to_have_text(re.compile("begins "))
    expect(page.locator(".rail-empty")).to_have_text(f"No open orders · Next: 2, {begins.text_content()}")
    order_of_lines(app, cedar, 1)
    expect(page.locator(".rail-empty")).to_be_hidden()


def test_escape_closes_a_drawer_and_leaves_a_ready_that_can_be_undone(
    app: Flask, cedar: House, open_page: Open
) -> None:
    set_undo(app, cedar, {OrderStatus.READY: 3})
    order = order_of_lines(app, cedar, 1)
    move(app, cedar, order, *COOKING)
    act(app, cedar, order, OrderAction.STRIKE, 1)
    page = open_rail(open_page, cedar)
    card(page, order).get_by_role("button", name="Ready").click()
    page.locator("#ready-toggle").click()
    expect(page.locator("#passing")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#passing")).to_be_hidden()
    expect(card(page, order)).to_have_attribute("data-status", "ready", timeout=10_000)


def test_new_ones_are_gone_through_page_by_page(app: Flask, cedar: House, open_page: Open) -> None:
    for number in range(20):
        order_of_lines(app, cedar, 10, in_minutes=number + 1)
    page = open_rail(open_page, cedar)
    pages = []
    for _ in range(3):
        pages.append(numbers(page))
        page.locator("#to-new").click()
        page.wait_for_function(
            "before => document.querySelector('.card[data-spot=\"1\"] h3').textContent.trim() !== before",
            arg=pages[-1][0],
        )
    assert len({shown[0] for shown in pages}) == 3


def test_nothing_moves_while_a_finger_stays_down(app: Flask, cedar: House, open_page: Open) -> None:
    orders = [order_of_lines(app, cedar, 2, in_minutes=10 + number) for number in range(4)]
    page = open_rail(open_page, cedar)
    before = places(page)
    page.mouse.move(5, 400)
    page.mouse.down()
    first = order_of_lines(app, cedar, 2, in_minutes=1)
    expect(card(page, first)).to_be_attached()
    page.wait_for_function(
        "began => performance.now() - began > 2000", arg=page.evaluate("performance.now()")
    )
    assert places(page) == before
    page.mouse.up()
    page.wait_for_function("id => document.getElementById(id).dataset.spot === '1'", arg=f"order-{first}")
    assert len(places(page)) == len(orders) + 1


def test_a_menu_that_is_left_open_hides_new_orders_for_ten_seconds_at_most_and_so_does_a_ticket(
    app: Flask, cedar: House, open_page: Open
) -> None:
    for number in range(12):
        order_of_lines(app, cedar, 10, in_minutes=10 + number)
    page = open_rail(open_page, cedar, strict=False)
    install_clock(page)
    page_recorder.expect_state(page, "live")
    page.locator("[popovertarget=menu]").click()
    page.clock.fast_forward("00:05")
    page.keyboard.press("Tab")  # somebody is at it
    before = places(page)
    first = order_of_lines(app, cedar, 2, in_minutes=1)
    expect(card(page, first)).to_be_attached()
    page.clock.fast_forward("00:08")
    assert places(page) == before
    page.clock.fast_forward("00:04")
    page.wait_for_function("id => document.getElementById(id).dataset.spot === '1'", arg=f"order-{first}")
    expect(page.locator("#menu")).to_be_visible()

    page.keyboard.press("Escape")
    last = page.locator(f".card[data-spot='{len(places(page))}']").get_attribute("id")
    ticket = page.locator(f"#{last}")
    ticket.locator(".items").click()
    close = ticket.get_by_role("button", name="Close")
    expect(close).to_be_visible()
    another = order_of_lines(app, cedar, 10, in_minutes=-5)
    expect(card(page, another)).to_be_attached()
    page.clock.fast_forward("00:12")
    page.wait_for_function("id => document.getElementById(id).dataset.spot === '1'", arg=f"order-{another}")
    expect(ticket).not_to_have_attribute("data-spot", re.compile("."))
    expect(close).to_be_visible()
    close.click()
    expect(ticket).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_no_phone_is_wider_than_its_screen_however_many_orders_wait(
    app: Flask, cedar: House, open_page: Open, language: str
) -> None:
    for number in range(16):
        order_of_lines(app, cedar, 6, in_minutes=number + 1)
    phone = {"width": 320, "height": 640}
    page = open_page(cedar.nour, KITCHEN, view="rail", viewport=phone, locale=language)
    expect(page.locator("#page-next")).to_be_visible()
    wide = "[document.documentElement.scrollWidth, document.querySelector('.foot').scrollWidth]"
    assert page.evaluate(wide) == [320, 320]


def touch(page: Page, place: Locator) -> None:
    """A mouse stands in for a finger that is put down."""
    box = place.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()


def test_a_long_press_strikes_a_line_off_where_it_stands_and_a_tap_still_opens_the_ticket(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order = order_of_lines(app, cedar, 4)
    move(app, cedar, order, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    page = open_rail(open_page, cedar)
    touch(page, page.locator(".foot"))  # the first touch brings the script
    page.mouse.up()
    expect(page.locator("link[href*='press.css']")).to_be_attached()
    third = card(page, order).locator("[data-line='3']")
    touch(page, third)
    expect(third).to_have_attribute("data-pressed", "")
    expect(third).to_have_attribute("data-done", "")
    page.mouse.up()
    expect(third).not_to_have_attribute("data-pending", "")
    touch(page, third)
    expect(third).not_to_have_attribute("data-done", "")
    page.mouse.up()
    expect(page.locator(".card:popover-open")).to_have_count(0)
    expect(third).not_to_have_attribute("data-pending", "")
    touch(page, third)
    page.mouse.move(5, 5)  # slides off
    expect(third).not_to_have_attribute("data-pressed", "")
    page.mouse.up()
    third.click()
    expect(page.locator(".card:popover-open")).to_have_count(1)
    assert log_of(app, cedar, order)[-2:] == ["strike 3 Nour", "unstrike 3 Nour"]
