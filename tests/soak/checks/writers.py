"""The writers' ledger against the log: what was acknowledged is there once, what was refused is not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from ordertrack.orders.log.entries import EventRecord
from soak.checks import changes as check_changes
from soak.checks import owners
from soak.checks.owners import Owners
from soak.checks.truth import Entry, Truth
from soak.writing.attempts import OUTRIGHT, Attempt, Claim, MoveAttempt, Outcome

_SILENT = (Outcome.NOT_FOUND, Outcome.UNKNOWN)


def findings(attempts: list[Attempt], claims: list[Claim], truth: Truth) -> Iterator[str]:
    """What contradicts the promises to writers, a sentence each."""
    seqs = [entry.cursor.seq for entry in truth.entries]
    if seqs != list(range(1, truth.head + 1)):
        missing = sorted(set(range(1, truth.head + 1)) - set(seqs))
        yield f"The log does not run from 1 to {truth.head}: {missing[:20]} are not among its {len(seqs)}."
    made: Owners = {}
    yield from owners.find(attempts, truth, made)
    yield from _acknowledged(attempts, truth, made)
    yield from _in_real_time(made)
    stories = truth.stories
    for claim in claims:
        yield from _claimed(claim, stories, made)
    yield from check_changes.findings(claims, truth, made)


def _acknowledged(attempts: list[Attempt], truth: Truth, owners: Owners) -> Iterator[str]:
    """Who was told to have written something did; who was told it is so was told right."""
    makers = {attempt.tag for attempt in owners.values()}
    there = {(entry.order_id, entry.statuses[-1]) for entry in truth.entries}
    ours = set(truth.stories)
    for attempt in attempts:
        if attempt.outcome in OUTRIGHT and attempt.tag not in makers:
            yield f"{attempt} was acknowledged, and is not in the log."
        if (
            isinstance(attempt, MoveAttempt)
            and attempt.outcome in (Outcome.ACCEPTED, Outcome.ALREADY)
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


def _claimed(claim: Claim, stories: dict[uuid.UUID, list[Entry]], owners: Owners) -> Iterator[str]:
    """The order stood where the answer says, at some moment between question and answer."""
    story = stories.get(claim.order_id, [])
    what = " ".join(str(said) for said in (claim.status, claim.version) if said is not None)
    fitting = [
        place
        for place, entry in enumerate(story)
        if claim.status in (None, entry.statuses[-1]) and claim.version in (None, place + 1)
    ]
    if not fitting:
        yield f"{claim.where} was answered that the order is at {what}, where it never was."
        return
    # An order may have stood there several times: one of them is enough.
    contradictions = [list(_contradicts(claim, what, story, place, owners)) for place in fitting]
    yield from min(contradictions, key=len)


def _contradicts(claim: Claim, what: str, story: list[Entry], place: int, owners: Owners) -> Iterator[str]:
    moves = [entry for entry in story[: place + 1] if isinstance(entry, EventRecord)]
    if claim.changed_by not in (None, moves[-1].changed_by):
        yield f"{claim.where} was answered that {claim.changed_by} did what {moves[-1].changed_by} did."
    into = owners.get(story[place].cursor.seq)
    if into is not None and into.began > claim.ended:
        yield f"{claim.where} was answered {what} before {into} began."
    following = story[place + 1 : place + 2]
    out_of = owners.get(following[0].cursor.seq) if following else None
    if out_of is not None and out_of.ended < claim.began:
        yield f"{claim.where} was answered {what} although {out_of} was acknowledged before."
