"""How the roll-up is packed: each row's times as a sorted array of keys and how often each occurs.

A key puts together what a time is told apart by. Arrays of the same kind add up, in any order.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ordertrack.rules.stages import LeftOut
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.measure.histogram import Ints

Cells: TypeAlias = NDArray[Any]
Mask: TypeAlias = NDArray[np.bool_]

ENTRY = np.dtype([("key", "<u4"), ("count", "<u4")])
EMPTY: Cells = np.empty(0, ENTRY)

STATUSES = tuple(OrderStatus)
FULFILMENTS = tuple(Fulfilment)
LEFT_OUT = (None, *LeftOut)
"""What the two bits for it mean, by their number."""

# Whether a time was held against a target.
UNJUDGED, IN_TARGET, BREACH = 0, 1, 2

NO_SHIFT = 0
NO_HOUR = 31

# A time of a stage: bin 8 bits, target 2, left out 2, fulfilment 2, shift 8, hour 5, again 1, cancelled 1,
# walked 1, drawn 1.
_TARGET, _LEFT_OUT, _FULFILMENT, _SHIFT, _HOUR = 8, 10, 12, 14, 22
_AGAIN, _CANCELLED, _WALKED, _DRAWN = 27, 28, 29, 30
FLAGS = _AGAIN
"""From this bit on a key has what is seldom so."""

WITHOUT_TIME_OF_DAY = (1 << _SHIFT) - 1
"""The bits of a key below the shift and the hour."""

NO_TIME_OF_DAY = NO_SHIFT << _SHIFT | NO_HOUR << _HOUR
"""The bits of a key of which shift and hour are not told."""


def pack(
    bins: Ints,
    target: Ints,
    left_out: Ints,
    fulfilment: Ints,
    shift: Ints,
    hour: Ints,
    is_again: Mask,
    is_cancelled: Mask,
    is_walked: Mask,
    is_drawn: Mask,
) -> Ints:
    """Keys of times of a stage, drawn ones too, and of orders cancelled in it or walked through it."""
    return (
        bins
        | target << _TARGET
        | left_out << _LEFT_OUT
        | fulfilment << _FULFILMENT
        | shift << _SHIFT
        | hour << _HOUR
        | is_again.astype(np.int64) << _AGAIN
        | is_cancelled.astype(np.int64) << _CANCELLED
        | is_walked.astype(np.int64) << _WALKED
        | is_drawn.astype(np.int64) << _DRAWN
    )


def pack_fate(fate: Ints, promise: Ints, fulfilment: Ints, shift: Ints, hour: Ints) -> Ints:
    """Keys of what became of orders: see `fates`."""
    return fate | promise << _TARGET | fulfilment << _FULFILMENT | shift << _SHIFT | hour << _HOUR


def bin_of(key: Cells) -> Cells:
    return key & 0xFF


def target_of(key: Cells) -> Cells:
    return key >> _TARGET & 3


def left_out_of(key: Cells) -> Cells:
    return key >> _LEFT_OUT & 3


def fulfilment_of(key: Cells) -> Cells:
    return key >> _FULFILMENT & 3


def shift_of(key: Cells) -> Cells:
    return key >> _SHIFT & 0xFF


def hour_of(key: Cells) -> Cells:
    return key >> _HOUR & 31


def again_of(key: Cells) -> Cells:
    """1 for a stage that was left and entered again."""
    return key >> _AGAIN & 1


def cancelled_of(key: Cells) -> Cells:
    """1 for an order that was cancelled while the stage ran: it is no time, and in no figure of times."""
    return key >> _CANCELLED & 1


def walked_of(key: Cells) -> Cells:
    """1 where a channel skipped the beginning or the end: that is no time either, and only counted."""
    return key >> _WALKED & 1


def drawn_of(key: Cells) -> Cells:
    """1 where the beginning or the end was drawn: a time that nobody measured."""
    return key >> _DRAWN & 1


def without_hour(cells: Cells) -> Cells:
    return _at_keys(cells, cells["key"] | np.uint32(NO_HOUR << _HOUR))


def without_shift(cells: Cells) -> Cells:
    return _at_keys(cells, cells["key"] & ~np.uint32(0xFF << _SHIFT))


def counted(keys: NDArray[Any]) -> Cells:
    """The cells of these keys."""
    distinct, counts = np.unique(keys, return_counts=True)
    cells = np.empty(len(distinct), ENTRY)
    cells["key"], cells["count"] = distinct, counts
    return cells


def merged(parts: Iterable[Cells]) -> Cells:
    """The sum of cells."""
    together = _together(parts, EMPTY)
    keys, place = np.unique(together["key"], return_inverse=True)
    cells = np.empty(len(keys), ENTRY)
    cells["key"] = keys
    cells["count"] = np.bincount(place, weights=together["count"], minlength=len(keys))
    return cells


def read(stored: bytes) -> Cells:
    return np.frombuffer(stored, ENTRY)


def _together(parts: Iterable[Cells], nothing: Cells) -> Cells:
    several = list(parts)
    return several[0] if len(several) == 1 else np.concatenate([nothing, *several])


def _at_keys(cells: Cells, keys: Cells) -> Cells:
    moved = cells.copy()
    moved["key"] = keys
    return merged([moved])


# Estimates: how long an order that entered a status at this hour, with so many in the kitchen, still took.
GOAL = {
    Fulfilment.DELIVERY: OrderStatus.COMPLETED,
    Fulfilment.PICKUP: OrderStatus.READY,
    Fulfilment.DINE_IN: OrderStatus.READY,
}
"""What a guest waits for."""

LOAD_BANDS = (2, 5, 10)
"""Up to which load each band but the last one reaches."""


def load_band(load: int) -> int:
    """Which band a kitchen's load is in: 0 to 3."""
    return int(np.searchsorted(LOAD_BANDS, load))


