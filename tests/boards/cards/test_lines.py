"""Lines are struck off with one tap, for all tablets; what is left is asked about where a house wants it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from boards.hands import (
    COOKING,
    DISPATCH,
    KITCHEN,
    act,
    button,
    card,
    expect_live,
    line,
    move,
    order_of,
    set_operations,
)
from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.restaurants.order_handling import OrderHandling
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House, Person
from support.server import wait_for

Place = Callable[..., uuid.UUID]
StatusOf = Callable[[House, uuid.UUID], OrderStatus]
Open = Callable[..., Page]


def is_struck(page: Page, order_id: uuid.UUID, position: int, is_done: bool) -> None:
    expect(line(page, order_id, position)).to_have_attribute("aria-pressed", str(is_done).lower())


def test_a_tap_strikes_a_line_off_on_every_tablet_and_another_takes_it_back(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *COOKING)
    first, second = open_page(cedar.nour, KITCHEN), open_page(cedar.nour, KITCHEN)
    expect_live(first, second)
    box = line(first, order_id, 1).bounding_box()
    assert box is not None and box["height"] >= 48
    expect(line(first, order_id, 1)).to_contain_text("Kebab")

    line(first, order_id, 1).click()
    is_struck(second, order_id, 1, True)
    is_struck(second, order_id, 2, False)
    expect(card(second, order_id)).to_contain_text("1 of 2")
    line(second, order_id, 1).click()
    is_struck(first, order_id, 1, False)
    expect(card(first, order_id).locator(".progress")).to_be_empty()


def test_two_lines_struck_off_in_one_quick_movement_are_two(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *COOKING)
    page = open_page(cedar.nour, KITCHEN)
    expect_live(page)
    for taps, position in enumerate((1, 2), 1):  # to a tablet the second is the other half of a double tap
        box = line(page, order_id, position).bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 30, box["y"] + 20, click_count=taps)
    expect(card(page, order_id)).to_contain_text("2 of 2")


@pytest.mark.usefixtures("at_once")
def test_an_order_takes_three_taps_and_the_log_says_how_many_lines_were_open(
    app: Flask, cedar: House, place: Place, status_of: StatusOf, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_page(cedar.nour, KITCHEN)
    expect_live(page)
    for step, after in zip(("Confirm", "Start", "Ready"), (*COOKING, OrderStatus.READY), strict=True):
        button(page, order_id, step).click()
        expect(page.locator(f"#column-{after}").locator(f"#order-{order_id}")).to_be_visible()
    assert status_of(cedar, order_id) == OrderStatus.READY
    with tenant_context(app, cedar.tenant_id):
        events = event_log.events_after(cedar.tenant_id, 0, 100)
    assert [event.open_lines for event in events][-1] == 2


def test_once_it_is_ready_no_line_looks_forgotten_where_none_must_be_struck_off(
    app: Flask, cedar: House, place: Place, sign_in: Callable[[Person], FlaskClient]
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *COOKING)
    act(app, cedar, order_id, OrderAction.STRIKE, line=1)
    assert " data-done" in sign_in(cedar.nour).get(KITCHEN).text
    move(app, cedar, order_id, OrderStatus.READY)
    dispatch = sign_in(cedar.karim)
    assert "Kebab" in (page := dispatch.get(DISPATCH).text) and " data-done" not in page
    set_operations(app, cedar, orders=OrderHandling(ready_needs_lines=True))
    assert " data-done" in dispatch.get(DISPATCH).text


def test_a_story_tells_of_open_lines_only_where_somebody_strikes_lines_off(
    app: Flask, cedar: House, place: Place, maya: FlaskClient
) -> None:
    plain, struck = place(cedar), place(cedar)
    for order_id in (plain, struck):
        move(app, cedar, order_id, *COOKING)
    act(app, cedar, struck, OrderAction.STRIKE, line=1)
    for order_id in (plain, struck):
        move(app, cedar, order_id, OrderStatus.READY)
    assert "not struck off" not in maya.get(f"/orders/{plain}").text
    assert "Ready, with 1 line not struck off" in maya.get(f"/orders/{struck}").text
    set_operations(app, cedar, orders=OrderHandling(ready_needs_lines=True))
    assert "Ready, with 2 lines not struck off" in maya.get(f"/orders/{plain}").text


@pytest.mark.usefixtures("at_once", "lines_asked")
def test_ready_with_open_lines_asks_in_its_place_and_the_log_says_how_many(
    app: Flask, cedar: House, place: Place, status_of: StatusOf, open_page: Open
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *COOKING)
    page = open_page(cedar.nour, KITCHEN)
    expect_live(page)
    button(page, order_id, "Ready").click()
    expect(card(page, order_id)).to_contain_text("2 lines are not struck off.")
    assert page.locator("dialog[open]").count() == 0
    assert status_of(cedar, order_id) == OrderStatus.PREPARING
    line(page, order_id, 1).click()
    expect(card(page, order_id)).to_contain_text("1 line is not struck off.")
    button(page, order_id, "Ready all the same").click()
    expect(page.locator("#column-ready").locator(f"#order-{order_id}")).to_be_visible()
    with tenant_context(app, cedar.tenant_id):
        events = event_log.events_after(cedar.tenant_id, 0, 100)
    assert [event.open_lines for event in events][-1] == 1


@pytest.mark.usefixtures("at_once", "lines_asked")
def test_ready_is_one_tap_once_every_line_is_struck_off(
    app: Flask, cedar: House, place: Place, status_of: StatusOf, open_page: Open
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *COOKING)
    page = open_page(cedar.nour, KITCHEN)
    expect_live(page)
    for position in (1, 2):
        line(page, order_id, position).click()
    expect(card(page, order_id)).to_contain_text("2 of 2")
    button(page, order_id, "Ready").click()
    wait_for(lambda: status_of(cedar, order_id) == OrderStatus.READY, "the order to be ready")


def test_what_somebody_types_on_a_card_stays_while_others_strike_its_lines_and_move_it(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_page(cedar.nour, KITCHEN)
    expect_live(page)
    card(page, order_id).get_by_text("Cancel…").click()
    reason = card(page, order_id).get_by_label("Why?")
    reason.press_sequentially("Out of chi")
    move(app, cedar, order_id, OrderStatus.CONFIRMED)
    expect(page.locator("#column-confirmed").locator(f"#order-{order_id}")).to_be_visible()
    act(app, cedar, order_id, OrderAction.STRIKE, line=2)
    expect(card(page, order_id)).to_contain_text("1 of 2")
    page.keyboard.type("cken")
    expect(reason).to_have_value("Out of chicken")
    # By a key: a finger that comes so soon after others moved the card is not taken to mean it.
    card(page, order_id).get_by_role("button", name="Cancel order 1").press("Enter")
    expect(page.locator(f".alarm #order-{order_id}")).to_contain_text("Out of chicken", timeout=15_000)


def test_an_allergy_is_said_with_a_sign_and_a_word_louder_than_any_other_note(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order_id = order_of(
        app,
        cedar,
        NewItem("Kebab", 1, "حساسية من المكسرات"),
        NewItem("Fattoush", 1, "no onion", ("allergie: lait", "No nuts")),
    )
    page = open_page(cedar.nour, KITCHEN)
    allergies = card(page, order_id).locator(".allergy")
    expect(allergies).to_have_text(
        ["Allergy حساسية من المكسرات", "Allergy allergie: lait", "Allergy? No nuts"]
    )
    looks = [
        card(page, order_id)
        .locator(which)
        .first.evaluate(
            "note => [getComputedStyle(note).backgroundColor, parseFloat(getComputedStyle(note).fontSize),"
            " getComputedStyle(note.querySelector('b') ?? note, '::before').content]"
        )
        for which in (".allergy", ".note:not(.allergy)")
    ]
    (loud, large, sign), (quiet, small, none) = looks
    assert loud != quiet and large > small
    assert "⚠" in sign and "⚠" not in none
