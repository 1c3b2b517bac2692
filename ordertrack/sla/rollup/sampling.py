"""Holding days of the roll-up against what a rebuild makes of them: a sample, and where it differs."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.restaurants import cache
from ordertrack.rules.stages import Stage
from ordertrack.sla.estimates import learn
from ordertrack.sla.measure import fates, shift_names, store, why_cancelled
from ordertrack.sla.measure.cells import EMPTY, day_at, day_number, merged, read, read_slowest
from ordertrack.sla.measure.log_reading import HeldLog
from ordertrack.sla.measure.store import Content, Day
from ordertrack.sla.rollup.making import Making

MOST = 60  # days of a restaurant
SMALL = 2000  # events: such a log is read once, and not anew for each day

# Where nothing was rolled up, days of orders need not be there.
_PLACES = text("""
    SELECT restaurant_id, business_date AS day FROM sla_restaurant_days WHERE tenant_id = :t
    UNION SELECT restaurant_id, business_date FROM sla_order_days WHERE tenant_id = :t
    UNION SELECT restaurant_id, learned_on FROM sla_estimate_days WHERE tenant_id = :t
    UNION SELECT restaurants.id, business_date FROM sla_tenant_days JOIN restaurants USING (tenant_id)
           WHERE tenant_id = :t
    UNION SELECT restaurant_id, business_date FROM orders WHERE tenant_id = :t AND :until > 0
""")
_ROWS = text("""
    SELECT stage, restaurant_id, cells, slowest FROM sla_restaurant_days
     WHERE tenant_id = :t AND business_date = :day
""")
_TENANT_ROWS = text("""
    SELECT stage, by_shift, by_hour, slowest FROM sla_tenant_days
     WHERE tenant_id = :t AND business_date = :day
""")
_ORDERS = text("""
    SELECT cells, reasons FROM sla_order_days
     WHERE tenant_id = :t AND restaurant_id = :restaurant AND business_date = :day
""")
# What became of all orders of a day: as the tenant's row has it, and as those of its restaurants have.
_ALL = [
    text(f"SELECT cells, reasons FROM {table} WHERE tenant_id = :t AND business_date = :day")  # noqa: S608
    for table in ("sla_tenant_order_days", "sla_order_days")
]
_LEARNED = text("""
    SELECT cells, waits, sooner, within, later, silent, turned_out FROM sla_estimate_days
     WHERE tenant_id = :t AND restaurant_id = :restaurant AND learned_on = :day
