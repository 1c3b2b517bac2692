"""What tests of taps share: the cards they tap, others who move the same orders, what the log has then."""

from __future__ import annotations

import uuid

from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from ordertrack.boards.fragments import card_id
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.moving import actions
from ordertrack.restaurants.operations import OperationSettings
from ordertrack.restaurants.save import save_operations
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.restaurants import find_restaurant
from support.cast import House
from support.network_proxy import NetworkProxy
from support.pages import page_recorder

ONE_WAITS = "1 tap waits; it is sent once you are online."
_LOG = """
SELECT seq, to_status AS what, NULL AS line, changed_by FROM order_status_events
 WHERE tenant_id = :tenant AND order_id = :order AND version > 1
UNION ALL
SELECT seq, act, line, changed_by FROM order_actions WHERE tenant_id = :tenant AND order_id = :order
ORDER BY seq
"""


def set_undo(app: Flask, house: House, seconds: dict[OrderStatus, int]) -> None:
    """Save for how long moves can be taken back at hamra; none where it is not said."""
    with tenant_context(app, house.tenant_id):
        hamra = find_restaurant(house.tenant_id, "hamra")
        assert hamra is not None
        save_operations(OperationSettings(hamra.id, seconds), by=house.maya.principal)


def do(app: Flask, house: House, order_id: uuid.UUID, act: OrderAction, line: int | None = None) -> None:
    """Have the till do something to an order."""
    with tenant_context(app, house.tenant_id):
        actions.act(order_id, act, by=house.program, line=line)


def log_of(app: Flask, house: House, order_id: uuid.UUID) -> list[str]:
    """What was done to an order since it came, in the log's order: `confirmed Nour`, `strike 1 Nour`."""
    with tenant_context(app, house.tenant_id):
        rows = db.session.execute(text(_LOG), {"tenant": house.tenant_id, "order": order_id})
        return [
            " ".join(str(part) for part in (what, line, by) if part is not None) for _, what, line, by in rows
        ]


def cut(page: Page, network: NetworkProxy) -> None:
    """Take the line away, and let the page notice."""
    network.cut()
    page_recorder.expect_state(page, "reconnecting")


def card(page: Page, order_id: uuid.UUID) -> Locator:
    return page.locator(f"#{card_id(order_id)}")


def tap(page: Page, order_id: uuid.UUID, button: str) -> None:
    card(page, order_id).get_by_role("button", name=button, exact=True).click()


def strike(page: Page, order_id: uuid.UUID, line: int) -> None:
    card(page, order_id).locator(f"[data-line='{line}'] button").click()


def expect_status(page: Page, order_id: uuid.UUID, status: OrderStatus, timeout: float = 20_000) -> None:
    """The board shows it there, as the server said."""
    expect(card(page, order_id)).to_have_attribute("data-status", status, timeout=timeout)


def expect_waiting(page: Page, words: str) -> None:
    expect(page.locator("#pending-taps summary")).to_have_text(words, timeout=10_000)


def expect_none_waiting(page: Page) -> None:
    expect(page.locator("#pending-taps")).to_be_hidden(timeout=20_000)
