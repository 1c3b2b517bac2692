"""The rail by keyboard: arrows follow its order over pages, and a number is found wherever it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import card
from boards.keyboard.keyboard_steps import expect_here, open_live, press
from boards.rail.steps import TABLET, expect_numbers, open_rail, order_of_lines, tickets
from support.cast import House

Open = Callable[..., Page]


def test_arrows_follow_the_order_of_the_rail_and_turn_its_pages(
    app: Flask, cedar: House, open_page: Open
) -> None:
    orders = [order_of_lines(app, cedar, 10, in_minutes=10 + number) for number in range(9)]
    page = open_live(open_page, cedar.nour, view="rail", viewport=TABLET)
    many = tickets(page).count()
    for order in orders[: many + 1]:
        press(page, "ArrowRight")
        expect_here(page, order)
    expect(page.locator("#page")).to_have_text("2")
    press(page, "ArrowLeft")
    expect_here(page, orders[many - 1])
    press(page, "Home")
    expect_here(page, orders[0])
    expect(page.locator("#page-before")).to_be_hidden()
    press(page, "End")
    expect_here(page, orders[-1])


@pytest.mark.usefixtures("at_once", "lines_asked")
def test_enter_takes_the_step_and_the_keys_go_on_with_the_next_when_it_has_left(
    app: Flask, cedar: House, open_page: Open
) -> None:
    first, second = (order_of_lines(app, cedar, 1, in_minutes=10 + number) for number in range(2))
    page = open_live(open_page, cedar.nour, view="rail", viewport=TABLET)
    press(page, "ArrowRight")
    for status in ("confirmed", "preparing"):
        press(page, "Enter")
        expect(card(page, first)).to_have_attribute("data-status", status)
        expect(card(page, first).locator("button[name=to]").first).not_to_have_attribute(
            "aria-disabled", "true"
        )
        expect_here(page, first)
    press(page, "1")
    expect(card(page, first).locator(".despite")).to_have_count(0)
    press(page, "Enter")
    expect_numbers(page, 2)
    expect_here(page, second)


def test_a_number_is_found_on_another_page(app: Flask, cedar: House, open_page: Open) -> None:
    orders = [order_of_lines(app, cedar, 10, in_minutes=10 + number) for number in range(9)]
    page = open_live(open_page, cedar.nour, view="rail", viewport=TABLET)
    expect(card(page, orders[-1])).to_be_hidden()
    press(page, "/")
    page.get_by_label("Number, name or code").fill("9")
    page.keyboard.press("Enter")
    expect_here(page, orders[-1])
    expect(card(page, orders[-1])).to_be_in_viewport(ratio=1)


def test_the_first_keys_that_a_tablet_ever_gets_count(app: Flask, cedar: House, open_page: Open) -> None:
    order = order_of_lines(app, cedar, 1)
    page = open_rail(open_page, cedar)
    press(page, "ArrowRight", "Enter")
    expect(card(page, order)).to_have_attribute("data-status", "confirmed")
    expect_here(page, order)
