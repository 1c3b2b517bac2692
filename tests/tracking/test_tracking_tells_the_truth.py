"""The customer's page on a phone: honest about its connection, and not talkative about it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import text

from ordertrack.database.config import Settings
from ordertrack.database.session import operator_connection, tenant_context
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.http_client import EventStream
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.server import Server
from support.till import move

PHONE = {"width": 390, "height": 844}
A_SECOND = 1000  # milliseconds

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


@pytest.fixture
def order_id(cedar: House, place: Place) -> uuid.UUID:
    return place(cedar)


@pytest.fixture
def path(app: Flask, cedar: House, order_id: uuid.UUID) -> str:
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
        assert order is not None
        return f"/track/{order.tracking_token}"


@pytest.fixture
def page(path: str, network: NetworkProxy, open_page: Open) -> Page:
    """The customer's phone, live, whose time the test tells."""
    page = open_page(None, path, strict=False, base_url=network.address, viewport=PHONE)
    page.clock.install()
    page.reload()
    page_recorder.expect_state(page, "live")
    page_recorder.record(page)
    return page


def test_a_cut_is_told_with_the_restaurants_time_and_repaired_without_a_reload(
    app: Flask, cedar: House, order_id: uuid.UUID, page: Page, network: NetworkProxy
) -> None:
    page.evaluate("window.isSamePage = true")
    network.cut()
    expect(page.locator("#live")).to_contain_text("Reconnecting…", timeout=A_SECOND)
    now = dt.datetime.now(ZoneInfo("Asia/Beirut"))
    times = [(now - dt.timedelta(minutes=ago)).strftime("as of (.+ )?%H:%M") for ago in (0, 1)]
    expect(page.locator("#live")).to_contain_text(re.compile("|".join(times)))
    move(app, cedar, order_id, OrderStatus.CONFIRMED)
    network.let_through()
    page_recorder.expect_state(page, "live")
    expect(page.locator(".steps .current")).to_contain_text("Confirmed")
    assert page_recorder.states(page) == ["live", "reconnecting", "catching-up", "live"]
    assert page.evaluate("window.isSamePage")


def test_only_what_lasts_is_said_aloud_and_only_once(page: Page, network: NetworkProxy) -> None:
    assert (
        page.locator("#live").evaluate("sign => sign.closest('[aria-live], output, [role=status]')") is None
    )
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    network.let_through()
    page_recorder.expect_state(page, "live")
    page.clock.run_for(4_000)
    assert page_recorder.said_aloud(page) == []  # it was over before anybody could have been told

    network.plug()
    page.clock.run_for(43_000)
    expect(page.locator("#live")).to_contain_text(re.compile(r"No news for 4\d s"))
    for _ in range(5):
        page.clock.run_for(5_000)
    assert page_recorder.said_aloud(page) == ["No news for a while"]
    network.let_through()
    page_recorder.expect_state(page, "live")
    page.clock.run_for(4_000)
    assert page_recorder.said_aloud(page) == ["No news for a while", "Live"]


def test_a_phone_that_comes_out_of_the_pocket_is_honest_at_once(
    app: Flask, cedar: House, order_id: uuid.UUID, page: Page, network: NetworkProxy
) -> None:
    asked = network.asked("/stream")
    page_recorder.put_in_background(page, True)
    page.clock.run_for(100)
    assert page_recorder.state_now(page) == "reconnecting"
    move(app, cedar, order_id, OrderStatus.CONFIRMED)
    page.clock.run_for(10_000)
    assert network.asked("/stream") == asked, "a phone in a pocket keeps a connection"
    network.hold("stream")
    page_recorder.put_in_background(page, False)
    assert page_recorder.state_now(page) == "reconnecting"
    network.let_through()
    page_recorder.expect_state(page, "live")
    expect(page.locator(".steps .current")).to_contain_text("Confirmed")


def test_a_step_never_goes_back_and_is_said_aloud_once(
    app: Flask, server: Server, cedar: House, order_id: uuid.UUID, path: str, page: Page
) -> None:
    stream = EventStream(server.port, f"{path}/stream?after=none", {})
    old = stream.next()
    stream.close()
    assert old is not None and "progress" in old.data
    expect(page.locator("#news")).to_be_empty()
    move(app, cedar, order_id, OrderStatus.CONFIRMED)
    expect(page.locator("#news")).to_have_text("Your order is confirmed")
    page.evaluate("text => htmx.swap({ text, sourceElement: document.body, swap: 'none' })", old.data)
    expect(page.locator(".steps .current")).to_contain_text("Confirmed")
    expect(page.locator("#news")).to_have_text("Your order is confirmed")
    expect(page.locator("#progress")).not_to_have_attribute("aria-live", re.compile(".*"))


def test_a_link_that_ends_while_it_is_open_says_so_and_asks_no_more(
    app: Flask, settings: Settings, cedar: House, order_id: uuid.UUID, page: Page, network: NetworkProxy
) -> None:
    move(app, cedar, order_id, OrderStatus.CANCELLED)
    expect(page.locator(".headline")).to_have_text("Your order was cancelled")
    earlier(settings, cedar, order_id, dt.timedelta(days=2))
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    network.let_through()
    expect(page.locator("#live")).to_contain_text("This link has ended", timeout=10_000)
    asked = len(network.requests)
    page.clock.run_for(120_000)
    assert len(network.requests) == asked
    earlier(settings, cedar, order_id, dt.timedelta(days=-2))  # or the log would seem to contradict the order


def earlier(settings: Settings, house: House, order_id: uuid.UUID, by: dt.timedelta) -> None:
    """Shift since when an order has its status."""
    with operator_connection(settings.operator_url) as connection:
        tenant = {"tenant": str(house.tenant_id)}
        connection.execute(text("SELECT set_config('ordertrack.tenant_id', :tenant, false)"), tenant)
        connection.execute(
            text(
                "UPDATE orders SET status_since = status_since - CAST(:by AS interval)"
                " WHERE tenant_id = :tenant AND id = :order_id"
            ),
            {**tenant, "by": by, "order_id": order_id},
        )
