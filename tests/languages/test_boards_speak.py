"""Each tablet's board in its own language: what stands there first, what comes live, what a tap is told."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Page, expect

from ordertrack.boards.fragments import card_id
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House, Person
from support.till import move

Open = Callable[..., Page]
ARABIC_DIGITS = re.compile("[٠-٩]")


def board(open_page: Open, person: Person, tag: str, name: str = "kitchen") -> Page:
    page = open_page(person, f"/r/hamra/{name}", language=tag)
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    return page


def test_an_arabic_board_runs_from_right_to_left_with_the_digits_that_were_chosen(
    cedar: House, place: Callable[..., uuid.UUID], open_page: Open
) -> None:
    first = place(cedar)
    arabic = board(open_page, cedar.nour, "ar-arab")
    expect(arabic.locator("html")).to_have_attribute("dir", "rtl")
    expect(arabic.locator(f"#{card_id(first)} h3")).to_have_text("١")
    pending, ready = (arabic.locator(f"#column-{status}") for status in ("pending", "ready"))
    boxes = [column.bounding_box() for column in (pending, ready)]
    assert boxes[0] and boxes[1] and boxes[0]["x"] > boxes[1]["x"]
    western = board(open_page, cedar.nour, "ar")
    expect(western.locator("html")).to_have_attribute("dir", "rtl")
    expect(western.locator(f"#{card_id(first)} h3")).to_have_text("1")
    expect(western.locator(".columns")).not_to_contain_text(ARABIC_DIGITS)


def test_what_comes_live_comes_in_the_language_of_each_board(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], open_page: Open
) -> None:
    arabic, french = (board(open_page, cedar.nour, tag) for tag in ("ar-arab", "fr"))
    order_id = place(cedar)
    cards = [page.locator(f"#{card_id(order_id)}") for page in (arabic, french)]
    for card, number, confirm, age in zip(cards, "١1", ("تأكيد", "Confirmer"), ("د", "min"), strict=True):
        expect(card.locator("h3")).to_have_text(number)
        expect(card.locator(".age")).to_contain_text(age)
        expect(card.get_by_role("button", name=confirm, exact=True)).to_be_visible()
    move(app, cedar, order_id, OrderStatus.CONFIRMED)
    for card, begin in zip(cards, ("ابدأ", "Commencer"), strict=True):
        expect(card.get_by_role("button", name=begin, exact=True)).to_be_visible()
        expect(card).not_to_contain_text(re.compile(r"\b(Confirm|Start|Delivery)\b"))


def test_a_tap_that_is_refused_is_told_why_in_the_board_s_language(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], open_page: Open
) -> None:
    order_id = place(cedar)
    page = board(open_page, cedar.nour, "fr")
    answer = page.request.post(
        f"/orders/{order_id}/transitions", form={"to": "ready", "seen": "pending", "board": "kitchen"}
    )
    assert answer.status == 422
    assert "ne peut pas passer à" in answer.text()
    assert "Confirmer" in answer.text()


def test_the_menu_of_a_board_changes_its_language_and_leads_back_to_it(
    cedar: House, place: Callable[..., uuid.UUID], open_page: Open
) -> None:
    place(cedar)
    page = open_page(cedar.nour, "/r/hamra/kitchen")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Language: English").click()
    page.get_by_role("button", name="العربية ١٢٣").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page).to_have_url(re.compile("/r/hamra/kitchen$"))
    expect(page.locator(".card h3")).to_have_text("١")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "ar")
