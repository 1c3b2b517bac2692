"""Who should have been told of what, and when they were: from the log, and from what came at each screen."""

from __future__ import annotations

import math
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

NANO = 1e6  # nanoseconds a millisecond


class Entry(NamedTuple):
    """An entry of the log that a request made: where it stands, and its order before and after."""

    request: int
    tenant: uuid.UUID
    seq: int
    order: uuid.UUID
    restaurant: uuid.UUID
    statuses: frozenset[str]
    is_move: bool


class Screen(NamedTuple):
    """A watcher: a board that shows orders of these statuses, or (`order`) a guest's page."""

    tenant: uuid.UUID
    statuses: frozenset[str]
    order: uuid.UUID | None = None


class Came(NamedTuple):
    """A frame at a screen: when (nanoseconds), its position, and whether it is all that the screen shows."""

    at: int
    seq: int
    is_whole: bool


class Told(NamedTuple):
    """`last` is when the last screen concerned had the entry, None if one never did; `lost` how many."""

    entry: Entry
    last: int | None
    lost: int


def concerns(entry: Entry, screen: Screen) -> bool:
    """Whether the entry must come to this screen, one of the entry's restaurant."""
    if screen.order is not None:
        return entry.is_move and entry.order == screen.order
    return not screen.statuses.isdisjoint(entry.statuses)


def tell(
    entries: Sequence[Entry],
    screens: Mapping[uuid.UUID, Sequence[tuple[int, Screen]]],
    came: Mapping[int, Sequence[Came]],
) -> list[Told]:
    """When each entry was told; `screens` are numbered, by restaurant, and `came` is in order of time.

    A screen has an entry with the frame of its position, a later one of the same order, or all anew.
    """
    order_at = {(entry.tenant, entry.seq): entry.order for entry in entries}
    told = []
    for entry in entries:
        concerned = [number for number, screen in screens[entry.restaurant] if concerns(entry, screen)]
        times = [_had(entry, came.get(number, ()), order_at) for number in concerned]
        heard = [at for at in times if at is not None]
        lost = len(times) - len(heard)
        told.append(Told(entry, None if lost else max(heard, default=None), lost))
    return told


def percentile(figures: Sequence[float], percent: float) -> float:
    """The figure below or at which so many percent of them are; infinite if there is none."""
    ordered = sorted(figures)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else math.inf


def by_screen(rows: Sequence[tuple[int, int, int, int]]) -> dict[int, list[Came]]:
    """Rows of time, position, screen and whether whole, by screen."""
    found: dict[int, list[Came]] = defaultdict(list)
    for at, seq, screen, is_whole in rows:
        found[screen].append(Came(at, seq, bool(is_whole)))
    return found


def _had(
    entry: Entry, frames: Sequence[Came], order_at: Mapping[tuple[uuid.UUID, int], uuid.UUID]
) -> int | None:
    for at, seq, is_whole in frames:
        if seq == entry.seq:
            return at
        if seq > entry.seq and (is_whole or order_at.get((entry.tenant, seq)) == entry.order):
            return at
    return None