""")


class _Place(NamedTuple):
    """A day (since 1970) of a restaurant, by its place in the settings."""

    number: int
    day: int


def differences(tenant_id: uuid.UUID) -> list[str]:
    """Where a sample of the roll-up of the entered tenant is not what a rebuild of those days makes.

    As of one moment, reading only. Days whose settings have changed since are not looked at.
    """
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        db.session.execute(text("SET LOCAL statement_timeout = '10min'"))
        return list(_Sample(tenant_id).differences())
    finally:
        db.session.rollback()


class _Sample:
    def __init__(self, tenant_id: uuid.UUID) -> None:
        self._tenant_id = tenant_id
        cache.forget(tenant_id, None)
        self._settings = cache.of_tenant(tenant_id)
        self._until = int(self._value("SELECT max(seq) FROM sla_progress WHERE tenant_id = :t") or 0)
        # What the commit before has rolled up is made anew first.
        self._is_incomplete = bool(
            self._value(
                "SELECT seq <> orders_seq OR seq <> reasons_seq FROM sla_progress WHERE tenant_id = :t"
            )
        )
        shifts = shift_names.known(shift_names.names(tenant_id), self._settings)
        small = self._until <= SMALL
        held = HeldLog(tenant_id, [each.id for each in self._settings], self._until) if small else None
        self._making = Making(tenant_id, self._settings, shifts, held)
        self._stale = {
            row.restaurant_id: day_number(row.from_date) - 1
            for row in self._rows(text("SELECT restaurant_id, from_date FROM sla_stale WHERE tenant_id = :t"))
        }

    def differences(self) -> Iterator[str]:
        places = self._places()
        days = sorted({place.day for place in places})
        there = {day: self._contents(day) for day in days}
        for place in places:
            yield from self._of_restaurant(place, there[place.day])
            yield from self._of_learned(place)
        for day in days:
            yield from self._of_tenant(day, there[day])

    def _places(self) -> list[_Place]:
        numbers = {each.id: number for number, each in enumerate(self._settings)}
        found = sorted(
            _Place(numbers[row.restaurant_id], day_number(row.day))
            for row in self._rows(_PLACES, until=self._until)
            if day_number(row.day) < self._stale.get(row.restaurant_id, day_number(dt.date.max))
        )
        return sorted(random.sample(found, min(MOST, len(found))))

    def _of_restaurant(self, place: _Place, there: dict[Day, Content]) -> Iterator[str]:
        """What one business day holds of one restaurant."""
        restaurant = self._settings[place.number]
        made, ended = self._making.anew(place.number, place.day, place.day, self._until)
        for stage in Stage:
            key = Day(stage, place.day, restaurant.id)
            if _bytes(made.get(key, _NOTHING)) != _bytes(there.get(key, _NOTHING)):
                yield f"{restaurant.slug} {_said(place.day)} {stage}"
        rows = self._rows(_ORDERS, restaurant=restaurant.id, day=day_at(place.day))
        orders = ended.get((place.day, restaurant.id), _NO_ORDERS)
        if self._is_incomplete:
            return
        if orders.cells.tobytes() != b"".join(row.cells for row in rows):
            yield f"{restaurant.slug} {_said(place.day)} orders"
        if orders.reasons != why_cancelled.read(row.reasons for row in rows):
            yield f"{restaurant.slug} {_said(place.day)} reasons of cancellations"

    def _of_tenant(self, day: int, contents: dict[Day, Content]) -> Iterator[str]:
        """What one business day holds of all restaurants, which is what theirs hold."""
        if any(first <= day for first in self._stale.values()):
            return
        there = {Stage(row.stage): row for row in self._rows(_TENANT_ROWS, day=day_at(day))}
        for stage in Stage:
            row = there.get(stage)
            found = (row.by_shift, row.by_hour, row.slowest) if row else (b"", b"", b"")
            made = store.together([content for key, content in contents.items() if key.stage == stage])
            if found != _bytes(made):
                yield f"all restaurants {_said(day)} {stage}"
        if self._is_incomplete:
            return
        all_of_it, each = (self._rows(query, day=day_at(day)) for query in _ALL)
        parts = (merged([read(row.cells) for row in rows]) for rows in (all_of_it, each))
        if len({part.tobytes() for part in parts}) > 1:
            yield f"all restaurants {_said(day)} orders"
        reasons, those = (why_cancelled.read(row.reasons for row in rows) for rows in (all_of_it, each))
        if reasons != those:
            yield f"all restaurants {_said(day)} reasons of cancellations"

    def _of_learned(self, place: _Place) -> Iterator[str]:
        """What one UTC day taught of how long orders take, and how estimates turned out on it."""
        restaurant = self._settings[place.number]
        remaining = self._making.learned_anew(place.number, place.day, self._until)
        learned = learn.learned(remaining, self._making.judges[place.number])
        content = learned.get(place.day, learn.NOTHING)
        rows = self._rows(_LEARNED, restaurant=restaurant.id, day=day_at(place.day))
        there = next(({**row._mapping} for row in rows), None)
        made: dict[str, Any] | None = None
        if not content.is_nothing:
            scores = learn.score_of(self._tenant_id, restaurant.id, place.day, content)
            made = {
                "cells": content.cells.tobytes(),
                "waits": content.waits.tobytes(),
                **asdict(learn.outcome_of(scores)),
                "turned_out": scores.tobytes(),
            }
        if made != there:
            yield f"{restaurant.slug} {_said(place.day)} estimates"

    def _contents(self, day: int) -> dict[Day, Content]:
        return {
            Day(Stage(row.stage), day, row.restaurant_id): Content(read(row.cells), read_slowest(row.slowest))
            for row in self._rows(_ROWS, day=day_at(day))
        }

    def _rows(self, query: Any, **values: Any) -> list[Any]:
        return list(db.session.execute(query, {"t": self._tenant_id, **values}))

    def _value(self, query: str) -> Any:
        return db.session.execute(text(query), {"t": self._tenant_id}).scalar()


_NOTHING = Content(EMPTY, EMPTY)
_NO_ORDERS = fates.Content(EMPTY, Counter())


def _bytes(arrays: Iterable[Any]) -> tuple[bytes, ...]:
    return tuple(array.tobytes() for array in arrays)


def _said(day: int) -> str:
    return day_at(day).isoformat()
