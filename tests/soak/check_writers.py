"""The writers' ledger against the log: what was acknowledged is there once, what was refused is not."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator

from ordertrack.orders.event_log import EventRecord
from ordertrack.rules.state_machine import OrderStatus
from soak.ledger import Attempt, Claim, Outcome
from soak.truth import Truth

_OUTRIGHT = (Outcome.PLACED, Outcome.MOVED)
_SILENT = (Outcome.NOT_FOUND, Outcome.UNKNOWN)
Owners = dict[int, Attempt]  # by seq


def findings(attempts: list[Attempt], claims: list[Claim], truth: Truth) -> Iterator[str]:
    """What contradicts the promises to writers, a sentence each."""
    seqs = [event.cursor.seq for event in truth.events]
    if seqs != list(range(1, truth.head + 1)):
        missing = sorted(set(range(1, truth.head + 1)) - set(seqs))
        yield f"The log does not run from 1 to {truth.head}: {missing[:20]} are not among its {len(seqs)}."
    owners: Owners = {}
    yield from _own(attempts, truth, owners)
    yield from _acknowledged(attempts, truth, owners)
    yield from _in_real_time(owners)
    stories = truth.stories
    for claim in claims:
        yield from _claimed(claim, stories, owners)


def _own(attempts: list[Attempt], truth: Truth, owners: Owners) -> Iterator[str]:
    """Find for each event the one attempt that made it."""
    tagged = {attempt.tag: attempt for attempt in attempts}
    taps: dict[tuple[uuid.UUID | None, OrderStatus, str], list[Attempt]] = {}
    for attempt in attempts:
        taps.setdefault((attempt.order_id, attempt.to, attempt.by.actor), []).append(attempt)
    used: Counter[str] = Counter()
    for event in truth.events:
        tag = event.metadata.get("attempt")
        if tag is None:
            made = taps.get((event.order_id, event.to_status, event.actor), [])
            owner = next(iter(_who_tapped(event, [tap for tap in made if not used[tap.tag]])), None)
        else:
            owner = tagged.get(tag)
        if owner is None:
            yield f"Nobody asked for {_told(event)}, or nobody who was told so."
            continue
        owners[event.cursor.seq] = owner
        used[owner.tag] += 1
        yield from _fits(event, owner)
    yield from (f"{tagged[tag]} is in the log {times} times." for tag, times in used.items() if times > 1)


def _who_tapped(event: EventRecord, taps: list[Attempt]) -> list[Attempt]:
    """Those that may have made the event, likeliest first: an order can come to a status again."""
    fitting = [tap for tap in taps if tap.seen in (None, event.from_status)] or taps
    moved = [tap for tap in fitting if tap.outcome == Outcome.MOVED]
    unknown = [tap for tap in fitting if tap.outcome == Outcome.UNKNOWN]
    return sorted(moved, key=lambda tap: tap.ended) or unknown


def _fits(event: EventRecord, owner: Attempt) -> Iterator[str]:
    told = _told(event)
    if not owner.outcome.may_have_written:
        yield f"{owner} was refused, and yet wrote {told}."
    if (event.actor, event.changed_by) != (owner.by.actor, owner.by.name):
        yield f"{told} is signed {event.changed_by} ({event.actor}); it was {owner.by.name}."
    if event.to_status != owner.to or owner.order_id not in (None, event.order_id):
        yield f"{owner} wrote something else: {told}."
    if owner.seen is not None and event.from_status != owner.seen:
        yield f"{owner} moved the order from {event.from_status}."
    if owner.reason is not None and event.metadata.get("reason") != owner.reason:
        yield f"{owner} gave the reason {owner.reason!r}; the log has {event.metadata}."


def _acknowledged(attempts: list[Attempt], truth: Truth, owners: Owners) -> Iterator[str]:
    """Who was told to have made an event made one; who was told it is so was told right."""
    makers = {attempt.tag for attempt in owners.values()}
    there = {(event.order_id, event.to_status) for event in truth.events}
    ours = set(truth.stories)
    for attempt in attempts:
        if attempt.outcome in _OUTRIGHT and attempt.tag not in makers:
            yield f"{attempt} was acknowledged, and its event is not in the log."
        if (
            attempt.outcome in (Outcome.ACCEPTED, Outcome.ALREADY)
            and (attempt.order_id, attempt.to) not in there
        ):
            yield f"{attempt} was told that the order is there, and it never was."
        if attempt.outcome == Outcome.NOT_FOUND and attempt.order_id in ours:
            yield f"{attempt} was told that there is no such order."
        if attempt.outcome not in _SILENT and attempt.order_id not in ours | {None}:
            yield f"{attempt} was not told 404 about an order of another house."


def _in_real_time(owners: Owners) -> Iterator[str]:
    """A write that was acknowledged before another one began has the lower seq."""
    by_beginning = sorted(owners.items(), key=lambda owned: owned[1].began)
    by_end = iter(sorted(owners.items(), key=lambda owned: owned[1].ended))
    ended = next(by_end)
    last: tuple[int, Attempt] | None = None
    for seq, attempt in by_beginning:
        while ended[1].ended < attempt.began:
            last = max(last or ended, ended, key=lambda owned: owned[0])
            ended = next(by_end)
        if last is not None and last[0] > seq:
            yield f"{attempt} began after {last[1]} was acknowledged, but has seq {seq}, not above {last[0]}."


def _claimed(claim: Claim, stories: dict[uuid.UUID, list[EventRecord]], owners: Owners) -> Iterator[str]:
    """The order stood where the answer says, at some moment between question and answer."""
    story = stories.get(claim.order_id, [])
    what = " ".join(str(said) for said in (claim.status, claim.version) if said is not None)
    fitting = [
        place
        for place, event in enumerate(story)
        if claim.status in (None, event.to_status) and claim.version in (None, place + 1)
    ]
    if not fitting:
        yield f"{claim.where} was answered that the order is at {what}, where it never was."
        return
    # An order may have stood there several times: one of them is enough.
    contradictions = [list(_contradicts(claim, what, story, place, owners)) for place in fitting]
    yield from min(contradictions, key=len)


def _contradicts(
    claim: Claim, what: str, story: list[EventRecord], place: int, owners: Owners
) -> Iterator[str]:
    event = story[place]
    if claim.changed_by not in (None, event.changed_by):
        yield f"{claim.where} was answered that {claim.changed_by} did what {event.changed_by} did."
    into = owners.get(event.cursor.seq)
    if into is not None and into.began > claim.ended:
        yield f"{claim.where} was answered {what} before {into} began."
    following = story[place + 1 : place + 2]
    out_of = owners.get(following[0].cursor.seq) if following else None
    if out_of is not None and out_of.ended < claim.began:
        yield f"{claim.where} was answered {what} although {out_of} was acknowledged before."


def _told(event: EventRecord) -> str:
    return f"event {event.cursor} ({event.from_status} to {event.to_status} of order {event.order_id})"
