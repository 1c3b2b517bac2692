"""Whose attempt made each entry of the log: one, and one that may have."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator

from ordertrack.orders.log.entries import ActionRecord, EventRecord
from ordertrack.orders.moving import house
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from soak.checks.truth import Entry, Truth
from soak.writing.attempts import (
    AcknowledgeAttempt,
    ActAttempt,
    Attempt,
    ChangeAttempt,
    DelayAttempt,
    MoveAttempt,
    Outcome,
)

_CLOCK = house.clock(uuid.UUID(int=0)).actor
Owners = dict[int, Attempt]  # by seq
Taps = dict[tuple[uuid.UUID | None, OrderStatus, str], list[MoveAttempt]]


def find(attempts: list[Attempt], truth: Truth, owners: Owners) -> Iterator[str]:
    """Fill `owners`; what is in the log without an owner, or twice, or other than its owner said it."""
    tagged, taps = _tagged(attempts), _taps(attempts)
    used: Counter[str] = Counter()
    for entry in truth.entries:
        if isinstance(entry, ActionRecord) and entry.act == OrderAction.FIRE:
            yield from _begins(entry, taps)
            continue
        tag = _tag(entry)
        owner = tagged.get(tag) if tag else _who_tapped(entry, taps, used)
        if owner is None:
            yield f"Nobody asked for {told(entry)}, or nobody who was told so."
            continue
        owners[entry.cursor.seq] = owner
        used[owner.tag] += 1
        yield from _fits(entry, owner)
    yield from (f"{tagged[tag]} is in the log {times} times." for tag, times in used.items() if times > 1)


def _tag(entry: Entry) -> str | None:
    """How an entry names its attempt: a change does so by its reason, a tap by its id."""
    if isinstance(entry, ActionRecord) and entry.act == OrderAction.CHANGE:
        return entry.detail
    return entry.metadata.get("attempt") or entry.metadata.get("tap")


def _tagged(attempts: list[Attempt]) -> dict[str, Attempt]:
    taps: dict[str, Attempt] = {each.tap: each for each in attempts if isinstance(each, ActAttempt)}
    return {**taps, **{each.tag: each for each in attempts}}


def _taps(attempts: list[Attempt]) -> Taps:
    taps: Taps = {}
    for each in attempts:
        if isinstance(each, MoveAttempt):
            taps.setdefault((each.order_id, each.to, each.by.actor), []).append(each)
    return taps


def _who_tapped(entry: Entry, taps: Taps, used: Counter[str]) -> MoveAttempt | None:
    """Who moved the order, where the event names nobody."""
    if not isinstance(entry, EventRecord):
        return None
    made = taps.get((entry.order_id, entry.to_status, entry.actor), [])
    return next(iter(_likeliest(entry, [tap for tap in made if not used[tap.tag]])), None)


def _likeliest(event: EventRecord, taps: list[MoveAttempt]) -> list[MoveAttempt]:
    """Those that may have made the event, likeliest first: an order can come to a status again."""
    fitting = [tap for tap in taps if tap.seen in (None, event.from_status)] or taps
    moved = [tap for tap in fitting if tap.outcome == Outcome.MOVED]
    unknown = [tap for tap in fitting if tap.outcome == Outcome.UNKNOWN]
    return sorted(moved, key=lambda tap: tap.ended) or unknown


def _begins(entry: ActionRecord, taps: Taps) -> Iterator[str]:
    """What was for later is begun by the clock, or by who has it prepared: nobody asks for it by itself."""
    by_whom = entry.order_id, OrderStatus.PREPARING, entry.actor
    if entry.actor != _CLOCK and by_whom not in taps:
        yield f"Nobody had the order prepared by {told(entry)}."


def _fits(entry: Entry, owner: Attempt) -> Iterator[str]:
    if not owner.outcome.may_have_written:
        yield f"{owner} was refused, and yet wrote {told(entry)}."
    if (entry.actor, entry.changed_by) != (owner.by.actor, owner.by.name):
        yield f"{told(entry)} is signed {entry.changed_by} ({entry.actor}); it was {owner.by.name}."
    if owner.order_id not in (None, entry.order_id) or not _is_of_kind(entry, owner):
        yield f"{owner} wrote something else: {told(entry)}."
    if isinstance(entry, EventRecord) and isinstance(owner, MoveAttempt):
        yield from _moves(entry, owner)


def _is_of_kind(entry: Entry, owner: Attempt) -> bool:
    if isinstance(entry, EventRecord):
        return isinstance(owner, MoveAttempt) and entry.to_status == owner.to
    if entry.act == OrderAction.DELAY:
        return isinstance(owner, DelayAttempt) and entry.minutes == owner.minutes
    acts = {OrderAction.CHANGE: ChangeAttempt, OrderAction.ACKNOWLEDGE: AcknowledgeAttempt}
    return isinstance(owner, acts[entry.act])


def _moves(event: EventRecord, owner: MoveAttempt) -> Iterator[str]:
    if owner.seen is not None and event.from_status != owner.seen:
        yield f"{owner} moved the order from {event.from_status}."
    if owner.reason is not None and event.metadata.get("reason") != owner.reason:
        yield f"{owner} gave the reason {owner.reason!r}; the log has {event.metadata}."


def told(entry: Entry) -> str:
    """An entry, for people."""
    if isinstance(entry, ActionRecord):
        return f"entry {entry.cursor} ({entry.act} of order {entry.order_id}: {entry.changes})"
    return f"event {entry.cursor} ({entry.from_status} to {entry.to_status} of order {entry.order_id})"
