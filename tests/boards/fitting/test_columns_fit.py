"""Boards fit 8, 10 and 27 inches, upright and across, and a phone; and are read from two metres."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Page

from boards.hands import COOKING, DISPATCH, KITCHEN, expect_live, move
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House
from support.pages.sizes import load_at

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]

TABLETS = {"8 inches": (1024, 600), "8 upright": (800, 1280), "10 inches": (1280, 800)}
WALLS = {"27 inches": (2560, 1440), "27 upright": (1440, 2560)}
PHONE = {"phone": (390, 844)}
READABLE = 55  # CSS pixels: a kitchen's numerals are then 7 mm high on a tablet, and higher on a wall

_LAYOUT = """() => ({
  extent: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
  columns: [...document.querySelectorAll('.column')].map(column => {
    const { left, right, top, bottom } = column.getBoundingClientRect();
    const cards = [...column.querySelectorAll('.card')].map(card => card.getBoundingClientRect());
    return { isInView: left >= 0 && right <= innerWidth + 1 && top >= 0 && bottom <= innerHeight + 1,
             beside: new Set(cards.map(card => Math.round(card.left))).size };
  }),
  number: getComputedStyle(document.querySelector('.card:not(.slim, [data-gone-at]) h3')).fontSize,
  small: [...document.querySelectorAll('button, summary, .bar a, .card a, input:not([type=hidden])')]
    .filter(each => each.checkVisibility())
    .map(each => [each.getBoundingClientRect(), each.outerHTML.slice(0, 90)])
    .filter(([{ width, height }]) => width > 0 && (width < 47.5 || height < 47.5)),
})"""


def fill(app: Flask, house: House, place: Place) -> None:
    for ways in ((), (OrderStatus.CONFIRMED,), COOKING, (*COOKING, OrderStatus.READY)):
        for fulfilment in Fulfilment:
            move(app, house, place(house, fulfilment), *ways)


def test_a_board_fits_every_screen_with_numbers_and_targets_that_are_large_enough(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    fill(app, cedar, place)
    for person, path in ((cedar.maya, KITCHEN), (cedar.karim, DISPATCH)):
        page = open_page(person, path)
        for size in (*TABLETS.values(), *WALLS.values(), *PHONE.values()):
            load_at(page, size)
            expect_live(page)
            shown = page.evaluate(_LAYOUT)
            assert tuple(shown["extent"]) <= size, (path, size)
            assert shown["small"] == [], (path, size)
            if path == KITCHEN:
                assert float(shown["number"].removesuffix("px")) >= READABLE, size
            if size not in PHONE.values():
                assert all(column["isInView"] for column in shown["columns"]), (path, size, shown["columns"])
            if size == WALLS["27 inches"] and path == KITCHEN:
                assert max(column["beside"] for column in shown["columns"]) >= 2, shown["columns"]
