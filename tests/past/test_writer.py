"""What is written of the past stands in the log as if it had happened then, and nothing loosens for it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ordertrack.database.channels import EVENTS_CHANNEL
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders import actions, event_log, transitions
from ordertrack.orders.intake import IdempotencyKeyReused, NewItem, NewOrder, RestaurantNotFound
from ordertrack.orders.models import Order, OrderItem, StatusEvent, TrackingLink
from ordertrack.past.counts import Counts
from ordertrack.past.orders import HistoryRefused, LogIsYounger, NotYetPast, PastOrder, PastStep
from ordertrack.past.writer import History
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, IllegalTransition, OrderStatus, allowed
from ordertrack.server import consistency
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal
from support.database import connect

if TYPE_CHECKING:
    from support.cast import House

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
WAY = (
    OrderStatus.PENDING,
    OrderStatus.CONFIRMED,
    OrderStatus.PREPARING,
    OrderStatus.READY,
    OrderStatus.COMPLETED,
)
IN_KITCHEN = set(WAY[:3])

Write = Callable[..., int]


def by(house: House) -> Principal:
    return Principal(house.tenant_id, "program:past", "Somebody then")


def past(house: House, *minutes: float, restaurant: str = "hamra", key: str | None = None) -> PastOrder:
    """An order that was placed so many minutes after noon, then confirmed, preparing, ready and completed."""
    steps = tuple(
        PastStep(status, NOON + dt.timedelta(minutes=minute), by(house), {"told": str(status)})
        for status, minute in zip(WAY, minutes, strict=False)
    )
    items = (NewItem("Kebab", 2, "no onion", ("extra garlic",)), NewItem("Fattoush", 1))
    return PastOrder(NewOrder(restaurant, Fulfilment.PICKUP, items, reference="A 7"), steps, key)


@pytest.fixture
def write(operator_app: Flask, cedar: House) -> Write:
    """Write these orders into Cedar's log; how many events that made."""

    def write_all(*orders: PastOrder, at_once: int | None = None, pieces: int | None = None) -> int:
        with tenant_context(operator_app, cedar.tenant_id):
            days = {each.slug: each.business_day for each in db.session.scalars(select(Restaurant))}
            history = History(cedar.tenant_id, orders, lambda slug, moment: days[slug](moment))
            written = [count for _, count in zip(range(pieces or 99), history.write(at_once), strict=False)]
            return sum(written)

    return write_all


@pytest.fixture
def log(app: Flask, cedar: House) -> Callable[[], list[StatusEvent]]:
    def read() -> list[StatusEvent]:
        with tenant_context(app, cedar.tenant_id):
            query = select(StatusEvent).where(StatusEvent.tenant_id == cedar.tenant_id)
            return list(db.session.scalars(query.order_by(StatusEvent.seq)))

    return read


def orders(app: Flask, house: House) -> list[Order]:
    with tenant_context(app, house.tenant_id):
        query = select(Order).where(Order.tenant_id == house.tenant_id).order_by(Order.placed_at)
        return list(db.session.scalars(query))


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


def test_events_of_all_orders_are_merged_in_the_order_of_their_times(
    cedar: House, write: Write, log, settings: Settings
) -> None:
    write(past(cedar, 5, 6, 7, 8), past(cedar, 0, 6, 6.5, 30, restaurant="jounieh"), past(cedar, 7, 7, 7, 7))
    times = [event.occurred_at for event in log()]
    assert times == sorted(times)
    assert len(times) == 12
    assert [finding.claim for finding in consistency.check(settings) if not finding.holds] == []


def test_numbers_count_up_in_each_restaurants_business_day_and_go_on_today(
    app: Flask, cedar: House, write: Write, place: Callable[..., uuid.UUID]
) -> None:
    night = 60 * 13.5  # half past three in the morning at Beirut, before the day ends at four
    write(
        *(past(cedar, *served(minute)) for minute in (0, 1, night, night + 60)),
        past(cedar, *served(0.5), restaurant="jounieh"),
    )
    numbers = [(order.business_date.day, order.number) for order in orders(app, cedar)]
    assert numbers == [(2, 1), (2, 1), (2, 2), (2, 3), (3, 1)]

    now = dt.datetime.now(dt.UTC) - NOON
    write(past(cedar, *served(now.total_seconds() / 60 - 0.5)))
    place(cedar)
    assert [order.number for order in orders(app, cedar)][-2:] == [1, 2]


def served(minute: float) -> list[float]:
    """The minutes of an order that was placed then and completed at once."""
    return [minute + step / 100 for step in range(len(WAY))]


