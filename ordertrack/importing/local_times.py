"""Times of a clock on a wall, as logs write them: which moments they were, also where it was changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from itertools import pairwise, product

from ordertrack.rules.state_machine import OrderStatus


def seconds_of(
    moments: Mapping[OrderStatus, dt.datetime], zone_on: Callable[[dt.date], dt.tzinfo]
) -> tuple[dict[OrderStatus, float], bool]:
    """Each moment of one order in seconds since 1970; and whether one could have been another.

    Naive ones are in the zone of their day. An hour that the clock showed twice is read as the first one, and
    one that it jumped over as if it had not jumped yet, unless a step would then come before the one before.
    """
    statuses = [status for status in OrderStatus if status in moments]
    readings = [_readings(moments[status], zone_on) for status in statuses]
    is_doubled = any(len(each) > 1 for each in readings)
    first: tuple[float, ...] = tuple(each[0] for each in readings)
    if is_doubled:
        fitting = (each for each in product(*readings) if all(a <= b for a, b in pairwise(each)))
        first = next(fitting, first)
    return dict(zip(statuses, first, strict=True)), is_doubled


def _readings(moment: dt.datetime, zone_on: Callable[[dt.date], dt.tzinfo]) -> list[float]:
    """In seconds since 1970: one, or two where a clock was changed."""
    if moment.tzinfo is not None:
        return [moment.timestamp()]
    there = moment.replace(tzinfo=zone_on(moment.date()))
    return list(dict.fromkeys(there.replace(fold=fold).timestamp() for fold in (0, 1)))
