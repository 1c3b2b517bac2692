"""Everything that was ever saved for a restaurant, in words: what, from when on, by whom, and when."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from ordertrack.database import db
from ordertrack.sla.models import SavedRules, SavedTarget
from ordertrack.sla.settings_rows import saved_shift
from ordertrack.sla.settings_wording import WHOM, allowed, shifts_in_words
from ordertrack.sla.wording import STAGES


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
        Saved(row.valid_from, tuple(_changes(row, before)), row.saved_by, row.saved_at)
        for row, before in zip(rows, befores, strict=False)
    ][::-1]


def of_targets(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> list[Saved]:
    """Every target that was saved, newest first."""
    rows = db.session.scalars(
        select(SavedTarget)
        .where(SavedTarget.tenant_id == tenant_id, SavedTarget.restaurant_id == restaurant_id)
        .order_by(SavedTarget.version.desc())
    )
    return [
        Saved(
            row.valid_from,
            (f"{STAGES[row.stage]}, {WHOM[row.fulfilment]}: {allowed(row.seconds)}",),
            row.saved_by,
            row.saved_at,
        )
        for row in rows
    ]


def _changes(row: SavedRules, before: SavedRules | None) -> Iterator[str]:
    """What a version says otherwise than the one before, or all that the first says."""
    earlier = _parts(before) if before is not None else {}
    for name, said in _parts(row).items():
        if earlier.get(name) != said:
            yield f"{name}: {said}"


def _parts(row: SavedRules) -> dict[str, str]:
    return {
        "Time zone": row.timezone,
        "Business day from": f"{row.day_starts:%H:%M}",
        "Shifts": shifts_in_words([saved_shift(shift) for shift in row.shifts]),
        "Forgotten after": f"{row.forgotten_after / 60:g} min",
        "Early below": f"{row.early_before} s",
    }
