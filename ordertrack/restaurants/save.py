"""Saving rules and targets: always one more row, past days stay judged as they were, everybody is told."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.channels import SETTINGS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.restaurants import rows
from ordertrack.restaurants.cache import RestaurantSettings, forget
from ordertrack.restaurants.calendar import Rules
from ordertrack.restaurants.calendar_check import UnusableRules, check
from ordertrack.restaurants.models import SavedRules, SavedTarget, Stale
from ordertrack.restaurants.target_check import check_target
from ordertrack.restaurants.targets import Target
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal

_ALL_DAYS = dt.date.min
SET_UP_BY = "program:ordertrack"
AS_SET_UP = marked("as set up")
_OVERTAKEN = marked(
    "Somebody else saved other rules while you were at it: see what was saved below."
    " Saving once more replaces theirs by what stands here."
)


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
    thought of. Raises UnusableRules, also if somebody else saved meanwhile; then nothing is saved.
    """
    check(wanted)
    _refuse_unless_postgresql_knows(wanted.timezone)
    with _changing(by.tenant_id, restaurant_id) as before:
        today = before.calendar.day_of(now or dt.datetime.now(dt.UTC))
        latest = before.calendar.rules[-1]
        # Under a new zone today may be the day before: what was saved last is what has to be replaced.
        rules = replace(wanted, valid_from=max(today, latest.valid_from))
        if replace(rules, valid_from=latest.valid_from) == latest:
            return None
        version = _newest(SavedRules, by.tenant_id, restaurant_id)
        if seen not in (None, version):
            raise UnusableRules({"seen": _(_OVERTAKEN)})
        if version == 0:
            version = 1
            program = Principal(by.tenant_id, SET_UP_BY, AS_SET_UP)
            _add_rules(restaurant_id, version, latest, program)
        _add_rules(restaurant_id, version + 1, rules, by)
        has_moved = (rules.timezone, rules.day_starts) != (latest.timezone, latest.day_starts)
        _mark_stale(by.tenant_id, restaurant_id, _ALL_DAYS if has_moved else rules.valid_from)
        notify(SETTINGS_CHANNEL, f"{by.tenant_id}:{restaurant_id}")
        return rules


def save_target(
    restaurant_id: uuid.UUID, wanted: Target, *, by: Principal, now: dt.datetime | None = None
) -> None:
    """Save a target and commit. Raises UnusableTarget; then nothing is saved."""
    with _changing(by.tenant_id, restaurant_id) as before:
        today = before.calendar.day_of(now or dt.datetime.now(dt.UTC))
        check_target(wanted, before.targets, today)
        saved = SavedTarget(
            tenant_id=by.tenant_id,
            restaurant_id=restaurant_id,
            version=_newest(SavedTarget, by.tenant_id, restaurant_id) + 1,
            stage=wanted.stage,
            fulfilment=wanted.fulfilment,
            valid_from=wanted.valid_from,
            seconds=wanted.seconds,
            saved_by=by.name,
            actor=by.actor,
        )
        db.session.add(saved)
        if wanted.valid_from <= today:
            _mark_stale(by.tenant_id, restaurant_id, wanted.valid_from)
        notify(SETTINGS_CHANNEL, f"{by.tenant_id}:{restaurant_id}")


@contextmanager
def _changing(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Iterator[RestaurantSettings]:
    """The settings as they are, nobody else changing them; what is done meanwhile is committed.

    Raises LookupError if the tenant has no such restaurant.
    """
    try:
        # Who saves at the same time waits; the roll-up, whose rows refer to this one, does not.
        found = db.session.scalar(
            select(Restaurant.id)
            .where(Restaurant.tenant_id == tenant_id, Restaurant.id == restaurant_id)
            .with_for_update(key_share=True)
        )
        if found is None:
            raise LookupError(f"no restaurant {restaurant_id} in tenant {tenant_id}")
        (before,) = rows.read(tenant_id, restaurant_id)
        yield before
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    forget(tenant_id, restaurant_id)


def _add_rules(restaurant_id: uuid.UUID, version: int, rules: Rules, by: Principal) -> None:
    saved = SavedRules(
        tenant_id=by.tenant_id,
        restaurant_id=restaurant_id,
        version=version,
        valid_from=rules.valid_from,
        timezone=rules.timezone,
        day_starts=rules.day_starts,
        shifts=[rows.shift_as_saved(shift) for shift in rules.shifts],
        forgotten_after=rules.forgotten_after,
        early_before=rules.early_before,
        saved_by=by.name,
        actor=by.actor,
    )
    db.session.add(saved)
    db.session.execute(
        update(Restaurant)
        .where(Restaurant.tenant_id == by.tenant_id, Restaurant.id == restaurant_id)
        .values(timezone=rules.timezone, business_day_start=rules.day_starts)
    )


def _newest(
    table: type[SavedRules] | type[SavedTarget], tenant_id: uuid.UUID, restaurant_id: uuid.UUID
) -> int:
    """The number of what was saved last, 0 if nothing was."""
    newest = db.session.scalar(
        select(func.max(table.version)).where(
            table.tenant_id == tenant_id, table.restaurant_id == restaurant_id
        )
    )
    return newest or 0


def _mark_stale(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, from_date: dt.date) -> None:
    new = insert(Stale).values(tenant_id=tenant_id, restaurant_id=restaurant_id, from_date=from_date)
    earlier = func.least(Stale.from_date, new.excluded.from_date)
    db.session.execute(
        new.on_conflict_do_update(index_elements=["tenant_id", "restaurant_id"], set_={"from_date": earlier})
    )


def _refuse_unless_postgresql_knows(timezone: str) -> None:
    """Orders are numbered by their day in the database, which brings a list of zones of its own."""
    is_known = db.session.scalar(
        text("SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = :name)"), {"name": timezone}
    )
    if not is_known:
        typed = formats.quoted(timezone)
        unknown = _("The database knows no time zone %(typed)s. Choose another.", typed=typed)
        raise UnusableRules({"timezone": unknown})
