"""For the overview of managers: restaurants with targets, orders of some age, and what it says of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import psycopg
import pytest
from flask import Flask

from ordertrack.database.session import enter_tenant, tenant_context
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.overview import company
from ordertrack.overview.company import Overview
from ordertrack.past.orders import PastOrder, PastStep
from ordertrack.past.writer import History
from ordertrack.restaurants import cache, save, versioned
from ordertrack.restaurants.targets import Target
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import TIMEZONE, House

WAY = (
    OrderStatus.PENDING,
    OrderStatus.CONFIRMED,
    OrderStatus.PREPARING,
    OrderStatus.READY,
    OrderStatus.DELIVERING,
    OrderStatus.COMPLETED,
)


@pytest.fixture
def set_target(app: Flask) -> Callable[..., None]:
    """Give a restaurant of a house a target, in seconds."""

    def save_it(house: House, restaurant: str, stage: Stage, seconds: int) -> None:
        with tenant_context(app, house.tenant_id):
            found = next(each for each in cache.of_tenant(house.tenant_id) if each.slug == restaurant)
            day = found.calendar.day_of(dt.datetime.now(dt.UTC)) - dt.timedelta(30)
            save.save_target(found.id, Target(stage, None, day, seconds), by=house.maya.principal)

    return save_it


@pytest.fixture
def at_midday(app: Flask, operator: psycopg.Connection) -> Callable[[House], None]:
    """Have the business day of a house's restaurants be half over, whenever the test runs."""

    def begin(house: House) -> None:
        starts = (dt.datetime.now(TIMEZONE) - dt.timedelta(hours=12)).strftime("%H:00")
        operator.execute(
            "UPDATE restaurants SET business_day_start = %s WHERE tenant_id = %s", (starts, house.tenant_id)
        )
        operator.commit()
        versioned.forget_all()

    return begin


@pytest.fixture
def lived(operator_app: Flask) -> Callable[..., None]:
    """Write orders that took so many steps, each so many minutes ago: `(restaurant, [50, 40, 20])`."""

    def write(house: House, *orders: tuple[str, list[float]]) -> None:
        now = dt.datetime.now(dt.UTC)

        def order_of(place: int, restaurant: str, ago: list[float]) -> PastOrder:
            new = NewOrder(restaurant, Fulfilment.DELIVERY, (NewItem("Kebab", 1),))
            steps = tuple(
                PastStep(status, now - dt.timedelta(minutes=minutes), house.program, {})
                for status, minutes in zip(WAY, ago, strict=False)
            )
            return PastOrder(new, steps, f"lived:{place}")

        made = [order_of(place, *order) for place, order in enumerate(orders)]
        with operator_app.app_context():
            enter_tenant(house.tenant_id)
            calendars = {each.slug: each.calendar for each in cache.of_tenant(house.tenant_id)}
            made.sort(key=lambda order: order.steps[0].at)
            list(History(house.tenant_id, made, lambda slug, at: calendars[slug].day_of(at)).write())

    return write


@pytest.fixture
def overview_of(app: Flask) -> Callable[[House], Overview]:
    def read(house: House) -> Overview:
        with tenant_context(app, house.tenant_id):
            return company.read(house.tenant_id)

    return read


@pytest.fixture
def id_of(app: Flask) -> Callable[[House, str], uuid.UUID]:
    """The id of a restaurant by its slug."""

    def find(house: House, slug: str) -> uuid.UUID:
        with tenant_context(app, house.tenant_id):
            return next(each.id for each in cache.of_tenant(house.tenant_id) if each.slug == slug)

    return find
