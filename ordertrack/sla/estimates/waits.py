"""Orders one by one, as an estimate looks at them: when each was confirmed, and when its guest had it.

Times that add up (see `cells`) forget in what order they came. That is what tells how today goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.measure.cells import LOAD_BANDS, STATUSES
from ordertrack.sla.measure.fold import SECOND, Remaining
from ordertrack.sla.measure.histogram import Floats
from ordertrack.sla.measure.judging import Judge

Waits: TypeAlias = NDArray[Any]

# `began` (confirmed, or begun if it was for later) and `ended` (at its goal): microseconds since 1970.
# `band`: how many the kitchen had then, `hour` on the restaurant's clock, `fulfilment` by its number.
WAIT = np.dtype([("began", "<i8"), ("ended", "<i8"), ("band", "u1"), ("hour", "u1"), ("fulfilment", "u1")])
NO_WAITS: Waits = np.empty(0, WAIT)

_CONFIRMED = STATUSES.index(OrderStatus.CONFIRMED)


def waits_of(remaining: Remaining, judge: Judge) -> Waits:
    """Of every order of one restaurant from when it was confirmed, however long it took.

    Without those that were tapped in heaps: when they came nobody knows.
    """
    here = remaining.where((remaining.status == _CONFIRMED) & ~remaining.times.is_mass)
    found = np.empty(len(here.ended), WAIT)
    found["began"], found["ended"] = here.times.began, here.ended
    found["band"] = np.searchsorted(LOAD_BANDS, here.load)
    found["hour"] = judge.hours(here.times.began)
    found["fulfilment"] = here.times.fulfilment
    return together([found])


def together(parts: Sequence[Waits]) -> Waits:
    """All of these, in the one order that they are kept in."""
    return np.sort(np.concatenate([NO_WAITS, *parts]), order=["ended", "began", "fulfilment", "band", "hour"])


def seconds_of(waits: Waits) -> Floats:
    """How long each took."""
    took: Floats = (waits["ended"] - waits["began"]) / SECOND
    return took


def read(stored: bytes) -> Waits:
    return np.frombuffer(stored, WAIT)
