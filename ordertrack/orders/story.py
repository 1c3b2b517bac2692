"""The story of an order: what its log says, as people read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ordertrack.i18n import labels
from ordertrack.i18n.moments import day_and_clock
from ordertrack.i18n.money import money
from ordertrack.i18n.translate import digits, marked, ngettext
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.log.entries import ActionRecord, EventRecord
from ordertrack.orders.moving.move_checks import needs_lines
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.order_actions import LINE_ACTS, OrderAction
from ordertrack.rules.state_machine import CAME_BACK, NOT_DELIVERED, RECALL, OrderStatus

_DEEDS = {
    OrderAction.STRIKE: marked("Line done"),
    OrderAction.UNSTRIKE: marked("Line not done after all"),
    OrderAction.RUSH: marked("Rush"),
    OrderAction.UNRUSH: marked("No rush any more"),
    OrderAction.HOLD: marked("On hold"),
    OrderAction.RELEASE: marked("No longer on hold"),
    OrderAction.ASSIGN: marked("Given to a rider"),
    OrderAction.UNASSIGN: marked("Taken from its rider"),
    OrderAction.ACKNOWLEDGE: marked("Cancellation acknowledged"),
    OrderAction.CHANGE: marked("Changed"),
    OrderAction.DELAY: marked("Delayed"),
    OrderAction.FIRE: marked("Begun: an order for later"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the story. `about` names a dish or a rider; `waited` is the time in the status before.
    `changed` says of a change what it was of, each by itself.

    `at` is None where nobody knows when.
    """

    at: dt.datetime | None
    what: str
    about: str
    by: str
    waited: dt.timedelta | None
    why: str
    changed: tuple[str, ...] = ()


def tell(
    order: OrderRecord,
    entries: list[EventRecord | ActionRecord],
    values: Mapping[tuple[int, str], tuple[Any, Any]],
) -> list[Sentence]:
    """The entries of an order's log, oldest first, in the language spoken.

    `values` are what fields were before and after a change, by its `seq`, as far as the reader may see them.
    Lines that were not struck off are only told where somebody strikes them off.
    """
    sentences = []
    was_timed = True
    counts_lines = needs_lines(order)
    currencies = _currencies(order, entries, values)
    for entry in entries:
        if isinstance(entry, EventRecord):
            sentences.append(_of_event(entry, was_timed, counts_lines))
            was_timed = entry.is_timed
        else:
            counts_lines = counts_lines or entry.act in LINE_ACTS
            sentences.append(_of_action(order, entry, values, currencies))
    return sentences


def _of_event(event: EventRecord, was_timed: bool, counts_lines: bool) -> Sentence:
    what = labels.status(event.to_status)
    if event.open_lines and counts_lines and event.to_status == OrderStatus.READY:
        what = ngettext(
            "Ready, with %(num)s line not struck off",
            "Ready, with %(num)s lines not struck off",
            event.open_lines,
        )
    if event.from_status is not None:
        unplanned = {RECALL: _("Recalled"), CAME_BACK: _("Came back"), NOT_DELIVERED: _("Not delivered")}
        what = unplanned.get((event.from_status, event.to_status), what)
    reason = event.metadata.get("reason")
    why = reason if isinstance(reason, str) else ""
    at = event.occurred_at if event.is_timed else None
    waited = event.in_status_for if event.is_timed and was_timed else None
    return Sentence(at, what, "", event.changed_by, waited, why)


def _of_action(
    order: OrderRecord,
    action: ActionRecord,
    values: Mapping[tuple[int, str], tuple[Any, Any]],
    currencies: Mapping[int, tuple[str | None, str | None]],
) -> Sentence:
    about = {OrderAction.ASSIGN: action.detail or ""}.get(action.act, "")
    if action.act in LINE_ACTS and action.line is not None:
        about = order.items[action.line - 1].name
    if action.minutes:
        about = _("+%(minutes)s min", minutes=action.minutes)
    why = action.detail or "" if action.act != OrderAction.ASSIGN else ""
    what = _(_DEEDS[action.act])
    if action.act == OrderAction.ACKNOWLEDGE and action.status != OrderStatus.CANCELLED:
        what = _("Change seen")
    changed = tuple(_changed(order, action, values, currencies)) if action.changes else ()
    return Sentence(action.occurred_at, what, about, action.changed_by, None, why, changed)


def _changed(
    order: OrderRecord,
    action: ActionRecord,
    values: Mapping[tuple[int, str], tuple[Any, Any]],
    currencies: Mapping[int, tuple[str | None, str | None]],
) -> Iterator[str]:
    assert action.changes is not None
    for kind, said in (("added", marked("New: %(line)s")), ("voided", marked("Void: %(line)s"))):
        for position in action.changes[kind]:
            item = order.items[position - 1]
            yield _(said, line=f"{digits(item.quantity)}× {item.name}")
    for name in action.changes["fields"]:
        known = values.get((action.cursor.seq, name), ("", ""))
        of_then = currencies[action.cursor.seq]
        before, after = (
            _shown(order, name, each, currency) for each, currency in zip(known, of_then, strict=True)
        )
        field = labels.order_field(name)
        if not before and not after:
            yield field
        elif not after:
            yield _("%(field)s taken away (was %(before)s)", field=field, before=before)
        elif not before:
            yield _("%(field)s: %(after)s", field=field, after=after)
        else:
            yield _("%(field)s: %(after)s (was %(before)s)", field=field, after=after, before=before)


def _currencies(
    order: OrderRecord,
    entries: list[EventRecord | ActionRecord],
    values: Mapping[tuple[int, str], tuple[Any, Any]],
) -> dict[int, tuple[str | None, str | None]]:
    """By each change's `seq` the currency of the order's amounts before it and after it."""
    found: dict[int, tuple[str | None, str | None]] = {}
    after = order.currency
    for entry in reversed(entries):
        seq = entry.cursor.seq
        before = values.get((seq, "amounts.currency"), (after, after))[0]
        found[seq] = (before, after)
        after = before
    return found


def _shown(order: OrderRecord, name: str, value: Any, currency: str | None) -> str:
    """A value as people read it; amounts are in this currency."""
    if value is None or value == "":
        return ""
    if name == "promised_at":
        return day_and_clock(dt.datetime.fromisoformat(value), order.zone)
    if name in ("amounts.total", "amounts.to_collect") and currency:
        return money(value, currency)
    return ", ".join(value) if isinstance(value, list) else str(value)
