"""What no webhook brought is fetched, and what becomes of an order is told, whatever the shop answers."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from channels import working
from channels.conftest import Connected
from channels.shop import Shop, an_order, later, stamp
from ordertrack.channels import payloads, telling, tending, troubles
from ordertrack.channels.woocommerce import transport
from ordertrack.database.session import tenant_context
from ordertrack.following.jobs import Again, Done, Failed
from ordertrack.orders.moving import transitions
from ordertrack.rules.state_machine import OrderStatus

Connect = Callable[..., Connected]
pytestmark = pytest.mark.usefixtures("alone")
S = OrderStatus


def ask(connected: Connected) -> Done | Failed:
    """Ask the shop once, as the process beside the workers does."""
    with tenant_context(connected.app, connected.house.tenant_id):
        return tending.ask(connected.row(), connected.channel())


def move(connected: Connected, *steps: OrderStatus) -> None:
    [order] = connected.orders()
    with tenant_context(connected.app, connected.house.tenant_id):
        for step in steps:
            transitions.advance(order.id, step, by=connected.house.program)


def tell(connected: Connected) -> list[Done | Again | Failed]:
    working.follow(connected.app, connected.house)
    return working.work(connected.app, connected.house)  # type: ignore[return-value]


def test_what_no_webhook_brought_is_fetched_once(connect: Connect, shop: Shop) -> None:
    connected = connect()
    shop.put(an_order(1001), an_order(1002), an_order(1003, status="pending"))
    connected.deliver(an_order(1002))
    ask(connected)
    ask(connected)
    assert sorted(order.reference or "" for order in connected.orders()) == ["1001", "1002"]
    assert [(each.way, each.external_id) for each in connected.payloads()] == [
        ("called", "1002"),
        ("asked", "1001"),
        ("asked", "1003"),
    ]
    shop.put(later(shop.orders[1001], 1, status="cancelled"))
    ask(connected)
    cancelled = [order.reference for order in connected.orders() if order.status == S.CANCELLED]
    assert cancelled == ["1001"]
    row = connected.row()
    assert row.worked_at is not None and row.failing_since is None


def test_what_was_thrown_away_without_a_word_is_found(connect: Connect, shop: Shop) -> None:
    connected = connect()
    connected.deliver(an_order())
    shop.put(later(an_order(), 1, status="trash"))
    ask(connected)
    assert connected.orders()[0].status == S.CANCELLED


def test_orders_of_before_the_connection_are_left_alone(connect: Connect, shop: Shop) -> None:
    connected = connect()
    old = stamp(dt.datetime.now(dt.UTC) - dt.timedelta(days=1))
    shop.put(an_order(date_created_gmt=old, date_modified_gmt=old))
    ask(connected)
    assert connected.orders() == [] and connected.payloads() == []


def test_many_are_fetched_in_parts_and_go_on_where_they_broke_off(
    connect: Connect, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ordertrack.channels.woocommerce import channel

    monkeypatch.setattr(channel, "_A_PAGE", 3)
    monkeypatch.setattr(channel, "_MOST_PAGES", 2)
    connected = connect()
    shop.put(*[an_order(number) for number in range(1001, 1008)])
    for expected in (6, 7):
        ask(connected)
        assert len(connected.orders()) == expected
    assert "offset" not in connected.row().cursor
    shop.breaks = [500]
    ask(connected)
    assert connected.row().failing_since is not None


def test_an_enormous_answer_is_asked_for_in_smaller_parts(
    connect: Connect, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 40_000)
    connected = connect()
    shop.put(*[an_order(number) for number in range(1001, 1005)])
    shop.orders[1003]["customer_note"] = "x" * 50_000
    ask(connected)
    assert sorted(order.reference or "" for order in connected.orders()) == ["1001", "1002", "1004"]
    assert any("larger than can be read" in each for each in connected.became())


@pytest.mark.parametrize(
    ("breaks", "why"),
    [
        ([500], "The shop answered with an error (500)."),
        ([302], "The shop answered with an error (302)."),
        ([401], "The shop refuses the consumer key (401): it must be one that may read and write."),
        ([404], "There is no REST API of WooCommerce at this address."),
    ],
)
def test_what_the_shop_answers_stands_on_the_page(
    connect: Connect, shop: Shop, maya: FlaskClient, breaks: list[int], why: str
) -> None:
    connected = connect()
    shop.breaks = breaks
    assert isinstance(ask(connected), Failed)
    assert why in maya.get(connected.page).text.replace("\u2068", "").replace("\u2069", "")
    ask(connected)
    assert connected.row().failing_since is None


def test_a_shop_that_hangs_is_given_up_and_says_so(
    connect: Connect, shop: Shop, maya: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "SECONDS", 0.3)
    connected = connect()
    shop.hangs = threading.Event()
    assert isinstance(ask(connected), Failed)
    assert "It did not answer in time." in maya.get("/channels").text
    alarm = "Web shop has not worked for a while"
    assert alarm not in maya.get("/").text
    monkeypatch.setattr(troubles, "FAILS_FOR", dt.timedelta(0))
    page = maya.get("/").text
    assert alarm in page and f'href="{connected.page}"' in page


def test_whoever_it_is_time_to_ask_is_asked_by_one_job(connect: Connect, shop: Shop, app: Flask) -> None:
    connected = connect()
    shop.put(an_order())
    with tenant_context(app, connected.house.tenant_id):
        tending.ask_due(connected.house.tenant_id)
        tending.ask_due(connected.house.tenant_id)
    [outcome] = working.work(app, connected.house)
    assert outcome == Done("1 new.") and len(connected.orders()) == 1
    with tenant_context(app, connected.house.tenant_id):
        tending.ask_due(connected.house.tenant_id)
    assert working.waiting(app, connected.house) == []


def test_confirmed_and_completed_are_told_and_nothing_between(
    connect: Connect, shop: Shop, maya: FlaskClient
) -> None:
    connected = connect(makes=["on-hold"])
    shop.put(an_order(status="on-hold"))
    connected.deliver(shop.orders[1001])
    move(connected, S.CONFIRMED)
    assert tell(connected) == [Done("In the shop it is processing.")]
    assert shop.orders[1001]["status"] == "processing"
    move(connected, S.PREPARING, S.READY)
    assert tell(connected) == []
    move(connected, S.COMPLETED)
    assert tell(connected) == [Done("In the shop it is completed.")]
    assert shop.orders[1001]["status"] == "completed"
    page = maya.get(connected.page).text.partition("What was told there last")[2]
    assert page.index("Completed") < page.index("Confirmed") and page.count("Told") == 2
    connected.deliver(shop.orders[1001], "order.updated")
    assert connected.became()[-1] == "nothing: Nothing is otherwise than it was."
    assert tell(connected) == []


def test_what_the_shop_moved_itself_is_not_told_back(connect: Connect, shop: Shop) -> None:
    connected = connect()
    shop.put(later(an_order(), status="completed"))
    connected.deliver(an_order())
    connected.deliver(shop.orders[1001], "order.updated")
    assert connected.orders()[0].status == S.COMPLETED
    assert tell(connected) == []
    assert shop.asked == []


@pytest.mark.parametrize("there", ["cancelled", "refunded", "completed"])
def test_what_is_over_in_the_shop_is_not_written_over(connect: Connect, shop: Shop, there: str) -> None:
    connected = connect()
    shop.put(an_order())
    connected.deliver(shop.orders[1001])
    move(connected, S.CONFIRMED)
    shop.put(later(shop.orders[1001], status=there))
    assert tell(connected) == [Done(f"In the shop it is {there}.")]
    assert [method for method, _, _ in shop.asked] == ["GET"]


def test_a_cancellation_is_told_unless_the_setting_says_otherwise(
    connect: Connect, shop: Shop, app: Flask
) -> None:
    connected = connect()
    shop.put(an_order())
    connected.deliver(shop.orders[1001])
    move(connected, S.CANCELLED)
    assert tell(connected) == [Done("In the shop it is cancelled.")]
    silent = connect(name="Silent", tells=[])
    silent.deliver(an_order(1002))
    order = silent.orders()[-1]
    with tenant_context(app, silent.house.tenant_id):
        transitions.advance(order.id, S.CONFIRMED, by=silent.house.program)
    assert tell(silent) == []


@pytest.mark.parametrize(
    ("breaks", "outcome"),
    [([500], Again), ([429], Again), ([200, 503], Again), ([403], Failed), ([404], Failed)],
)
def test_a_shop_in_trouble_is_told_again_and_one_that_refuses_is_not(
    connect: Connect, shop: Shop, breaks: list[int], outcome: type
) -> None:
    connected = connect()
    shop.put(an_order(status="on-hold"))
    connected.deliver(an_order())
    move(connected, S.CONFIRMED)
    shop.breaks = breaks
    [became] = tell(connected)
    assert isinstance(became, outcome)
    assert connected.row().failing_since is not None
    if outcome is Again:
        assert working.work(connected.app, connected.house) == [Done("In the shop it is processing.")]
        assert connected.row().failing_since is None


def test_nobody_is_told_of_an_order_of_yesterday(
    connect: Connect, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = connect()
    connected.deliver(an_order())
    move(connected, S.CONFIRMED)
    monkeypatch.setattr(telling, "GIVES_UP_AFTER", dt.timedelta(0))
    shop.breaks = [500]
    assert isinstance(tell(connected)[0], Failed)


def test_the_button_tries_it_beside_the_request(connect: Connect, shop: Shop, maya: FlaskClient) -> None:
    connected = connect()
    for breaks, said in (([], "the key may read its orders"), ([401], "The shop refuses the consumer key")):
        shop.breaks = list(breaks)
        before = len(shop.asked)
        maya.post(f"{connected.page}/test")
        assert len(shop.asked) == before
        working.work(connected.app, connected.house)
        assert said in maya.get(connected.page).text


def test_a_shop_without_a_key_is_not_tried_and_that_is_no_fault(
    connect: Connect, shop: Shop, maya: FlaskClient
) -> None:
    connected = connect(consumer_key="", consumer_secret="")
    maya.post(f"{connected.page}/test")
    working.work(connected.app, connected.house)
    page = maya.get(connected.page).text
    assert "nothing is wrong" in page and "is-bad" not in page and "Not called yet" in page
    assert shop.asked == []


def test_what_could_not_be_settled_is_answered_all_the_same_and_settled_later(
    connect: Connect, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = connect()
    settle = payloads.settle

    def go_away(*_: object) -> None:
        raise OperationalError("SELECT", None, Exception("the database has gone"))

    monkeypatch.setattr(payloads, "settle", go_away)
    assert connected.deliver(an_order()).status_code == 200
    assert connected.orders() == []
    monkeypatch.setattr(payloads, "settle", settle)
    with tenant_context(app, connected.house.tenant_id):
        tending.settle_waiting(connected.house.tenant_id)
        assert connected.became() == ["received"]  # not so soon: somebody may be at it
        tending.settle_waiting(connected.house.tenant_id, dt.timedelta(0))
    assert len(connected.orders()) == 1 and connected.became() == ["done"]
