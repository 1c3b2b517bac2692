"""The small numbers that cells hold instead of the names of shifts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.restaurants import naming
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.sla.measure.cells import NO_SHIFT

_MOST = 255
OTHERS = marked("Other shifts")
"""What names come under that are one too many; nobody has thought of so many yet."""


def names(tenant_id: uuid.UUID) -> dict[int, str]:
    """The tenant's names of shifts by their numbers."""
    rows = db.session.execute(
        text("SELECT id, name FROM sla_shift_names WHERE tenant_id = :tenant_id ORDER BY id"),
        {"tenant_id": tenant_id},
    )
    return {row.id: row.name for row in rows}


def shown(names: Mapping[int, str]) -> dict[int, str]:
    """The same as they are shown."""
    return {number: _(OTHERS) if number == _MOST else naming.shift(name) for number, name in names.items()}


def numbered(tenant_id: uuid.UUID, settings: Iterable[RestaurantSettings]) -> Mapping[str, int]:
    """A number for every name that the rules of these restaurants use; new ones get the next."""
    known = {name: number for number, name in names(tenant_id).items()}
    used = {shift.name: None for each in settings for rules in each.calendar.rules for shift in rules.shifts}
    for name in used:
        if name not in known:
            known[name] = _add(tenant_id, known, name)
    return known


def known(names: Mapping[int, str], settings: Iterable[RestaurantSettings]) -> Mapping[str, int]:
    """The same of numbers that are given already; a name that has none yet comes under no shift."""
    used = {shift.name for each in settings for rules in each.calendar.rules for shift in rules.shifts}
    nameless = _MOST if _MOST in names else NO_SHIFT
    return dict.fromkeys(used, nameless) | {name: number for number, name in names.items()}


def _add(tenant_id: uuid.UUID, known: Mapping[str, int], name: str) -> int:
    number = max(known.values(), default=NO_SHIFT) + 1
    if number >= _MOST:
        number, name = _MOST, OTHERS
    db.session.execute(
        text(
            "INSERT INTO sla_shift_names (tenant_id, id, name) VALUES (:tenant_id, :id, :name)"
            " ON CONFLICT DO NOTHING"
        ),
        {"tenant_id": tenant_id, "id": number, "name": name},
    )
    return number
