"""What was saved of each restaurant: its rules and targets, with the days from which they hold."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.restaurants.calendar import DEFAULT_SHIFTS, EARLY_BEFORE, FORGOTTEN_AFTER

_RESTAURANTS = text(
    "SELECT id, slug, name, timezone, business_day_start FROM restaurants WHERE tenant_id = :tenant"
)
_RULES = text("""
    SELECT valid_from, timezone, day_starts, shifts, forgotten_after, early_before FROM sla_rules
     WHERE tenant_id = :tenant AND restaurant_id = :restaurant ORDER BY version
""")
_TARGETS = text("""
    SELECT valid_from, stage, fulfilment, seconds FROM sla_targets
     WHERE tenant_id = :tenant AND restaurant_id = :restaurant ORDER BY version
""")


class Shift(NamedTuple):
    """Of each of these weekdays (Monday 0), on the clock on the wall."""

    name: str
    weekdays: frozenset[int]
    starts: dt.time
    ends: dt.time


class Rules(NamedTuple):
    valid_from: dt.date
    zone: ZoneInfo
    day_starts: dt.time
    shifts: list[Shift]
    forgotten_after: int
    early_before: int


class Target(NamedTuple):
    valid_from: dt.date
    stage: str
    fulfilment: str | None
    seconds: int | None


class Saved(NamedTuple):
    """Of one restaurant, in the order in which it was saved."""

    slug: str
    name: str
    rules: list[Rules]
    targets: list[Target]

    def rules_on(self, day: dt.date) -> Rules:
        """Those that hold; the first ones also held before they began."""
        first = min(each.valid_from for each in self.rules)
        found = _latest(each for each in self.rules if each.valid_from <= max(day, first))
        assert found is not None
        return found

    def target(self, stage: str, fulfilment: str, day: dt.date) -> int | None:
        """What the fulfilment's own says, else the one for all."""
        for meant in (fulfilment, None):
            those = (
                each
                for each in self.targets
                if (each.stage, each.fulfilment) == (stage, meant) and each.valid_from <= day
            )
            found = _latest(those)
            if found is not None and found.seconds is not None:
                return found.seconds
        return None


_Dated = TypeVar("_Dated", Rules, Target)


def _latest(those: Iterable[_Dated]) -> _Dated | None:
    """What holds of these: of the last day, what was saved last."""
    found: _Dated | None = None
    for each in those:
        if found is None or each.valid_from >= found.valid_from:
            found = each
    return found


def saved(tenant_id: uuid.UUID) -> dict[uuid.UUID, Saved]:
    """Of all restaurants of the entered tenant."""
    found = {}
    for place in db.session.execute(_RESTAURANTS, {"tenant": tenant_id}).all():
        which = {"tenant": tenant_id, "restaurant": place.id}
        rules = [
            Rules(
                row.valid_from,
                ZoneInfo(row.timezone),
                row.day_starts,
                [_shift(each) for each in row.shifts],
                row.forgotten_after,
                row.early_before,
            )
            for row in db.session.execute(_RULES, which)
        ]
        targets = [Target(*row) for row in db.session.execute(_TARGETS, which)]
        found[place.id] = Saved(place.slug, place.name, rules or [_usual(place)], targets)
    return found


def _shift(stored: dict[str, Any]) -> Shift:
    starts, ends = (dt.time.fromisoformat(stored[name]) for name in ("starts", "ends"))
    return Shift(stored["name"], frozenset(stored["weekdays"]), starts, ends)


def _usual(place: Any) -> Rules:
    """What holds where nothing was ever saved."""
    shifts = [Shift(each.name, each.weekdays, each.starts, each.ends) for each in DEFAULT_SHIFTS]
    zone = ZoneInfo(place.timezone)
    return Rules(dt.date.min, zone, place.business_day_start, shifts, FORGOTTEN_AFTER, EARLY_BEFORE)
