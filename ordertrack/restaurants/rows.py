"""Reads what was saved for restaurants: a calendar and targets of each, in one query."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Uuid, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from ordertrack.database.statements import TenantQuery
from ordertrack.restaurants.calendar import Calendar, Rules, Shift
from ordertrack.restaurants.models import SavedRules, SavedTarget
from ordertrack.restaurants.targets import Target, Targets
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants.models import Restaurant


@dataclass(frozen=True, slots=True)
class RestaurantSettings:
    """What holds in a restaurant, held, and is to hold; `version` grows whenever something is saved."""

    id: uuid.UUID
    slug: str
    name: str
    calendar: Calendar
    targets: Targets
    version: int = 0


def read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None = None) -> list[RestaurantSettings]:
    """One restaurant of the tenant, or all of them by name, as they are now."""
    return [_settings(row) for row in _READ.rows(tenant_id=tenant_id, restaurant_id=restaurant_id)]


def shift_as_saved(shift: Shift) -> dict[str, Any]:
    return {
        "name": shift.name,
        "weekdays": sorted(shift.weekdays),
        "starts": shift.starts.isoformat("minutes"),
        "ends": shift.ends.isoformat("minutes"),
    }


def saved_shift(saved: dict[str, Any]) -> Shift:
    return Shift(
        saved["name"],
        frozenset(saved["weekdays"]),
        dt.time.fromisoformat(saved["starts"]),
        dt.time.fromisoformat(saved["ends"]),
    )


def _rows_of(table: type[SavedRules] | type[SavedTarget], *columns: Any) -> Any:
    """The rows of a restaurant in the order of saving, as one array."""
    return (
        select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(*columns), table.version)))
        .where(table.tenant_id == Restaurant.tenant_id, table.restaurant_id == Restaurant.id)
        .correlate(Restaurant)
        .scalar_subquery()
    )


_asked = bindparam("restaurant_id", type_=Uuid)
_READ = TenantQuery(
    select(
        Restaurant.id,
        Restaurant.slug,
        Restaurant.name,
        Restaurant.timezone,
        Restaurant.business_day_start,
        _rows_of(
            SavedRules,
            SavedRules.valid_from,
            SavedRules.timezone,
            SavedRules.day_starts,
            SavedRules.shifts,
            SavedRules.forgotten_after,
            SavedRules.early_before,
        ).label("rules"),
        _rows_of(
            SavedTarget,
            SavedTarget.stage,
            SavedTarget.fulfilment,
            SavedTarget.valid_from,
            SavedTarget.seconds,
        ).label("targets"),
    )
    .where(Restaurant.tenant_id == bindparam("tenant_id"), or_(_asked.is_(None), Restaurant.id == _asked))
    .order_by(Restaurant.name, Restaurant.id)
)


def _settings(row: Any) -> RestaurantSettings:
    version = len(row.rules or ()) + len(row.targets or ())
    rules = tuple(_rules(saved) for saved in row.rules or ())
    if not rules:
        rules = (Rules(dt.date.min, row.timezone, row.business_day_start),)
    targets = tuple(_target(saved) for saved in row.targets or ())
    return RestaurantSettings(row.id, row.slug, row.name, _calendar(rules), _targets(targets), version)


def _rules(saved: list[Any]) -> Rules:
    valid_from, timezone, day_starts, shifts, forgotten_after, early_before = saved
    return Rules(
        dt.date.fromisoformat(valid_from),
        timezone,
        dt.time.fromisoformat(day_starts),
        tuple(saved_shift(shift) for shift in shifts),
        forgotten_after,
        early_before,
    )


def _target(saved: list[Any]) -> Target:
    stage, fulfilment, valid_from, seconds = saved
    own = Fulfilment(fulfilment) if fulfilment is not None else None
    return Target(Stage(stage), own, dt.date.fromisoformat(valid_from), seconds)


# Equal rules are one calendar, which keeps the days that it has worked out, however often they are read anew.
@lru_cache(512)
def _calendar(rules: tuple[Rules, ...]) -> Calendar:
    return Calendar(rules)


@lru_cache(512)
def _targets(rows: tuple[Target, ...]) -> Targets:
    return Targets(rows)
