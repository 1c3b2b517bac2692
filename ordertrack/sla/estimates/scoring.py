"""How estimates turned out: of each order what its guest read when it was confirmed, beside when it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.estimates import drift
from ordertrack.sla.estimates.table import Estimates
from ordertrack.sla.estimates.waits import Waits
from ordertrack.sla.measure.cells import FULFILMENTS, LOAD_BANDS, Mask
from ordertrack.sla.measure.fold import SECOND
from ordertrack.sla.measure.histogram import VALUES, Floats, Ints

DAY = 86_400 * SECOND
BANDS = len(LOAD_BANDS) + 1
KINDS = len(FULFILMENTS) * BANDS
"""A kind is a fulfilment and a band of load: `fulfilment * BANDS + band`."""

_AT_ONCE = 24  # moments: a day of tens of thousands of orders must fit into memory
_LONGEST = 7 * 86_400  # seconds that a wait counts in a sum, or one forgotten order would be all of it

# How the orders of one kind turned out: how many came before, within and after their range, and of how many
# nothing was said; then sums, in seconds, of those with a range: its ends, and what they took.
TURNED_OUT = np.dtype(
    [
        ("kind", "u1"),
        *((name, "<u4") for name in ("sooner", "within", "later", "silent")),
        *((name, "<i8") for name in ("low", "high", "took")),
    ]
)
TurnedOut: TypeAlias = NDArray[Any]
NONE_TURNED_OUT: TurnedOut = np.empty(0, TURNED_OUT)
COUNTS = ("sooner", "within", "later", "silent")
SUMS = ("low", "high", "took")


def turned_out(waits: Waits, around: Waits, estimates: Mapping[int, Estimates]) -> TurnedOut:
    """Of the orders that came on one UTC day, by kind; kinds without an order are left out.

    `around` are the orders of a day before it to a day after it, which say how the kitchen was doing.
    `estimates` are those of each UTC day on which the orders began; where one is not there, the first's.
    """
    low, high, is_said = told(waits, around, estimates)
    is_early, is_late = waits["ended"] < low, waits["ended"] >= high
    kind = waits["fulfilment"].astype(np.int64) * BANDS + waits["band"]
    took = np.minimum((waits["ended"] - waits["began"]) // SECOND, _LONGEST)
    found = np.zeros(KINDS, TURNED_OUT)
    found["kind"] = np.arange(KINDS)
    for name, mask in (
        ("sooner", is_said & is_early),
        ("within", is_said & ~is_early & ~is_late),
        ("later", is_said & is_late),
        ("silent", ~is_said),
    ):
        found[name] = np.bincount(kind[mask], minlength=KINDS)
    for name, seconds in (
        ("low", (low - waits["began"]) // SECOND),
        ("high", (high - waits["began"]) // SECOND),
        ("took", took),
    ):
        found[name] = np.bincount(kind[is_said], seconds[is_said], KINDS)
    there: TurnedOut = found[np.sum([found[name] for name in COUNTS], axis=0) > 0]
    return there


def told(waits: Waits, around: Waits, estimates: Mapping[int, Estimates]) -> tuple[Ints, Ints, Mask]:
    """What the guest of each of these orders read when it was confirmed (microseconds), if anything."""
    first, last = np.zeros(len(waits), np.int64), np.zeros(len(waits), np.int64)
    is_said = np.zeros(len(waits), bool)
    began_on = np.maximum(waits["began"] // DAY, min(estimates, default=0))
    for day, table in estimates.items():
        those = began_on == day
        if those.any():
            low, high, is_said[those] = _ranges(waits[those], table)
            factor = drifts(waits[those], around, table)
            first[those], last[those] = drift.shown(waits["began"][those], low * factor, high * factor)
    return first, last, is_said


def drifts(waits: Waits, around: Waits, table: Estimates) -> Floats:
    """The factor that held for each of these orders when it was confirmed."""
    moments = drift.moment_of(waits["began"])
    found = np.ones(len(waits))
    for fulfilment in np.unique(waits["fulfilment"]):
        those = waits["fulfilment"] == fulfilment
        asked, place = np.unique(moments[those], return_inverse=True)
        found[those] = at_moments(around[around["fulfilment"] == fulfilment], table, asked)[place]
    return found


def at_moments(waits: Waits, table: Estimates, moments: Ints) -> Floats:
    """The factor at each of these moments (in their order), of orders of one fulfilment."""
    low, high, is_said = _ranges(waits, table)
    by_time = np.flatnonzero(is_said)[np.argsort(waits["began"][is_said], kind="stable")]
    known, usual = waits[by_time], low[by_time]
    spread = drift.spread(usual, high[by_time])
    found = np.ones(len(moments))
    for first in range(0, len(moments), _AT_ONCE):
        some = moments[first : first + _AT_ONCE]
        begins, ends = np.searchsorted(known["began"], [some.min() - drift.FOLLOWED_FOR, some.max()])
        near = slice(begins, ends)
        found[first : first + _AT_ONCE] = drift.factors(
            known["began"][near], known["ended"][near], usual[near], spread[near], some
        )
    return found


def _ranges(waits: Waits, table: Estimates) -> tuple[Floats, Floats, Mask]:
    """What the days before say of each of these orders (seconds), and whether they say anything."""
    low, high, is_said = table.bins_for(
        waits["fulfilment"], waits["hour"], waits["band"], OrderStatus.CONFIRMED
    )
    return VALUES[low], VALUES[high], is_said


def summed(parts: TurnedOut) -> TurnedOut:
    """One entry a kind (all of them, in their order), of entries of many days and restaurants."""
    found = np.zeros(KINDS, TURNED_OUT)
    found["kind"] = np.arange(KINDS)
    for name in (*COUNTS, *SUMS):
        found[name] = np.bincount(parts["kind"], parts[name], KINDS)
    return found


def read(stored: bytes) -> TurnedOut:
    return np.frombuffer(stored, TURNED_OUT)
