"""A number is read in one piece, however narrow its place: 228 is never 22 and 8."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import COOKING, KITCHEN, expect_live, move, order_of
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.pages import page_recorder

Open = Callable[..., Page]
SIZES = [(1280, 800), (800, 1280), (1024, 600), (360, 640), (1920, 1080)]
# Every run of digits (and of what belongs to it) whose parts do not stand on one line.
BROKEN = """() => {
  const broken = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: text } = texts;
    if (!text.parentElement.checkVisibility()) continue;
    for (const found of text.data.matchAll(/\\p{Nd}[\\p{Nd}:.,]*×?/gu)) {
      const range = document.createRange();
      range.setStart(text, found.index);
      range.setEnd(text, found.index + found[0].length);
      const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (tops.size > 1) broken.push(`${found[0]} in ${text.parentElement.outerHTML}`);
    }
  }
  return broken;
}"""


@pytest.fixture
def busy(app: Flask, cedar: House) -> None:
    """A kitchen that has far too much to do, of dishes with long names."""
    for quantity in (228, 999):
        items = [
            NewItem("Kebab", quantity, "no onion", ("extra garlic",)),
            NewItem("Kebab", quantity),
            NewItem("Hindbehbilzeytunwalbasalwallaymun", quantity, None, ("99 pieces",)),
        ]
        order_of(app, cedar, *items)
        move(app, cedar, order_of(app, cedar, *items), *COOKING)
        move(app, cedar, order_of(app, cedar, *items), *COOKING, OrderStatus.READY)


def expect_whole(page: Page, sizes: Sequence[tuple[int, int]] = SIZES) -> None:
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(BROKEN) == [], (width, height)


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ar-arab"])
@pytest.mark.usefixtures("busy")
def test_no_number_of_a_board_breaks_on_cards_nor_in_the_all_day_counts(
    cedar: House, open_page: Open, language: str
) -> None:
    page = open_page(cedar.nour, KITCHEN, language=language)
    page_recorder.expect_state(page, "live")
    page.locator("#allday-toggle").click()
    for dish in page.locator("#allday summary").all():
        dish.click()
    expect_whole(page)
    page.emulate_media(media="print")
    expect_whole(page, [(680, 1000)])


@pytest.mark.usefixtures("busy")
def test_no_number_breaks_on_paper_nor_on_the_guests_screen(cedar: House, open_page: Open) -> None:
    page = open_page(cedar.maya, "/r/hamra/open")
    expect_whole(page)
    page.emulate_media(media="print")
    expect_whole(page, [(680, 1000)])
    page = open_page(cedar.maya, "/r/hamra/pickup")
    page_recorder.expect_state(page, "live")
    expect_whole(page)


def test_the_breakdown_of_a_dish_tells_its_notes_apart_as_it_does_modifiers(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order_of(app, cedar, NewItem("Kebab", 2))
    order_of(app, cedar, NewItem("Kebab", 3, "no onion"), NewItem("Kebab", 1, "no onion", ("extra garlic",)))
    order_of(app, cedar, NewItem("Kebab", 4, None, ("extra garlic",)))
    page = open_page(cedar.nour, KITCHEN)
    expect_live(page)
    page.locator("#allday-toggle").click()
    page.locator("#allday summary").click()
    expect(page.locator("#allday [open] li")).to_have_text(
        ["2 —", "4 extra garlic", "1 extra garlic + no onion", "3 no onion"]
    )
