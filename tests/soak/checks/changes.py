"""Changes against the log and the orders: each is in the order as it was asked for, and nothing else is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from ordertrack.orders.log.entries import ActionRecord
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.order_changes import IllegalChange, check_change
from ordertrack.rules.state_machine import OrderStatus
from soak.checks import rebuilt
from soak.checks.owners import Owners, told
from soak.checks.rebuilt import FIELDS, Line, Rebuilt
from soak.checks.truth import Entry, Truth
from soak.writing.attempts import AcknowledgeAttempt, ChangeAttempt, Claim, PlaceAttempt


def findings(claims: list[Claim], truth: Truth, owners: Owners) -> Iterator[str]:
    """What contradicts the promises to those who change orders, a sentence each."""
    revisions: dict[uuid.UUID, list[Rebuilt]] = {}
    for order_id, story in truth.stories.items():
        # An entry without an owner has been found fault with.
        if all(entry.cursor.seq in owners or _is_fire(entry) for entry in story):
            yield from _follow(story, owners, revisions.setdefault(order_id, []))
    for order_id, made in revisions.items():
        yield from _stands(truth.orders[order_id], made[-1])
    for claim in claims:
        if claim.order is not None and claim.order_id in revisions:
            yield from _told(claim, claim.order, revisions[claim.order_id])


def _follow(story: list[Entry], owners: Owners, made: list[Rebuilt]) -> Iterator[str]:
    """Fill `made` with the order at each revision; where an entry does not go with what was before it."""
    for entry in story:
        owner = owners.get(entry.cursor.seq)
        if not made:
            assert isinstance(owner, PlaceAttempt), owner
            made.append(rebuilt.placed(owner))
            continue
        before = made[-1]
        made.append(rebuilt.after(before, entry, owner))
        if isinstance(entry, ActionRecord) and isinstance(owner, ChangeAttempt):
            yield from _is_as_asked(entry, owner, before, made[-1])
        if isinstance(entry, ActionRecord) and isinstance(owner, AcknowledgeAttempt):
            yield from _is_of_something(entry, owner, story, made[:-1])


def _is_as_asked(entry: ActionRecord, owner: ChangeAttempt, before: Rebuilt, after: Rebuilt) -> Iterator[str]:
    if entry.changes != after.log:
        yield f"{owner} is in the log as {entry.changes}, and was {after.log}."
    is_in_the_way = before.changed_in > owner.revision or before.revision < owner.revision
    if is_in_the_way or (not owner.is_by_form and before.revision != owner.revision):
        yield f"{owner} was made at revision {before.revision}, changed last in {before.changed_in}."
    try:
        check_change(before.status, owner.by.role, adds_lines=bool(after.log["added"]))
    except IllegalChange as error:
        yield f"{owner} was made, although: {error.sentence}"
    if not any(line.voided_in is None for line in after.lines):
        yield f"{owner} left no line."


def _is_of_something(
    entry: ActionRecord, owner: AcknowledgeAttempt, story: list[Entry], made: list[Rebuilt]
) -> Iterator[str]:
    before = made[-1]
    if _ends_alarm(entry):
        is_so = any(_ends_alarm(each) for each in story[: len(made)])
    else:
        is_so = not before.has_unseen
    if is_so or not before.takes_acknowledgement:
        yield f"{owner} wrote {told(entry)}, where nothing was to be seen."
    if not _ends_alarm(entry) and before.changed_in > (owner.revision or before.changed_in):
        yield f"{owner} wrote {told(entry)}, and has not seen revision {before.changed_in}."


def _is_fire(entry: Entry) -> bool:
    return isinstance(entry, ActionRecord) and entry.act == OrderAction.FIRE


def _ends_alarm(entry: Entry) -> bool:
    """Whether it was a cancellation that was acknowledged."""
    is_acknowledged = isinstance(entry, ActionRecord) and entry.act == OrderAction.ACKNOWLEDGE
    return is_acknowledged and entry.statuses[-1] == OrderStatus.CANCELLED


def _stands(order: OrderRecord, last: Rebuilt) -> Iterator[str]:
    """The order in the database is what its log makes of it."""
    lines = tuple(
        Line(item.name, item.quantity, item.notes, item.added_in, item.voided_in) for item in order.items
    )
    said = (order.note, order.reference, order.promised_at, order.customer.get("name"))
    stands = (order.status, order.revision, lines, dict(zip(FIELDS, said, strict=True)))
    if stands != (last.status, last.revision, last.lines, last.fields):
        yield f"Order {order.id} stands as {stands}; by what was asked it is {last}."
    seen = (order.changed_in, order.changes_seen_in, frozenset(order.unseen_fields))
    if seen != (last.changed_in, last.seen_in, last.unseen_fields):
        yield f"Of order {order.id} is seen {seen}; by what was asked it is {last}."


def _told(claim: Claim, order: dict[str, Any], made: list[Rebuilt]) -> Iterator[str]:
    """The order that an answer brought is the order as it was at that revision."""
    if not 0 < order["revision"] <= len(made):
        return  # which `writers` has found out
    was = made[order["revision"] - 1]
    if told := _differences(order, was):
        yield f"{claim.where} was told {told} of revision {was.revision}, which was {was}."


def _differences(order: dict[str, Any], was: Rebuilt) -> dict[str, Any]:
    """What an order says otherwise than it was."""
    said = {name: order[name] for name in ("note", "reference")}
    said["promised_at"] = order["promised_at"] and dt.datetime.fromisoformat(order["promised_at"])
    said["customer.name"] = (order["customer"] or {}).get("name")
    said["lines"] = [
        (item["name"], item["quantity"], item["notes"], line["voided"])
        for item, line in zip(order["items"], order["lines"], strict=True)
    ]
    said["acknowledge"] = OrderAction.ACKNOWLEDGE in order["allowed_acts"]
    true = was.fields | {
        "lines": [(*line[:3], line.voided_in is not None) for line in was.lines],
        "acknowledge": was.takes_acknowledgement,
    }
    return {name: value for name, value in said.items() if value != true[name]}
