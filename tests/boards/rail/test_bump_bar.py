"""A bump bar alone runs the rail: places are digits, and a tablet learns the other keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import COOKING, card, move
from boards.keyboard.keyboard_steps import press
from boards.rail.steps import expect_numbers, open_rail, order_of_lines, places
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House

Open = Callable[..., Page]
KEYS = {
    "Done": "NumpadEnter",
    "Undo": "NumpadDecimal",
    "Next page": "NumpadAdd",
    "First page": "NumpadSubtract",
    "Rush": "NumpadMultiply",
}


def learn(page: Page, name: str, code: str) -> None:
    page.get_by_role("button", name=f"Key for {name}").click()
    expect(page.locator("#bump-panel output")).to_have_text(f"Press the key for {name}")
    page.keyboard.press(code)
    expect(page.get_by_role("button", name=f"Key for {name}: {code}")).to_be_visible()


@pytest.fixture
def open_with_bar(open_page: Open, cedar: House) -> Callable[[], Page]:
    """The rail of a tablet that has learnt five keys."""

    def open_it() -> Page:
        page = open_rail(open_page, cedar, person=cedar.maya)
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("button", name="Bump bar").click()
        for name, code in KEYS.items():
            learn(page, name, code)
        page.get_by_role("button", name="Done", exact=True).click()
        return page

    return open_it


def test_a_digit_moves_the_ticket_at_its_place_and_zero_leads_to_those_from_ten_on(
    app: Flask, cedar: House, open_with_bar: Callable[[], Page]
) -> None:
    orders = [order_of_lines(app, cedar, 1, in_minutes=number + 1) for number in range(14)]
    page = open_with_bar()
    press(page, "2")
    expect(card(page, orders[1])).to_have_attribute("data-status", "confirmed")
    press(page, "0", "1")
    expect(card(page, orders[10])).to_have_attribute("data-status", "confirmed")
    expect(card(page, orders[0])).to_have_attribute("data-status", "pending")
    press(page, "NumpadEnter")
    expect(card(page, orders[0])).to_have_attribute("data-status", "confirmed")


def test_rush_waits_for_a_place_and_nothing_moves_meanwhile(
    app: Flask, cedar: House, open_with_bar: Callable[[], Page]
) -> None:
    orders = [order_of_lines(app, cedar, 1, in_minutes=10 + number) for number in range(4)]
    page = open_with_bar()
    expect_numbers(page, 1, 2, 3, 4)
    before = places(page)
    press(page, "NumpadMultiply")
    urgent = order_of_lines(app, cedar, 1, in_minutes=1)
    expect(card(page, urgent)).to_be_attached()
    assert places(page) == before, "the places that somebody has in mind are still theirs"
    press(page, "3")
    expect(card(page, orders[2])).to_have_attribute("data-rush", "")
    expect_numbers(page, 3, 5, 1, 2, 4)


def test_pages_turn_by_key_and_begin_again_after_the_last(
    app: Flask, cedar: House, open_with_bar: Callable[[], Page]
) -> None:
    for number in range(9):
        order_of_lines(app, cedar, 10, in_minutes=number + 1)
    page = open_with_bar()
    for shown in ("2", "3", "1"):
        if page.locator("#page-next").is_visible() or shown == "1":
            press(page, "NumpadAdd")
            expect(page.locator("#page")).to_have_text(shown)


def test_a_key_leads_to_the_first_page_from_wherever(
    app: Flask, cedar: House, open_with_bar: Callable[[], Page]
) -> None:
    for number in range(20):
        order_of_lines(app, cedar, 10, in_minutes=number + 1)
    page = open_with_bar()
    press(page, "NumpadAdd", "NumpadAdd")
    expect(page.locator("#page")).to_have_text("3")
    press(page, "NumpadSubtract")
    expect(page.locator("#page")).to_have_text("1")


def test_who_only_looks_at_the_panel_sets_nothing_up(app: Flask, cedar: House, open_page: Open) -> None:
    order = order_of_lines(app, cedar, 1)
    page = open_rail(open_page, cedar)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Bump bar").click()
    expect(page.get_by_label("This tablet has a bump bar")).not_to_be_checked()
    page.get_by_role("button", name="Done", exact=True).click()
    press(page, "1")
    expect(page.locator("html")).not_to_have_attribute("data-bump", "")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Bump bar").click()
    page.get_by_label("This tablet has a bump bar").check()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(card(page, order)).to_have_attribute("data-status", "pending")
    press(page, "1")
    expect(card(page, order)).to_have_attribute("data-status", "confirmed")


def test_the_tablet_keeps_its_keys_and_heads_show_them_only_there(
    app: Flask, cedar: House, open_page: Open, open_with_bar: Callable[[], Page]
) -> None:
    order = order_of_lines(app, cedar, 1)
    move(app, cedar, order, *COOKING[:1])
    shown = "getComputedStyle(document.querySelector('.card[data-spot]'), '::before').content"
    other = open_rail(open_page, cedar)
    assert other.evaluate(shown) == "none"
    page = open_with_bar()
    page.reload()
    page.wait_for_selector("html[data-bump]")
    assert page.evaluate(shown) == '"1"'
    press(page, "1")
    expect(card(page, order)).to_have_attribute("data-status", OrderStatus.PREPARING)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Bump bar").click()
    page.get_by_label("This tablet has a bump bar").uncheck()
    assert page.evaluate(shown) == "none"


def test_keys_on_an_empty_rail_do_nothing(
    app: Flask, cedar: House, open_with_bar: Callable[[], Page]
) -> None:
    page = open_with_bar()
    expect(page.locator(".rail-empty")).to_be_visible()
    press(page, "NumpadAdd", "NumpadEnter", "NumpadDecimal", "NumpadMultiply", "3", "0", "1")
    order = order_of_lines(app, cedar, 1)
    expect_numbers(page, 1)
    press(page, "NumpadEnter")
    expect(card(page, order)).to_have_attribute("data-status", "confirmed")
