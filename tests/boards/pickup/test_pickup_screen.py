"""The guests' board on a wall, a counter and a phone: every number is seen, and nothing moves unasked."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from playwright.sync_api import Page, expect

from boards import hands
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House
from support.pages.sizes import load_at

PICKUP = "/r/hamra/pickup"
TO_READY = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


def open_live(open_page: Open, house: House, **options: object) -> Page:
    page = open_page(house.nour, PICKUP, **options)
    hands.expect_live(page)
    return page


def test_every_number_of_a_full_room_is_on_the_screen_without_scrolling(
    cedar: House, place: Place, move: Callable[..., None], open_page: Open
) -> None:
    for count in range(24):
        order_id = place(cedar, Fulfilment.PICKUP)
        move(order_id, *(TO_READY if count % 2 else TO_READY[:1]))
    page = open_live(open_page, cedar)
    for size in ((2560, 1440), (1280, 800), (800, 1280), (390, 844)):
        load_at(page, size)
        hands.expect_live(page)
        assert page.locator(".area li").count() == 24
        assert page.evaluate("""() => [...document.querySelectorAll(".area li")].every((number) => {
          const { top, bottom, left, right } = number.getBoundingClientRect();
          return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
        })"""), size
        smallest = page.evaluate(
            """() => Math.min(...[...document.querySelectorAll(".area li")]
              .map((number) => parseFloat(getComputedStyle(number).fontSize)))"""
        )
        assert smallest >= min(size) * 0.055, size


def test_the_call_does_not_move_where_motion_is_not_wanted(
    cedar: House, place: Place, move: Callable[..., None], open_page: Open
) -> None:
    for wanted, animations in (("reduce", 0), ("no-preference", 1)):
        order_id = place(cedar, Fulfilment.PICKUP)
        page = open_live(open_page, cedar, reduced_motion=wanted)
        move(order_id, *TO_READY)
        expect(page.locator("#call")).to_be_visible()
        assert page.locator("#call ol").evaluate("(list) => list.getAnimations().length") == animations