@pytest.mark.parametrize("at_once", [None, 3])
def test_a_number_that_was_open_then_was_not_given_again(
    app: Flask, cedar: House, write: Write, place: Callable[..., uuid.UUID], at_once: int | None
) -> None:
    day = 24 * 60
    write(
        past(cedar, 0),
        past(cedar, *served(1)),
        past(cedar, 2, day + 3, day + 4, day + 5, day + 6),
        past(cedar, day),
        past(cedar, day + 2),
        past(cedar, day + 7),
        at_once=at_once,
    )
    numbers = [(order.business_date.day, order.number) for order in orders(app, cedar)]
    assert numbers == [(2, 1), (2, 2), (2, 3), (3, 2), (3, 4), (3, 5)]
    place(cedar)
    assert orders(app, cedar)[-1].number == 3, "1, 2, 4 and 5 are open"


def test_nothing_is_written_before_what_the_log_has_already(
    app: Flask, cedar: House, write: Write, place: Callable[..., uuid.UUID], log
) -> None:
    write(past(cedar, 10, 11))
    with pytest.raises(LogIsYounger, match=r"until 2026-03-02 12:11:00 UTC.*began at .* 12:10:59 UTC"):
        write(past(cedar, 11 - 1 / 60), past(cedar, 30))
    assert len(log()) == 2
    assert write(past(cedar, 11)) == 1, "at the same time is not before"
    place(cedar)
    with pytest.raises(HistoryRefused):
        write(past(cedar, 12))


def test_nothing_is_written_before_an_action_that_the_log_ends_with(
    app: Flask, cedar: House, write: Write, place: Callable[..., uuid.UUID], log
) -> None:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        actions.act(order_id, OrderAction.RUSH, by=cedar.maya.principal)
    with pytest.raises(LogIsYounger):
        write(past(cedar, 0, 1))
    assert len(log()) == 1


def test_nothing_is_written_that_is_still_to_come(cedar: House, write: Write, log) -> None:
    ahead = (dt.datetime.now(dt.UTC) - NOON).total_seconds() / 60 + 5
    with pytest.raises(NotYetPast, match="still to come"):
        write(past(cedar, 0, ahead))
    assert log() == []


def test_an_unknown_restaurant_leaves_nothing_written(cedar: House, write: Write, log) -> None:
    with pytest.raises(RestaurantNotFound):
        write(past(cedar, 0), past(cedar, 1, restaurant="verdun"))
    assert log() == []


def test_one_writing_is_whole_or_not_at_all(cedar: House, write: Write, log) -> None:
    with pytest.raises(IntegrityError):
        write(past(cedar, 0, 1, key="twice"), past(cedar, 9, 10, key="twice"))
    assert log() == []


def test_written_twice_nothing_is_doubled(cedar: House, write: Write, log) -> None:
    told = [past(cedar, 0, 3, 4, 20, key="a"), past(cedar, 1, 2, key="b")]
    assert (write(*told), write(*told)) == (6, 0)
    assert len(log()) == 6


def test_what_was_broken_off_is_taken_up_where_it_stopped(
    app: Flask, cedar: House, write: Write, log, settings: Settings
) -> None:
    told = [past(cedar, *(start + step for step in (0, 3, 4, 20)), key=f"{start}") for start in range(5)]
    assert write(*told, at_once=7, pieces=1) == 7
    assert len(log()) == 7
    assert write(*told, at_once=7) == 13
    assert Counter(order.status for order in orders(app, cedar)) == {OrderStatus.READY: 5}
    assert [order.number for order in orders(app, cedar)] == [1, 2, 3, 4, 5]
    assert [finding.claim for finding in consistency.check(settings) if not finding.holds] == []


def test_an_order_that_somebody_led_elsewhere_is_left_to_them(
    app: Flask, cedar: House, write: Write, log
) -> None:
    told = past(cedar, 0, 3, 4, 20, key="a")
    write(told, at_once=2, pieces=1)
    (order,) = orders(app, cedar)
    with tenant_context(app, cedar.tenant_id):
        transitions.advance(order.id, OrderStatus.CANCELLED, by=cedar.maya.principal, reason="Fire")
    assert write(told) == 0
    assert [event.to_status for event in log()][-1] == OrderStatus.CANCELLED


def test_a_key_of_another_order_is_refused(cedar: House, write: Write, log) -> None:
    write(past(cedar, 0, key="a"))
    with pytest.raises(IdempotencyKeyReused):
        write(past(cedar, 1, key="a", restaurant="jounieh"))
    assert len(log()) == 1


