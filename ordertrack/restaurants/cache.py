"""Calendar and targets of restaurants, for whoever judges a time: read at once, kept until they change."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Uuid, bindparam, or_, select

from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import marked
from ordertrack.restaurants import versioned
from ordertrack.restaurants.calendar import Calendar, Rules, Shift
from ordertrack.restaurants.models import SavedRules, SavedTarget
from ordertrack.restaurants.targets import Target, Targets
from ordertrack.restaurants.versioned import Kind, forget, forget_all
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants.models import Restaurant

__all__ = [
    "RULES",
    "TARGETS",
    "RestaurantSettings",
    "forget",
    "forget_all",
    "of_restaurant",
    "of_tenant",
    "read",
]


@dataclass(frozen=True, slots=True)
class RestaurantSettings:
    """What holds in a restaurant, held, and is to hold; `version` grows whenever something is saved."""

    id: uuid.UUID
    slug: str
    name: str
    calendar: Calendar
    targets: Targets
    version: int = 0


def of_restaurant(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> RestaurantSettings:
    """The settings of one restaurant; raises LookupError if the tenant has none of this id."""
    for found in _kept(tenant_id, restaurant_id):
        return found
    raise LookupError(f"no restaurant {restaurant_id} in tenant {tenant_id}")


def of_tenant(tenant_id: uuid.UUID) -> list[RestaurantSettings]:
    """The settings of all restaurants of a tenant, by name."""
    return list(_kept(tenant_id, None))


def read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None = None) -> list[RestaurantSettings]:
    """One restaurant of the tenant, or all of them by name, as they are now."""
    return [_settings(row) for row in _READ.rows(tenant_id=tenant_id, restaurant_id=restaurant_id)]


def _kept(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None) -> list[RestaurantSettings]:
    key = ("times", tenant_id, restaurant_id)
    return versioned.kept(*key, lambda: read(tenant_id, restaurant_id) or None) or []


def _read_rules(
    valid_from: str,
    timezone: str,
    day_starts: str,
    shifts: list[dict[str, Any]],
    forgotten_after: int,
    early_before: int,
) -> Rules:
    return Rules(
        dt.date.fromisoformat(valid_from),
        timezone,
        dt.time.fromisoformat(day_starts),
        tuple(_read_shift(**shift) for shift in shifts),
        forgotten_after,
        early_before,
    )


def _read_shift(name: str, weekdays: list[int], starts: str, ends: str) -> Shift:
    return Shift(name, frozenset(weekdays), dt.time.fromisoformat(starts), dt.time.fromisoformat(ends))


def _stored_shifts(shifts: Iterable[Shift]) -> list[dict[str, Any]]:
    return [
        {
            "name": shift.name,
            "weekdays": sorted(shift.weekdays),
            "starts": shift.starts.isoformat("minutes"),
            "ends": shift.ends.isoformat("minutes"),
        }
        for shift in shifts
    ]


def _read_target(stage: str, fulfilment: str | None, valid_from: str, seconds: int | None) -> Target:
    own = Fulfilment(fulfilment) if fulfilment is not None else None
    return Target(Stage(stage), own, dt.date.fromisoformat(valid_from), seconds)


RULES = Kind(
    SavedRules,
    (
        SavedRules.valid_from,
        SavedRules.timezone,
        SavedRules.day_starts,
        SavedRules.shifts,
        SavedRules.forgotten_after,
        SavedRules.early_before,
    ),
    _read_rules,
    {"shifts": _stored_shifts},
    marked(
        "Somebody else saved other rules while you were at it: see what was saved below."
        " Saving once more replaces theirs by what stands here."
    ),
    audited="shifts",
)
TARGETS = Kind(
    SavedTarget,
    (SavedTarget.stage, SavedTarget.fulfilment, SavedTarget.valid_from, SavedTarget.seconds),
    _read_target,
    overtaken=marked(
        "Somebody else saved a target while you were at it: see what was saved below."
        " Saving once more saves yours too."
    ),
    audited="targets",
    about=(SavedTarget.stage, SavedTarget.fulfilment),
)
_asked = bindparam("restaurant_id", type_=Uuid)
_READ = TenantQuery(
    select(
        Restaurant.id,
        Restaurant.slug,
        Restaurant.name,
        Restaurant.timezone,
        Restaurant.business_day_start,
        RULES.every_version().label("rules"),
        TARGETS.every_version().label("targets"),
    )
    .where(Restaurant.tenant_id == bindparam("tenant_id"), or_(_asked.is_(None), Restaurant.id == _asked))
    .order_by(Restaurant.name, Restaurant.id)
)


def _settings(row: Any) -> RestaurantSettings:
    rules, targets = RULES.values(row.rules), TARGETS.values(row.targets)
    version = len(rules) + len(targets)
    if not rules:
        rules = (Rules(dt.date.min, row.timezone, row.business_day_start),)
    return RestaurantSettings(row.id, row.slug, row.name, _calendar(rules), _targets(targets), version)


# Equal rules are one calendar, which keeps the days that it has worked out, however often they are read anew.
@lru_cache(512)
def _calendar(rules: tuple[Rules, ...]) -> Calendar:
    return Calendar(rules)


@lru_cache(512)
def _targets(rows: tuple[Target, ...]) -> Targets:
    return Targets(rows)
