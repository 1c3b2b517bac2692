"""Numbers of orders and loads of kitchens are what they would have been had it happened then."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.models import Order, StatusEvent
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.past.counts import Counts, OpenNumbers
from ordertrack.past.orders import PastOrder, PastStep
from ordertrack.past.writer import History
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, allowed
from ordertrack.tenants.models import Restaurant
from past.histories import NOON, WAY, Write, by, orders, past, served
from support.cast import House

IN_KITCHEN = set(WAY[:3])
SECOND = dt.timedelta(seconds=1)


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
        all_told.append(PastOrder(new, steps, str(len(all_told))))
    with tenant_context(operator_app, house.tenant_id):
        history = History(house.tenant_id, all_told, lambda *_: NOON.date())
        assert sum(history.write(at_once)) == len(history)
        query = select(StatusEvent).where(StatusEvent.tenant_id == house.tenant_id)
        events = list(db.session.scalars(query.order_by(StatusEvent.seq)))
        keys = dict(db.session.execute(select(Order.id, Order.idempotency_key)).all())
    assert [event.seq for event in events] == list(range(1, len(history) + 1))
    events.sort(key=lambda event: (event.occurred_at, int(keys[event.order_id]), event.version))
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


def test_a_load_is_counted_up_to_ninety_nine(cedar: House, write: Write, log) -> None:
    write(*(past(cedar, minute) for minute in range(101)))
    assert [event.kitchen_load for event in log()][-4:] == [98, 99, 99, 99]


def test_days_are_numbered_each_for_itself_and_intake_goes_on_with_the_newest(
    app: Flask, operator_app: Flask, cedar: House
) -> None:
    days = [NOON.date() + dt.timedelta(days=ahead) for ahead in (0, 1, 0, 1)]
    with tenant_context(operator_app, cedar.tenant_id):
        counts = Counts(cedar.tenant_id, OpenNumbers())
        numbers = [counts.number("hamra", day, NOON, NOON - SECOND) for day in days]
        db.session.commit()
        query = select(Restaurant).where(Restaurant.tenant_id == cedar.tenant_id, Restaurant.slug == "hamra")
        hamra = db.session.scalars(query).one()
        assert (numbers, hamra.numbered_on, hamra.last_number) == ([1, 1, 2, 2], days[1], 2)


def test_what_is_older_than_the_log_counts_for_itself_and_among_it_with_what_was_there(
    cedar: House, write: Write, log
) -> None:
    write(past(cedar, *served(100)), past(cedar, 101, 102, 103, 120, 121))
    write(past(cedar, 0, 1, 2, 3, 4), past(cedar, 2.5, 2.6, 2.7, 2.8, 2.9))
    write(past(cedar, 102.5, 102.6, 110, 130, 131), past(cedar, 102.6, restaurant="jounieh"))
    loads = {(event.occurred_at - NOON).total_seconds() / 60: event.kitchen_load for event in log()}
    assert [loads[minute] for minute in (0, 1, 2, 3, 2.5, 2.9)] == [1, 1, 1, 1, 2, 1]
    assert [loads[minute] for minute in (102.5, 110, 130)] == [2, 2, 1]
