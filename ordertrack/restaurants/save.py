"""Saving settings: who saves them, from which day on they hold, and which days are judged anew."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

from sqlalchemy import func, text, update
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import brand, cache, hours, operations, pace
from ordertrack.restaurants.brand import BRAND, Brand
from ordertrack.restaurants.brand_check import problems_of_brand
from ordertrack.restaurants.cache import RULES, TARGETS
from ordertrack.restaurants.calendar import Rules
from ordertrack.restaurants.checks import (
    problems_of_operations,
    problems_of_pace,
    problems_of_rules,
    problems_of_target,
)
from ordertrack.restaurants.hours import HOURS, Hours
from ordertrack.restaurants.hours_check import problems_of_hours
from ordertrack.restaurants.models import Stale
from ordertrack.restaurants.operations import MOVES, OPERATIONS, OperationSettings
from ordertrack.restaurants.pace import PACE, Pace, PaceState
from ordertrack.restaurants.targets import Target
from ordertrack.restaurants.versioned import AS_SET_UP, SET_UP_BY, refuse, saving
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal

ALL_DAYS = dt.date.min


def save_rules(
    restaurant_id: uuid.UUID,
    wanted: Rules,
    *,
    by: Principal,
    now: dt.datetime | None = None,
    seen: int | None = None,
) -> Rules | None:
    """Save rules that hold from the running business day on, whatever their `valid_from`, and commit.

    Answers what was saved, None if it holds already. `seen` is how often rules had been saved when these were
    thought of. Raises UnusableSettings, also if somebody else saved meanwhile; then nothing is saved.
    """
    refuse(problems_of_rules(wanted) or problem_of_postgresql(wanted.timezone))
    with saving(restaurant_id, by) as saved:
        (before,) = cache.read(by.tenant_id, restaurant_id)
        today = before.calendar.day_of(now or dt.datetime.now(dt.UTC))
        latest = before.calendar.rules[-1]
        # Under a new zone today may be the day before: what was saved last is what has to be replaced.
        rules = replace(wanted, valid_from=max(today, latest.valid_from))
        if replace(rules, valid_from=latest.valid_from) == latest:
            return None
        if saved.newest(RULES, seen) == 0:
            saved.add(RULES, latest, Principal(by.tenant_id, SET_UP_BY, AS_SET_UP))
        saved.add(RULES, rules)
        db.session.execute(
            update(Restaurant)
            .where(Restaurant.tenant_id == by.tenant_id, Restaurant.id == restaurant_id)
            .values(timezone=rules.timezone, business_day_start=rules.day_starts)
        )
        has_moved = (rules.timezone, rules.day_starts) != (latest.timezone, latest.day_starts)
        mark_stale(by.tenant_id, restaurant_id, ALL_DAYS if has_moved else rules.valid_from)
        return rules


def save_target(
    restaurant_id: uuid.UUID,
    wanted: Target,
    *,
    by: Principal,
    now: dt.datetime | None = None,
    seen: int | None = None,
) -> None:
    """Save a target and commit. `seen` is how many had been saved when this one was thought of.

    Raises UnusableSettings, also if somebody else saved one meanwhile; then nothing is saved.
    """
    with saving(restaurant_id, by) as saved:
        (before,) = cache.read(by.tenant_id, restaurant_id)
        today = before.calendar.day_of(now or dt.datetime.now(dt.UTC))
        refuse(problems_of_target(wanted, before.targets, today))
        saved.newest(TARGETS, seen)
        saved.add(TARGETS, wanted)
        if wanted.valid_from <= today:
            mark_stale(by.tenant_id, restaurant_id, wanted.valid_from)


def save_operations(
    wanted: OperationSettings, *, by: Principal, seen: int | None = None
) -> OperationSettings | None:
    """Save settings of `wanted.restaurant_id` as its next version, whatever theirs, and commit.

    Answers what was saved, None if it holds already. `seen` is the version that these were thought of from.
    Raises UnusableSettings, also if somebody else saved meanwhile, and LookupError for no restaurant of the
    tenant; then nothing is saved.
    """
    refuse(problems_of_operations(wanted))
    wanted = replace(wanted, undo_seconds={status: wanted.undo_for(status) for status in MOVES})
    with saving(wanted.restaurant_id, by) as saved:
        before = operations.read(by.tenant_id, wanted.restaurant_id)
        if before == replace(wanted, version=saved.newest(OPERATIONS)):
            return None
        saved.newest(OPERATIONS, seen)
        return replace(wanted, version=saved.add(OPERATIONS, wanted))


def save_pace(wanted: Pace, *, by: Principal, seen: int | None = None) -> Pace | None:
    """Say that a restaurant is open, busy or paused, and commit; None if that holds already.

    Raises UnusableSettings, also if somebody else said something meanwhile, and LookupError for no restaurant
    of the tenant; then nothing is saved.
    """
    refuse(problems_of_pace(wanted, dt.datetime.now(dt.UTC)))
    wanted = replace(wanted, minutes=wanted.minutes if wanted.state == PaceState.BUSY else 0)
    wanted = replace(wanted, until=None if wanted.state == PaceState.OPEN else wanted.until)
    with saving(wanted.restaurant_id, by) as saved:
        before = pace.of_restaurant(by.tenant_id, wanted.restaurant_id)
        if before.is_closed:
            refuse({"state": _("This restaurant is closed: open it again first.")})
        if before == replace(wanted, version=before.version):
            return None
        saved.newest(PACE, seen)
        return replace(wanted, version=saved.add(PACE, wanted))


def save_brand(wanted: Brand, *, by: Principal, seen: int | None = None) -> Brand | None:
    """Save how `wanted.restaurant_id` shows itself to guests, and commit; None if that holds already.

    Raises UnusableSettings, also if somebody else saved meanwhile, and LookupError for no restaurant of the
    tenant; then nothing is saved.
    """
    refuse(problems_of_brand(wanted))
    with saving(wanted.restaurant_id, by) as saved:
        before = brand.read(by.tenant_id, wanted.restaurant_id)
        if before == replace(wanted, version=saved.newest(BRAND)):
            return None
        saved.newest(BRAND, seen)
        return replace(wanted, version=saved.add(BRAND, wanted))


def save_hours(wanted: Hours, *, by: Principal, seen: int | None = None) -> Hours | None:
    """Save when `wanted.restaurant_id` is open, and commit; None if that holds already.

    Raises UnusableSettings, also if somebody else saved meanwhile, and LookupError for no restaurant of the
    tenant; then nothing is saved.
    """
    refuse(problems_of_hours(wanted, dt.datetime.now(dt.UTC).date()))
    with saving(wanted.restaurant_id, by) as saved:
        before = hours.read(by.tenant_id, wanted.restaurant_id)
        if before is not None and (before.weekly, before.special) == (wanted.weekly, wanted.special):
            return None
        saved.newest(HOURS, seen)
        return replace(wanted, version=saved.add(HOURS, wanted))


def mark_stale(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, from_date: dt.date) -> None:
    """Have a restaurant's figures made anew from a business day on, when this is committed."""
    new = insert(Stale).values(tenant_id=tenant_id, restaurant_id=restaurant_id, from_date=from_date)
    earlier = func.least(Stale.from_date, new.excluded.from_date)
    db.session.execute(
        new.on_conflict_do_update(index_elements=["tenant_id", "restaurant_id"], set_={"from_date": earlier})
    )


def problem_of_postgresql(timezone: str) -> dict[str, str]:
    """Orders are numbered by their day in the database, which brings a list of zones of its own."""
    is_known = db.session.scalar(
        text("SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = :name)"), {"name": timezone}
    )
    if is_known:
        return {}
    typed = formats.quoted(timezone)
    return {"timezone": _("The database knows no time zone %(typed)s. Choose another.", typed=typed)}
