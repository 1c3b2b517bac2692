"""What is written of the past stands in the log as if it had happened then, and nothing loosens for it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import psycopg
from flask import Flask
from sqlalchemy import select

from boards.hands import set_operations
from ordertrack.database.channels import EVENTS_CHANNEL
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.models import OrderItem, TrackingLink
from ordertrack.orders.moving import transitions
from ordertrack.past.writer import History
from ordertrack.restaurants.stations import Station
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.server import consistency
from past.histories import NOON, WAY, Write, orders, past
from support.cast import TIMEZONE, House
from support.database import connect


def test_every_event_has_its_own_time_its_hand_and_what_was_said(cedar: House, write: Write, log) -> None:
    assert write(past(cedar, 0, 3, 4, 20)) == 4
    events = log()
    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert [(event.occurred_at - NOON).total_seconds() / 60 for event in events] == [0, 3, 4, 20]
    assert [event.in_status_for for event in events] == [
        None,
        *(dt.timedelta(minutes=length) for length in (3, 1, 16)),
    ]
    assert [event.event_metadata for event in events] == [{"told": str(status)} for status in WAY[:4]]
    assert {(event.changed_by, event.actor) for event in events} == {("Somebody then", "program:past")}


def test_an_order_of_the_past_is_an_order_like_any_other(app: Flask, cedar: House, write: Write) -> None:
    write(past(cedar, 0, 3))
    (order,) = orders(app, cedar)
    assert (order.status, order.version, order.fulfilment) == (OrderStatus.CONFIRMED, 2, Fulfilment.PICKUP)
    assert (order.placed_at, order.status_since) == (NOON, NOON + dt.timedelta(minutes=3))
    assert (order.reference, order.business_date, order.number) == ("A 7", NOON.date(), 1)
    with tenant_context(app, cedar.tenant_id):
        items = db.session.scalars(select(OrderItem).order_by(OrderItem.position)).all()
        assert [(item.name, item.quantity, item.notes, item.modifiers) for item in items] == [
            ("Kebab", 2, "no onion", ["extra garlic"]),
            ("Fattoush", 1, None, []),
        ]
        assert len(db.session.scalar(select(TrackingLink.token)) or "") == 22
        moved = transitions.advance(order.id, OrderStatus.PREPARING, by=cedar.maya.principal)
    assert moved.moved, "and it goes on from there"


def test_its_dishes_are_of_the_stations_where_the_restaurant_makes_such(
    app: Flask, cedar: House, write: Write
) -> None:
    set_operations(app, cedar, stations=(Station("Grill", ("kebab",)),))
    write(past(cedar, 0, 3))
    with tenant_context(app, cedar.tenant_id):
        items = db.session.scalars(select(OrderItem).order_by(OrderItem.position)).all()
        assert [(item.name, item.station) for item in items] == [("Kebab", "Grill"), ("Fattoush", None)]


def test_what_is_older_than_the_log_is_written_among_it_and_recorded_after_it(
    app: Flask, cedar: House, write: Write, place: Callable[..., uuid.UUID], bring, log, settings: Settings
) -> None:
    """Whatever is written next: history of later, of earlier, of the same time, or what happens now."""
    write(past(cedar, 10, 11, 12, 13, 14))
    order_id = place(cedar)
    write(past(cedar, 0, 1, 2, 3, 4), past(cedar, 11, 11, 11), at_once=3)
    bring(cedar, order_id, OrderStatus.CONFIRMED)
    events = log()
    minutes = [round((event.occurred_at - NOON).total_seconds() / 60) for event in events]
    assert (minutes[:5], minutes[6:14]) == ([10, 11, 12, 13, 14], [0, 1, 2, 3, 4, 11, 11, 11])
    recorded = [event.recorded_at for event in events]
    assert recorded == sorted(recorded)
    assert [event.recorded_at == event.occurred_at for event in (events[5], events[14])] == [True, True]
    assert [found.claim for found in consistency.check(settings, [cedar.tenant_id]) if not found.holds] == []
    today = (dt.datetime.now(TIMEZONE) - dt.timedelta(hours=4)).date()  # days begin at four there
    numbers = {order.placed_at: (order.business_date, order.number) for order in orders(app, cedar)}
    assert sorted(numbers.values()) == [*((NOON.date(), number) for number in (1, 2, 3)), (today, 1)]


def test_events_of_all_orders_are_merged_in_the_order_of_their_times(
    cedar: House, write: Write, log, settings: Settings
) -> None:
    write(past(cedar, 5, 6, 7, 8), past(cedar, 0, 6, 6.5, 30, restaurant="jounieh"), past(cedar, 7, 7, 7, 7))
    times = [event.occurred_at for event in log()]
    assert times == sorted(times)
    assert len(times) == 12
    assert [found.claim for found in consistency.check(settings, [cedar.tenant_id]) if not found.holds] == []


def test_whoever_listens_is_woken_once_for_each_piece(cedar: House, write: Write, settings: Settings) -> None:
    with connect(settings.operator_url, autocommit=True) as listening:
        listening.execute(f"LISTEN {EVENTS_CHANNEL}")
        write(past(cedar, 0, 1), past(cedar, 0.5), at_once=2)
        told = [note.payload for note in listening.notifies(timeout=5, stop_after=2)]
    assert told == [f"{cedar.tenant_id}:2", f"{cedar.tenant_id}:3"]


def test_another_tenants_orders_are_neither_seen_nor_touched(
    app: Flask, operator_app: Flask, cedar: House, rival: House, write: Write, log
) -> None:
    write(past(cedar, 0, 1, key="a"))
    with tenant_context(operator_app, rival.tenant_id):
        told = past(rival, 0, key="a", restaurant="verdun")
        history = History(rival.tenant_id, [told], lambda *_: NOON.date())
        assert sum(history.write()) == 1
    assert len(log()) == 2
    with tenant_context(app, rival.tenant_id):
        assert event_log.head(rival.tenant_id).seq == 1


def test_no_way_to_write_other_times_stays_behind(
    cedar: House, write: Write, confined: psycopg.Connection
) -> None:
    write(past(cedar, 0, 1))
    left = confined.execute("SELECT proname FROM pg_proc WHERE proname = 'write_history'").fetchall()
    assert left == []
