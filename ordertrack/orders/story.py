"""The story of an order: what its log says, as people read it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ordertrack.i18n import labels
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked, ngettext
from ordertrack.orders.event_log import ActionRecord, EventRecord
from ordertrack.orders.records import OrderRecord
from ordertrack.rules.order_actions import LINE_ACTS, OrderAction
from ordertrack.rules.state_machine import CAME_BACK, RECALL, OrderStatus

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
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the story. `about` names a dish or a rider; `waited` is the time in the status before.

    `at` is None where nobody knows when.
    """

    at: dt.datetime | None
    what: str
    about: str
    by: str
    waited: dt.timedelta | None
    why: str


def tell(order: OrderRecord, entries: list[EventRecord | ActionRecord]) -> list[Sentence]:
    """The entries of an order's log, oldest first, in the language spoken."""
    sentences = []
    was_timed = True
    for entry in entries:
        if isinstance(entry, EventRecord):
            sentences.append(_of_event(entry, was_timed))
            was_timed = entry.is_timed
        else:
            sentences.append(_of_action(order, entry))
    return sentences


def _of_event(event: EventRecord, was_timed: bool) -> Sentence:
    what = labels.status(event.to_status)
    if event.open_lines and event.to_status == OrderStatus.READY:
        what = ngettext("Ready, with %(num)s line open", "Ready, with %(num)s lines open", event.open_lines)
    if event.from_status is not None:
        back = {RECALL: _("Recalled"), CAME_BACK: _("Came back")}
        what = back.get((event.from_status, event.to_status), what)
    reason = event.metadata.get("reason")
    why = reason if isinstance(reason, str) else ""
    at = event.occurred_at if event.is_timed else None
    waited = event.in_status_for if event.is_timed and was_timed else None
    return Sentence(at, what, "", event.changed_by, waited, why)


def _of_action(order: OrderRecord, action: ActionRecord) -> Sentence:
    about = {OrderAction.ASSIGN: action.detail or ""}.get(action.act, "")
    if action.act in LINE_ACTS and action.line is not None:
        about = order.items[action.line - 1].name
    why = action.detail or "" if action.act == OrderAction.HOLD else ""
    return Sentence(action.occurred_at, _(_DEEDS[action.act]), about, action.changed_by, None, why)
