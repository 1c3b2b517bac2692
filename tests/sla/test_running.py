"""The shift that runs: what is open in it, what is late, and what nobody will ever finish."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.past.orders import PastOrder, PastStep
from ordertrack.restaurants import save
from ordertrack.restaurants.cache import of_tenant
from ordertrack.restaurants.calendar import EVERY_WEEKDAY, Shift
from ordertrack.restaurants.targets import Target
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.report import running
from ordertrack.sla.report.contents import RunningShift
from ordertrack.sla.report.selection import Selection
from support.cast import House
from support.houses.past_service import write


@pytest.fixture
def busy(cedar: House, app: Flask, operator_app: Flask) -> House:
    """The first restaurant has a shift all day, a target of 20 minutes, and four orders that are open."""
    with tenant_context(app, cedar.tenant_id):
        restaurant = next(each for each in of_tenant(cedar.tenant_id) if each.slug == cedar.restaurants[0])
        rules = restaurant.calendar.rules[-1]
        all_day = Shift("All day", EVERY_WEEKDAY, rules.day_starts, rules.day_starts)
        save.save_rules(restaurant.id, replace(rules, shifts=(all_day,)), by=cedar.maya.principal)
        target = Target(Stage.KITCHEN, None, dt.date(2026, 1, 1), 1200)
        save.save_target(restaurant.id, target, by=cedar.maya.principal)
    write(operator_app, cedar, [confirmed(cedar, minutes) for minutes in (600, 300, 30, 10)])
    return cedar


def confirmed(house: House, minutes_ago: int) -> PastOrder:
    """Placed and at once confirmed so long ago, and then left alone."""
    at = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes_ago)
    order = NewOrder(house.restaurants[0], Fulfilment.PICKUP, (NewItem("Kebab", 1),))
    return PastOrder(
        order,
        (
            PastStep(OrderStatus.PENDING, at, house.program, {}),
            PastStep(OrderStatus.CONFIRMED, at, house.nour.principal, {}),
        ),
    )


def shifts(app: Flask, house: House, fulfilment: Fulfilment | None = None) -> list[RunningShift]:
    with tenant_context(app, house.tenant_id):
        chosen = tuple(
            restaurant for restaurant in of_tenant(house.tenant_id) if restaurant.slug == house.restaurants[0]
        )
        today = chosen[0].calendar.day_of(dt.datetime.now(dt.UTC))
        return running.running(Selection(house.tenant_id, today, today, chosen, fulfilment=fulfilment))


def test_open_orders_are_counted_late_ones_too_and_forgotten_ones_apart(app: Flask, busy: House) -> None:
    (shift,) = shifts(app, busy)
    assert shift.name == "All day"
    assert shift.open == {OrderStatus.CONFIRMED: 2}
    assert (shift.late, shift.forgotten) == (1, 2)


def test_it_says_when_the_next_order_will_be_late(app: Flask, busy: House) -> None:
    (shift,) = shifts(app, busy)
    assert shift.late_next_at is not None
    left = shift.late_next_at - dt.datetime.now(dt.UTC)
    assert dt.timedelta(minutes=8) < left < dt.timedelta(minutes=10)


def test_another_fulfilment_has_none_of_them(app: Flask, busy: House) -> None:
    (shift,) = shifts(app, busy, Fulfilment.DELIVERY)
    assert not shift.open
    assert (shift.late, shift.forgotten, shift.late_next_at) == (0, 0, None)
