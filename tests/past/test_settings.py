"""What held in a past that is brought along: versions of days that are over, by whoever brings them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, text

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.imported import IMPORTER
from ordertrack.past.settings import Brought, PastSettings
from ordertrack.past.settings import write as bring
from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RULES, RestaurantSettings
from ordertrack.restaurants.calendar import EVERY_WEEKDAY, Rules, Shift
from ordertrack.restaurants.targets import Target
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.rules.stages import Stage
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal
from past.histories import NOON, Write, orders, past
from support.cast import House

DAY = NOON.date()
WEEK = dt.timedelta(days=7)
NIGHT = Shift("Night", EVERY_WEEKDAY, dt.time(18), dt.time(2))
THEN = Rules(DAY - WEEK, "Europe/Paris", dt.time(6), (NIGHT,))
KITCHEN = Target(Stage.KITCHEN, None, DAY - WEEK, 900)


@pytest.fixture
def hamra(operator_app: Flask, cedar: House) -> uuid.UUID:
    with tenant_context(operator_app, cedar.tenant_id):
        query = select(Restaurant.id).where(
            Restaurant.tenant_id == cedar.tenant_id, Restaurant.slug == "hamra"
        )
        return db.session.scalars(query).one()


@pytest.fixture
def brought(operator_app: Flask, cedar: House, hamra: uuid.UUID) -> Callable[..., Brought]:
    def write(*rules: Rules, targets: tuple[Target, ...] = ()) -> Brought:
        with tenant_context(operator_app, cedar.tenant_id):
            by = Principal(cedar.tenant_id, IMPORTER, "Import")
            return bring(hamra, PastSettings(rules, targets), by=by)

    return write


@pytest.fixture
def now(operator_app: Flask, cedar: House, hamra: uuid.UUID) -> Callable[[], RestaurantSettings]:
    def read() -> RestaurantSettings:
        with tenant_context(operator_app, cedar.tenant_id):
            (found,) = cache.read(cedar.tenant_id, hamra)
            return found

    return read


def test_they_hold_from_their_days_on_and_where_nothing_was_lived_yet_they_go_on(
    operator_app: Flask, cedar: House, hamra: uuid.UUID, brought: Callable[..., Brought], now
) -> None:
    as_set_up = now().calendar.rules_on(DAY)
    later = replace(THEN, valid_from=DAY, day_starts=dt.time(5))
    assert brought(later, THEN, targets=(KITCHEN,)) == Brought(2, 1, 0)
    found = now()
    held = [found.calendar.rules_on(day) for day in (DAY - 2 * WEEK, DAY - WEEK, DAY, DAY + WEEK)]
    assert held == [as_set_up, THEN, later, later]
    assert [found.targets.own_at(Stage.KITCHEN, None, DAY - days * WEEK) for days in (0, 1, 2)] == [
        900,
        900,
        None,
    ]
    with tenant_context(operator_app, cedar.tenant_id):
        assert {each.saved_by for each in RULES.history(cedar.tenant_id, hamra)} == {"as set up", "Import"}
        restaurant = db.session.get_one(Restaurant, (cedar.tenant_id, hamra))
        assert (restaurant.timezone, restaurant.business_day_start) == ("Europe/Paris", dt.time(5))


def test_they_end_with_the_first_day_that_the_restaurant_lived_itself(
    app: Flask, cedar: House, write: Write, brought: Callable[..., Brought], now
) -> None:
    as_set_up = now().calendar.rules_on(DAY)
    write(past(cedar, 0, 1))
    wanted = (THEN, replace(THEN, valid_from=DAY, day_starts=dt.time(5)))
    targets = (KITCHEN, replace(KITCHEN, valid_from=DAY + WEEK, seconds=600))
    assert brought(*wanted, targets=targets) == Brought(2, 2, 2)
    found = now()
    assert found.calendar.rules_on(DAY - WEEK) == THEN
    assert [
        replace(found.calendar.rules_on(day), valid_from=as_set_up.valid_from) for day in (DAY, DAY + WEEK)
    ] == [
        as_set_up,
        as_set_up,
    ]
    assert [found.targets.own_at(Stage.KITCHEN, None, day) for day in (DAY - WEEK, DAY)] == [900, None]
    assert orders(app, cedar)[0].business_date == DAY


def test_brought_once_more_they_change_nothing(
    operator_app: Flask, cedar: House, brought: Callable[..., Brought], write: Write
) -> None:
    for _ in range(2):
        brought(THEN, targets=(KITCHEN,))
        assert brought(THEN, targets=(KITCHEN,)) == Brought(0, 0, 0)
        write(past(cedar, 0, 1))  # from now on it has days of its own


def test_days_of_it_that_were_measured_are_measured_anew(
    operator_app: Flask, cedar: House, brought: Callable[..., Brought]
) -> None:
    brought(targets=(KITCHEN,))
    query = text("SELECT from_date FROM sla_stale WHERE tenant_id = :t")
    with tenant_context(operator_app, cedar.tenant_id):
        assert list(db.session.scalars(query, {"t": cedar.tenant_id})) == [KITCHEN.valid_from]
    brought(THEN)
    with tenant_context(operator_app, cedar.tenant_id):
        assert list(db.session.scalars(query, {"t": cedar.tenant_id})) == [dt.date.min]


@pytest.mark.parametrize(
    ("rules", "targets", "field"),
    [
        ((replace(THEN, timezone="Europe/Nowhere"),), (), "timezone"),
        ((replace(THEN, valid_from=dt.date(2999, 1, 1)),), (), "valid_from"),
        ((), (replace(KITCHEN, seconds=0),), "minutes"),
        ((), (replace(KITCHEN, valid_from=dt.date(1, 1, 1)),), "valid_from"),
    ],
)
def test_what_cannot_have_held_is_refused_with_a_sentence_and_nothing_is_saved(
    brought: Callable[..., Brought], now, rules: tuple[Rules, ...], targets: tuple[Target, ...], field: str
) -> None:
    before = now().version
    with pytest.raises(UnusableSettings) as refused:
        brought(*rules, targets=(KITCHEN, *targets))
    assert set(refused.value.problems) == {field}
    assert now().version == before
