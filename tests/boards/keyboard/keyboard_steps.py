"""A board that is run by its keyboard: keys that are pressed, and where they have led."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from boards.hands import KITCHEN
from ordertrack.boards.fragments import card_id
from ordertrack.rules.state_machine import OrderStatus
from support.cast import Person
from support.pages import page_recorder


def open_live(open_page: Callable[..., Page], person: Person, path: str = KITCHEN, **options: Any) -> Page:
    page = open_page(person, path, **options)
    page_recorder.expect_state(page, "live")
    page.keyboard.press("Shift")  # the first key brings the rest
    expect(page.locator("#keys")).to_be_attached()
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def expect_here(page: Page, order_id: uuid.UUID) -> None:
    expect(page.locator(f"#{card_id(order_id)}")).to_be_focused()


def column(page: Page, status: OrderStatus, order_id: uuid.UUID) -> Locator:
    return page.locator(f"#column-{status} > #{card_id(order_id)}")
