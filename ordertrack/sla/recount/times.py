"""How long each order took for each stage, and what is to be said of each of these times."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import NamedTuple

from ordertrack.sla.recount.clock import Clock
from ordertrack.sla.recount.log import Entry, Story
from ordertrack.sla.recount.settings import Saved

# Of each stage: the status that it begins with, those in which an order is while it runs, those that end it.
STAGES: dict[str, tuple[str, set[str], set[str]]] = {
    "accept": ("pending", {"pending"}, {"confirmed"}),
    "queue": ("confirmed", {"confirmed"}, {"preparing"}),
    "cook": ("preparing", {"preparing"}, {"ready"}),
    "kitchen": ("confirmed", {"confirmed", "preparing"}, {"ready"}),
    "handover": ("ready", {"ready"}, {"delivering", "completed"}),
    "road": ("delivering", {"delivering"}, {"completed"}),
    "total": ("pending", {"pending", "confirmed", "preparing", "ready", "delivering"}, {"completed"}),
}
# Nobody does these in no time at all.
_WORK = {"cook", "kitchen", "road", "total"}
_WORKED_ON = {"preparing", "ready", "delivering"}


class Time(NamedTuple):
    """`outcome` is `ended`, or `drawn` where a replay drew one of its ends; it is no time where it was
    `cancelled` (late, as it ran) or `skipped` by a channel.

    `doubt` is why not to trust it; `target` is in seconds. Business day, shift and hour are those in which it
    began. `is_again`: the stage was left and entered again.
    """

    stage: str
    order_id: uuid.UUID
    restaurant_id: uuid.UUID
    fulfilment: str
    day: dt.date
    shift: str | None
    hour: int
    seconds: float
    outcome: str
    doubt: str | None = None
    target: int | None = None
    is_again: bool = False


class Cancelled(NamedTuple):
    """An order that was called off for this `reason` ("" for none); `day` is the one on which it began."""

    restaurant_id: uuid.UUID
    fulfilment: str
    day: dt.date
    reason: str


def cancelled_of(story: Story, clock: Clock) -> Iterator[Cancelled]:
    """That one order was called off, if it was."""
    for entry in story.entries:
        if entry.status == "cancelled":
            day = clock.day_of(_began(story, story.entries[0], entry))
            yield Cancelled(story.restaurant_id, story.fulfilment, day, entry.reason)


def times_of(story: Story, saved: Saved, clock: Clock) -> Iterator[Time]:
    """Those of one order."""
    for stage, (begins, through, ends) in STAGES.items():
        beginnings = [entry for entry in story.entries if entry.status == begins]
        if not beginnings or beginnings[0].is_unknown:
            continue
        endings = [entry for entry in story.entries if entry.status in ends and entry.was in through]
        if endings and _counts(endings[-1]):
            before_it = [entry for entry in beginnings if entry.seq < endings[-1].seq]
            is_again = len(endings) > 1 or len(before_it) > 1
            yield _time(stage, story, beginnings[0], endings[-1], saved, clock, is_again)
        for entry in story.entries:
            if entry.status == "cancelled" and entry.was in through & _WORKED_ON and not entry.is_early:
                yield _time(stage, story, beginnings[0], entry, saved, clock, is_again=False)


def _counts(entry: Entry) -> bool:
    return not entry.is_unknown and not entry.is_early


def _began(story: Story, first: Entry, last: Entry) -> dt.datetime:
    """An order for later is begun with the last fire before that."""
    return max([first.at, *(at for seq, at in story.fires if seq < last.seq)])


def _time(
    stage: str, story: Story, first: Entry, last: Entry, saved: Saved, clock: Clock, is_again: bool
) -> Time:
    began = _began(story, first, last)
    seconds = (last.at - began).total_seconds()
    day = clock.day_of(began)
    of_it = (stage, story.order_id, story.restaurant_id, story.fulfilment)
    when = (day, clock.shift_of(began), clock.hour_of(began), seconds)
    if last.status == "cancelled":
        return Time(*of_it, *when, "cancelled")
    if first.is_skipped or last.is_skipped:
        return Time(*of_it, *when, "skipped", is_again=is_again)
    rules = clock.rules_on(day)
    doubt = None
    if seconds > rules.forgotten_after:
        doubt = "forgotten"
    elif last.is_mass:
        doubt = "mass"
    elif stage in _WORK and seconds < rules.early_before:
        doubt = "early"
    outcome = "drawn" if first.is_drawn or last.is_drawn else "ended"
    return Time(*of_it, *when, outcome, doubt, saved.target(stage, story.fulfilment, day), is_again)
