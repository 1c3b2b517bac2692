"""Whether a restaurant takes orders just now, and how much longer than usual they take."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sqlalchemy import Uuid, bindparam, or_, select

from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import marked
from ordertrack.restaurants import hours, versioned
from ordertrack.restaurants.hours import HOURS, Hours
from ordertrack.restaurants.models import SavedPace
from ordertrack.restaurants.versioned import Kind
from ordertrack.tenants.models import Restaurant

LONGEST_BUSY = 240  # minutes
FARTHEST = dt.timedelta(days=7)


class PaceState(StrEnum):
    """Open as usual; busy: what is quoted is so much later; paused: nothing is taken in."""

    OPEN = "open"
    BUSY = "busy"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Pace:
    """What somebody said: `minutes` more while it is busy, `until` a moment or for good; 0 is nothing yet.

    A restaurant that `is_closed`, given up, takes nothing in, whatever was said.
    """

    restaurant_id: uuid.UUID
    state: PaceState = PaceState.OPEN
    minutes: int = 0
    until: dt.datetime | None = None
    version: int = 0
    is_closed: bool = False
    opening: Hours | None = field(default=None, compare=False)

    @property
    def hours(self) -> Hours:
        """When the restaurant is open by itself."""
        return self.opening or Hours(self.restaurant_id)

    def at(self, now: dt.datetime) -> Pace:
        """What of it holds at this moment."""
        if self.is_closed:
            return replace(self, state=PaceState.PAUSED, minutes=0, until=None)
        is_over = self.until is not None and self.until <= now
        return replace(self, state=PaceState.OPEN, minutes=0, until=None) if is_over else self


def of_restaurant(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Pace:
    """What holds of one restaurant now; raises LookupError if the tenant has none of this id."""
    found = versioned.kept("pace", tenant_id, restaurant_id, lambda: read(tenant_id, restaurant_id))
    if found is None:
        raise LookupError(f"no restaurant {restaurant_id} in tenant {tenant_id}")
    return found.at(dt.datetime.now(dt.UTC))


def of_tenant(tenant_id: uuid.UUID) -> dict[uuid.UUID, Pace]:
    """What holds now of each restaurant of a tenant; one query at most."""
    found = versioned.kept("pace", tenant_id, None, lambda: _read(tenant_id, None)) or {}
    now = dt.datetime.now(dt.UTC)
    return {restaurant_id: said.at(now) for restaurant_id, said in found.items()}


def read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Pace | None:
    """What was said last, whether it is over or not."""
    return _read(tenant_id, restaurant_id).get(restaurant_id)


def _read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None) -> dict[uuid.UUID, Pace]:
    found = {}
    for row in _READ.rows(tenant_id=tenant_id, restaurant_id=restaurant_id):
        said = next(iter(PACE.values(row.saved and [row.saved])), Pace(row.id))
        found[row.id] = replace(said, is_closed=row.is_closed, opening=hours.of_row(row))
    return found


def _read_pace(restaurant_id: str, state: str, minutes: int, until: str | None, version: int) -> Pace:
    moment = None if until is None else dt.datetime.fromisoformat(until)
    return Pace(uuid.UUID(restaurant_id), PaceState(state), minutes, moment, version)


PACE = Kind(
    SavedPace,
    (SavedPace.restaurant_id, SavedPace.state, SavedPace.minutes, SavedPace.until, SavedPace.version),
    _read_pace,
    overtaken=marked("Somebody else changed this meanwhile: see below what was saved."),
    audited="pace",
    begins=Pace,
)
_asked = bindparam("restaurant_id", type_=Uuid)
# With the hours, for whoever asks whether something is taken in asks for both.
_READ = TenantQuery(
    select(
        Restaurant.id,
        Restaurant.timezone,
        Restaurant.closed_at.is_not(None).label("is_closed"),
        PACE.last_version().label("saved"),
        HOURS.last_version().label("hours"),
    ).where(Restaurant.tenant_id == bindparam("tenant_id"), or_(_asked.is_(None), Restaurant.id == _asked))
)