def pack_estimate(bins: Ints, band: Ints, hour: Ints, status: Ints, fulfilment: Ints) -> Ints:
    """Keys of times that orders still took."""
    return bins | band << 8 | hour << 10 | status << 15 | fulfilment << 18


# The slowest: single orders, kept so that a report can name them.
SLOW = np.dtype([("order", "S16"), ("seconds", "<f4"), ("key", "<u4")])
NO_SLOW: Cells = np.empty(0, SLOW)
MOST_SLOW = 10
MOST_DOUBTFUL = 100
"""How many of each fulfilment are kept of a day: of those to be trusted, and of each reason not to be."""


def slowest(parts: Iterable[Cells]) -> Cells:
    """The slowest of each fulfilment, and of each reason to be left out, slowest first."""
    together = _together(parts, NO_SLOW)
    kind = (together["key"] >> _LEFT_OUT & 15).astype(np.int64)
    order = np.lexsort((together["order"], -together["seconds"], kind))
    together, kind = together[order], kind[order]
    first = np.searchsorted(kind, kind)
    most = np.where(kind & 3, MOST_DOUBTFUL, MOST_SLOW)  # the low bits of a kind are the reason
    kept = together[np.arange(len(kind)) - first < most]
    return kept[np.lexsort((kept["order"], -kept["seconds"]))]


def read_slowest(stored: bytes) -> Cells:
    return np.frombuffer(stored, SLOW)


DAY_ZERO = dt.date(1970, 1, 1)


def order_id(stored: bytes) -> uuid.UUID:
    """An order's id of an array, which drops zeros from its end."""
    return uuid.UUID(bytes=bytes(stored).ljust(16, b"\0"))


def day_number(day: dt.date) -> int:
    """Days since 1970, which is what arrays hold."""
    return (day - DAY_ZERO).days


def day_at(number: int) -> dt.date:
    return DAY_ZERO + dt.timedelta(days=int(number))
