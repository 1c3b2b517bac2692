"""What stands in the cells of one row, by role; where it is no word that is known, the row is faulty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ordertrack.i18n.translate import gettext as _
from ordertrack.importing import words
from ordertrack.importing.logged_order import Fault, FaultyRow
from ordertrack.rules.state_machine import Fulfilment, OrderStatus


def first(cells: Mapping[str, list[str]], role: str) -> str:
    return cells[role][0] if role in cells else ""


def joined(cells: Mapping[str, list[str]], role: str) -> str:
    return "-".join(cells.get(role, ()))


def is_flagged(cells: Mapping[str, list[str]]) -> bool:
    return words.plain(first(cells, "cancelled")) in words.YES


def status(text: str) -> OrderStatus | None:
    if not text:
        return None
    if (found := words.status(text)) is None:
        said = _(
            "status is not a word that is known: %(what)s",
            what=repr(text[:40]),
        )
        raise FaultyRow(Fault.MALFORMED, said)
    return found


def fulfilment(text: str) -> Fulfilment | None:
    if not text:
        return None
    if (found := words.fulfilment(text)) is None:
        said = _(
            "fulfilment is not a word that is known: %(what)s",
            what=repr(text[:40]),
        )
        raise FaultyRow(Fault.MALFORMED, said)
    return found


def zone(text: str) -> dt.tzinfo | None:
    if not text:
        return None
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FaultyRow(
            Fault.MALFORMED, _("timezone is no time zone: %(what)s", what=repr(text[:40]))
        ) from None
