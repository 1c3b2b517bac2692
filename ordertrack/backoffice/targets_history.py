"""Everything that was ever saved for a restaurant, in words: what, from when on, by whom, and when."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from ordertrack.backoffice.targets_wording import allowed, shifts_in_words
from ordertrack.database.session import db
from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.restaurants import naming
from ordertrack.restaurants.models import SavedRules, SavedTarget
from ordertrack.restaurants.rows import saved_shift
from ordertrack.restaurants.save import AS_SET_UP, SET_UP_BY


@dataclass(frozen=True, slots=True)
class Saved:
    """One thing that was saved: `said` has a line for each part of it."""

    valid_from: dt.date
    said: tuple[str, ...]
    saved_by: str
    saved_at: dt.datetime


def of_rules(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> list[Saved]:
    """What was changed of the rules each time they were saved, newest first."""
    rows = db.session.scalars(
        select(SavedRules)
        .where(SavedRules.tenant_id == tenant_id, SavedRules.restaurant_id == restaurant_id)
        .order_by(SavedRules.version)
    ).all()
    befores = (None, *rows[:-1])
    return [
        Saved(row.valid_from, tuple(_changes(row, before)), _by(row), row.saved_at)
        for row, before in zip(rows, befores, strict=False)
    ][::-1]


def of_targets(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> list[Saved]:
    """Every target that was saved, newest first."""
    rows = db.session.scalars(
        select(SavedTarget)
        .where(SavedTarget.tenant_id == tenant_id, SavedTarget.restaurant_id == restaurant_id)
        .order_by(SavedTarget.version.desc())
    )
    return [Saved(row.valid_from, (_target(row),), _by(row), row.saved_at) for row in rows]


def _by(row: SavedRules | SavedTarget) -> str:
    return _(AS_SET_UP) if row.actor == SET_UP_BY else row.saved_by


def _target(row: SavedTarget) -> str:
    return _(
        "%(stage)s, %(whom)s: %(allowed)s",
        stage=naming.stage(row.stage),
        whom=naming.whom(row.fulfilment),
        allowed=allowed(row.seconds),
    )


def _changes(row: SavedRules, before: SavedRules | None) -> Iterator[str]:
    """What a version says otherwise than the one before, or all that the first says."""
    earlier = _parts(before) if before is not None else {}
    for name, said in _parts(row).items():
        if earlier.get(name) != said:
            yield _("%(name)s: %(value)s", name=name, value=said)


def _parts(row: SavedRules) -> dict[str, str]:
    return {
        _("Time zone"): formats.code(row.timezone),
        _("Business day from"): formats.clock(row.day_starts),
        _("Shifts"): shifts_in_words([saved_shift(shift) for shift in row.shifts]),
        _("Forgotten after"): _("%(minutes)s min", minutes=number(row.forgotten_after / 60)),
        _("Early below"): _("%(seconds)s s", seconds=number(row.early_before)),
    }
