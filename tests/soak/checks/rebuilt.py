"""An order as it must be by what was asked: placed, and then changed by each entry of its log."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ordertrack.rules.order_actions import OrderAction, allowed_acts
from ordertrack.rules.order_changes import KITCHEN_FIELDS, concerns_kitchen
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from soak.checks.truth import Entry
from soak.writing.attempts import Attempt, ChangeAttempt, DelayAttempt, PlaceAttempt

FIELDS = ("note", "reference", "promised_at", "customer.name")


class Line(NamedTuple):
    name: str
    quantity: int
    notes: str | None
    added_in: int | None = None
    voided_in: int | None = None


@dataclass(frozen=True)
class Rebuilt:
    """At one revision; `seen_in` is the one up to which the kitchen has seen its changes."""

    status: OrderStatus
    revision: int
    lines: tuple[Line, ...]
    fields: dict[str, Any]
    changed_in: int = 0
    seen_in: int = 0
    unseen_fields: frozenset[str] = frozenset()
    log: dict[str, Any] = field(default_factory=dict, compare=False)  # what the last entry says of a change

    @property
    def has_unseen(self) -> bool:
        return self.seen_in < self.changed_in

    @property
    def takes_acknowledgement(self) -> bool:
        acts = allowed_acts(self.status, Fulfilment.PICKUP, is_changed=self.has_unseen)
        return OrderAction.ACKNOWLEDGE in acts


def placed(attempt: PlaceAttempt) -> Rebuilt:
    """As it was asked for."""
    fields = dict.fromkeys(FIELDS) | _fields(attempt.order)
    lines = tuple(_line(item) for item in attempt.order["items"])
    return Rebuilt(attempt.to, 1, lines, fields)


def after(before: Rebuilt, entry: Entry, owner: Attempt | None) -> Rebuilt:
    """The order once more has been written about it."""
    order = replace(before, status=entry.statuses[-1], revision=before.revision + 1, log={})
    if isinstance(owner, ChangeAttempt):
        return _changed(order, owner.changes)
    if getattr(entry, "act", None) == OrderAction.ACKNOWLEDGE and order.status != OrderStatus.CANCELLED:
        return replace(order, seen_in=order.changed_in, unseen_fields=frozenset())
    if isinstance(owner, DelayAttempt) and (promised_at := order.fields["promised_at"]):
        later = promised_at + dt.timedelta(minutes=owner.minutes)
        return replace(order, fields=order.fields | {"promised_at": later})
    return order


def _changed(order: Rebuilt, wishes: list[dict[str, Any]]) -> Rebuilt:
    lines, fields = list(order.lines), dict(order.fields)
    voided: list[int] = []
    for wish in wishes:
        if "line" in wish:
            voided.append(wish["line"])
            lines[wish["line"] - 1] = lines[wish["line"] - 1]._replace(voided_in=order.revision)
        if "item" in wish:
            lines.append(_line(wish["item"])._replace(added_in=order.revision))
        if wish["do"] == "set":
            fields |= _fields(wish)
    names = sorted(name for name in FIELDS if fields[name] != order.fields[name])
    added = list(range(len(order.lines) + 1, len(lines) + 1))
    is_told = concerns_kitchen(names, is_of_lines=bool(added or voided))
    return replace(
        order,
        lines=tuple(lines),
        fields=fields,
        changed_in=order.revision,
        seen_in=order.seen_in if is_told or order.has_unseen else order.revision,
        unseen_fields=order.unseen_fields | KITCHEN_FIELDS.intersection(names),
        log={"revision": order.revision, "added": added, "voided": voided, "fields": names},
    )


def _line(item: dict[str, Any]) -> Line:
    return Line(item["name"], item["quantity"], item.get("notes"))


def _fields(said: dict[str, Any]) -> dict[str, Any]:
    """What a new order, or a change, says of fields, each under the name that the log has for it."""
    fields = {name: said[name] for name in ("note", "reference") if name in said}
    if said.get("promised_at"):
        fields["promised_at"] = dt.datetime.fromisoformat(said["promised_at"])
    if "customer" in said:
        fields["customer.name"] = said["customer"]["name"]
    return fields
