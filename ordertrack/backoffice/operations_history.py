"""Everything that was ever saved as a restaurant's floor, in words: what was changed, by whom, and when."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from ordertrack.database.session import db
from ordertrack.i18n import labels
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import operations_rows
from ordertrack.restaurants.operations_rows import MOVES, OperationSettings, SavedOperations


@dataclass(frozen=True, slots=True)
class Saved:
    """One version: `said` has a line for each thing that it changed."""

    said: tuple[str, ...]
    saved_by: str
    saved_at: dt.datetime


def of_restaurant(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> list[Saved]:
    """What was changed each time, newest first."""
    rows = db.session.scalars(
        select(SavedOperations)
        .where(SavedOperations.tenant_id == tenant_id, SavedOperations.restaurant_id == restaurant_id)
        .order_by(SavedOperations.version)
    ).all()
    floors = [OperationSettings(restaurant_id), *(operations_rows.of_row(row) for row in rows)]
    return [
        Saved(tuple(_changes(before, after)), row.saved_by, row.saved_at)
        for row, before, after in zip(rows, floors, floors[1:], strict=False)
    ][::-1]


def _changes(before: OperationSettings, after: OperationSettings) -> Iterator[str]:
    for status in MOVES:
        if (seconds := after.undo_for(status)) != before.undo_for(status):
            yield _("Undo of “%(move)s”: %(seconds)s s", move=labels.move(status), seconds=seconds)
    if after.rest_after != before.rest_after:
        yield _("A tablet rests after %(minutes)s min", minutes=round(after.rest_after / 60))
    if after.arabic_digits != before.arabic_digits:
        yield (
            _("Guests who read Arabic see ١٢٣")
            if after.arabic_digits
            else _("Guests who read Arabic see 123")
        )
    yield from _station_changes(before, after)


def _station_changes(before: OperationSettings, after: OperationSettings) -> Iterator[str]:
    made = {station.name: station.dishes for station in after.stations}
    held = {station.name: station.dishes for station in before.stations}
    for name, dishes in made.items():
        if dishes != held.get(name):
            yield _("Station %(name)s: %(dishes)s", name=name, dishes=", ".join(dishes) or _("no dish words"))
    for name in held.keys() - made.keys():
        yield _("Station %(name)s: removed", name=name)
    if list(made) != list(held) and made.keys() == held.keys():
        yield _("Order of the stations: %(names)s", names=", ".join(made))
