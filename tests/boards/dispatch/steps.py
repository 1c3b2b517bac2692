"""What hands do on a dispatch board, and what its zones show."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Locator, Page

from boards.hands import COOKING, card
from ordertrack.database.session import tenant_context
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House

READY = (*COOKING, OrderStatus.READY)
Take = Callable[..., uuid.UUID]
Open = Callable[..., Page]


def choose(page: Page, *orders: uuid.UUID) -> None:
    for order_id in orders:
        card(page, order_id).locator(".pick").click()


def groups(page: Page, column: str) -> list[str]:
    return page.locator(f"[data-column={column}] .group h3").evaluate_all(
        """(titles) => titles
          .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
          .map(({ textContent }) => textContent)"""
    )


def rows(page: Page, column: str) -> list[str]:
    """The numbers of a zone's orders, as they stand on the screen."""
    return page.locator(f"#column-{column} > .card").evaluate_all(
        """(cards) => cards
          .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
          .map((card) => card.querySelector("h3").textContent.trim())"""
    )


def riders(page: Page) -> Locator:
    return page.locator("#hand .to-riders button")


def rider_of(app: Flask, house: House, order_id: uuid.UUID) -> str | None:
    with tenant_context(app, house.tenant_id):
        found = records.find(house.tenant_id, order_id)
    assert found is not None
    return found.rider
