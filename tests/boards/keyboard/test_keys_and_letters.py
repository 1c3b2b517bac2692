"""Which keys a board listens to: the list of them, a number that is searched, other alphabets, held keys."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from boards.keyboard.keyboard_steps import column, expect_here, open_live, press
from ordertrack.boards.fragments import card_id
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.pages import page_recorder

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


def test_slash_finds_a_number_and_the_question_mark_lists_the_keys(
    cedar: House, place: Place, open_page: Open
) -> None:
    orders = [place(cedar) for _ in range(4)]
    page = open_live(open_page, cedar.nour)
    press(page, "/")
    page.get_by_label("Number, name or code").fill("9")
    press(page, "Enter")
    expect(page.locator("#find output")).to_have_text("There is no such order on the board.")
    page.get_by_label("Number, name or code").fill("٣")
    press(page, "Enter")
    expect_here(page, orders[2])
    press(page, "?")
    panel = page.locator("#keys")
    expect(panel).to_be_visible()
    press(page, "Escape")
    expect(panel).to_be_hidden()
    expect_here(page, orders[2])


def test_what_was_not_found_stays_said_when_the_list_of_what_has_left_comes(
    cedar: House, place: Place, open_page: Open
) -> None:
    place(cedar)
    page = open_live(open_page, cedar.nour)
    held: list[Route] = []
    page.route("**/recent?*", lambda route: held.append(route))
    press(page, "/")
    page.get_by_label("Number, name or code").fill("9")
    press(page, "Enter")
    said = page.locator("#find output")
    expect(said).to_have_text("There is no such order on the board.")
    held[0].continue_()
    expect(page.locator("#find h3")).to_contain_text("Left this board")
    expect(said).to_have_text("There is no such order on the board.")
    page.get_by_label("Number, name or code").fill("1")
    expect(said).to_have_text("")


def test_letters_can_be_switched_off_on_a_tablet_and_arrows_and_enter_stay(
    cedar: House, place: Place, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_live(open_page, cedar.nour)
    press(page, "?")
    page.get_by_label("Letters and digits are keys on this tablet").uncheck()
    press(page, "Escape")
    page.reload()
    page_recorder.expect_state(page, "live")
    press(page, "ArrowDown", "x", "?")
    expect(page.locator("#keys")).to_be_hidden()
    expect_here(page, order_id)
    press(page, "Enter")
    expect(column(page, OrderStatus.CONFIRMED, order_id)).to_be_visible()


def test_a_key_that_is_held_down_moves_an_order_once(
    cedar: House, place: Place, open_page: Open, status_of: Callable[..., OrderStatus]
) -> None:
    order_id = place(cedar)
    page = open_live(open_page, cedar.nour)
    press(page, "ArrowDown")
    page.keyboard.down("Enter")
    expect(column(page, OrderStatus.CONFIRMED, order_id)).to_be_visible()
    expect(column(page, OrderStatus.CONFIRMED, order_id).locator("button.move")).to_be_enabled()
    page.keyboard.down("Enter")  # pressed and not let go: a repetition
    page.keyboard.up("Enter")
    place(cedar)
    expect(page.locator("#column-pending > .card")).to_have_count(1)
    assert status_of(cedar, order_id) == OrderStatus.CONFIRMED


@pytest.mark.parametrize(("key", "code"), [("ء", "KeyX"), ("×", "KeyX")])
def test_keys_work_on_keyboards_of_other_alphabets(
    cedar: House, place: Place, open_page: Open, key: str, code: str
) -> None:
    order_id = place(cedar)
    page = open_live(open_page, cedar.nour)
    press(page, "ArrowDown")
    page.locator(f"#{card_id(order_id)}").dispatch_event(
        "keydown", {"key": key, "code": code, "bubbles": True}
    )
    expect(page.locator(f"#{card_id(order_id)} [name=reason]")).to_be_focused()
