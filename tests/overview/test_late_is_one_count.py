"""However it is asked: cards, the overview and the shift that runs in a report call the same orders late."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from boards.hands import set_operations
from ordertrack.database.session import tenant_context
from ordertrack.orders.due import open_orders
from ordertrack.orders.due.lateness import timer_of
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.overview.attention import Trouble
from ordertrack.overview.company import Overview
from ordertrack.restaurants import cache, save
from ordertrack.restaurants.calendar import EVERY_WEEKDAY, Shift
from ordertrack.restaurants.order_handling import AcceptThen, OrderHandling
from ordertrack.restaurants.targets import Against, TimerState
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.report import running
from ordertrack.sla.report.selection import Selection
from support.cast import House
from support.server import wait_for

Promise = Callable[..., uuid.UUID]
Read = Callable[[House], Overview]
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def promise(app: Flask, cedar: House) -> Promise:
    """Place an order in Hamra that is promised so many minutes from now."""

    def place_it(minutes: float, fulfilment: Fulfilment = Fulfilment.DELIVERY) -> uuid.UUID:
        at = dt.datetime.now(dt.UTC) + minutes * MINUTE
        order = NewOrder("hamra", fulfilment, (NewItem("Kebab", 1),), promised_at=at)
        with tenant_context(app, cedar.tenant_id):
            return intake.place(order, by=cedar.program)[0]

    return place_it


@pytest.fixture
def all_day(app: Flask, cedar: House) -> None:
    """Hamra has a shift that runs."""
    with tenant_context(app, cedar.tenant_id):
        hamra = next(each for each in cache.of_tenant(cedar.tenant_id) if each.slug == "hamra")
        rules = hamra.calendar.rules[-1]
        shift = Shift("All day", EVERY_WEEKDAY, rules.day_starts, rules.day_starts)
        save.save_rules(hamra.id, replace(rules, shifts=(shift,)), by=cedar.maya.principal)


def late_on_cards(app: Flask, house: House) -> int:
    now = dt.datetime.now(dt.UTC)
    with tenant_context(app, house.tenant_id):
        return sum(
            timer_of(order).state(now) == TimerState.LATE
            for restaurant in cache.of_tenant(house.tenant_id)
            for order in records.of_restaurant(house.tenant_id, restaurant.id, open_orders.OPEN)
        )


def late_in_report(app: Flask, house: House) -> int:
    with tenant_context(app, house.tenant_id):
        restaurants = tuple(cache.of_tenant(house.tenant_id))
        today = restaurants[0].calendar.day_of(dt.datetime.now(dt.UTC))
        return sum(
            shift.late for shift in running.running(Selection(house.tenant_id, today, today, restaurants))
        )


def test_a_promise_that_has_passed_is_late_everywhere_though_there_is_no_target(
    app: Flask, cedar: House, promise: Promise, all_day: None, overview_of: Read, bring: Callable[..., None]
) -> None:
    broken, on_the_shelf = promise(-5), promise(-5, Fulfilment.PICKUP)
    promise(10)
    to_ready = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    bring(cedar, on_the_shelf, *to_ready)  # it waits for its guest, not its guest for it
    bring(cedar, broken, *to_ready, OrderStatus.DELIVERING)
    overview = overview_of(cedar)
    assert (late_on_cards(app, cedar), overview.late, late_in_report(app, cedar)) == (1, 1, 1)
    (line,) = [line for line in overview.lines if line.trouble == Trouble.ROAD]
    assert line.order is not None and line.order.id == broken
    assert (line.against, line.late_at) == (Against.PROMISE, line.order.promised_at)


def test_what_must_be_confirmed_at_once_is_late_in_the_report_too(
    app: Flask, cedar: House, promise: Promise, all_day: None, overview_of: Read, place: Promise
) -> None:
    handling = OrderHandling(accept_within=60, accept_then=AcceptThen.NOTHING)
    set_operations(app, cedar, orders=handling)
    place(cedar)
    assert (late_on_cards(app, cedar), overview_of(cedar).late, late_in_report(app, cedar)) == (1, 1, 1)


def test_the_overview_says_against_what_and_looks_again_when_the_promise_passes(
    cedar: House,
    promise: Promise,
    overview_of: Read,
    set_target: Callable[..., None],
    lived: Callable[..., None],
    maya: FlaskClient,
) -> None:
    set_target(cedar, "hamra", Stage.ACCEPT, 600)
    lived(cedar, ("hamra", [12.5]))
    assert "target +<b" in maya.get("/").text
    order_id = promise(-3.5)
    overview = overview_of(cedar)
    (line,) = [line for line in overview.lines if line.trouble == Trouble.CONFIRM]
    assert (line.number, line.against) == (2, Against.PROMISE)
    story = maya.get(f"/orders/{order_id}").text
    assert "against the promise to the guest, for" in story and "past its target" not in story


def test_a_storys_head_says_both_where_promise_and_target_are_broken(
    cedar: House, promise: Promise, set_target: Callable[..., None], maya: FlaskClient, app: Flask
) -> None:
    order_id = promise(0.02)
    set_target(cedar, "hamra", Stage.ACCEPT, 1)

    def both() -> bool:
        story = maya.get(f"/orders/{order_id}").text
        return "against the promise to the guest, for" in story and "past its target since" in story

    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
        assert order is not None
        timer = timer_of(order)
    assert timer.late_at is not None and timer.promised_at is not None
    assert timer.late_at < timer.promised_at
    wait_for(both, "both to be broken")