def test_a_story_that_no_order_has_cannot_even_be_told(cedar: House) -> None:
    told = past(cedar, 0, 1, 2, 3)
    with pytest.raises(IllegalTransition):
        PastOrder(told.order, (told.steps[0], told.steps[2]))
    with pytest.raises(ValueError, match="begins as pending"):
        PastOrder(told.order, told.steps[1:])
    with pytest.raises(ValueError, match="confirmed comes before pending"):
        PastOrder(told.order, (told.steps[0], told.steps[1]._replace(at=NOON - dt.timedelta(seconds=1))))


def test_whoever_listens_is_woken_once_for_each_piece(cedar: House, write: Write, settings: Settings) -> None:
    with connect(settings.operator_url, autocommit=True) as listening:
        listening.execute(f"LISTEN {EVENTS_CHANNEL}")
        write(past(cedar, 0, 1, 2), at_once=2)
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


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[float, OrderStatus]]:
    """One order's way through the state machine, at whole seconds that are often equal to others'."""
    at = draw(st.integers(0, 40))
    story = [(at, OrderStatus.PENDING)]
    while following := allowed(story[-1][1], Fulfilment.DELIVERY):
        if draw(st.integers(0, 9)) == 0:
            break
        at += draw(st.integers(0, 20))
        story.append((at, draw(st.sampled_from(following))))
    return story


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=st.lists(st.tuples(stories(), st.booleans()), min_size=1, max_size=6), at_once=st.integers(1, 40))
def test_the_kitchens_load_is_what_a_move_would_have_found(
    operator_app: Flask, make_house, told: Sequence, at_once: int
) -> None:
    house = make_house("Cedar", ("hamra", "jounieh"))
    all_told = []
    for story, is_hamra in told:
        steps = tuple(
            PastStep(status, NOON + dt.timedelta(seconds=at), by(house), {}) for at, status in story
        )
        new = NewOrder("hamra" if is_hamra else "jounieh", Fulfilment.DELIVERY, (NewItem("Soup", 1),))
        all_told.append(PastOrder(new, steps))
    with tenant_context(operator_app, house.tenant_id):
        history = History(house.tenant_id, all_told, lambda *_: NOON.date())
        assert sum(history.write(at_once)) == len(history)
        query = select(StatusEvent).where(StatusEvent.tenant_id == house.tenant_id)
        events = list(db.session.scalars(query.order_by(StatusEvent.seq)))
    assert [event.seq for event in events] == list(range(1, len(history) + 1))
    assert all(earlier.occurred_at <= later.occurred_at for earlier, later in pairwise(events))
    kitchens: dict[uuid.UUID, set[uuid.UUID]] = {event.restaurant_id: set() for event in events}
    for event in events:
        kitchen = kitchens[event.restaurant_id]
        was_there = event.from_status is None or event.order_id in kitchen
        assert was_there == (event.from_status is None or event.from_status in IN_KITCHEN)
        assert event.kitchen_load == len(kitchen | ({event.order_id} if event.from_status is None else set()))
        with suppress(KeyError):
            kitchen.remove(event.order_id)
        if event.to_status in IN_KITCHEN:
            kitchen.add(event.order_id)


def test_the_load_of_orders_that_are_there_already_counts(
    app: Flask, cedar: House, write: Write, log, place: Callable[..., uuid.UUID], bring
) -> None:
    write(past(cedar, 0), past(cedar, 1, 2), past(cedar, 1.5, restaurant="jounieh"))
    write(past(cedar, 3, 4))
    order = place(cedar)
    bring(cedar, order, OrderStatus.CONFIRMED)
    assert [event.kitchen_load for event in log()] == [1, 2, 1, 2, 3, 3, 4, 4]


def test_a_load_is_counted_up_to_ninety_nine(operator_app: Flask, cedar: House) -> None:
    with tenant_context(operator_app, cedar.tenant_id):
        counts = Counts(cedar.tenant_id)
        loads = [counts.load("hamra", None, OrderStatus.PENDING) for _ in range(120)]
        db.session.rollback()
    assert loads == [min(number, 99) for number in range(1, 121)]


def test_a_day_that_seems_to_run_backwards_goes_on_numbering_the_later_one(
    operator_app: Flask, cedar: House
) -> None:
    days = [NOON.date() + dt.timedelta(days=ahead) for ahead in (0, 1, 0, 1)]
    with tenant_context(operator_app, cedar.tenant_id):
        counts = Counts(cedar.tenant_id)
        numbers = [counts.number("hamra", day) for day in days]
        db.session.rollback()
    assert numbers == [(days[0], 1), (days[1], 1), (days[1], 2), (days[1], 3)]
