"""From events to times: which stages ended, how long they took, whether the tap that ended them was honest.

Everything is a pure function of the events, so that it comes out the same whenever it is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ordertrack.rules.stages import SPANS, TAPPED_ONE_BY_ONE, Stage
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.measure.cells import FULFILMENTS, GOAL, STATUSES
from ordertrack.sla.measure.histogram import Floats, Ints

Events: TypeAlias = NDArray[Any]
Mask: TypeAlias = NDArray[np.bool_]

# One event: `restaurant` is a place in the list of settings, `to` and `fulfilment` in their enums, `at` in
# microseconds since 1970, which is no time of its own unless `is_timed`; `load` -1 where nobody counted.
EVENT = np.dtype(
    [
        ("seq", "i8"),
        ("order", "S16"),
        ("restaurant", "i4"),
        ("to", "i4"),
        ("at", "i8"),
        ("actor", "i8"),
        ("fulfilment", "i4"),
        ("load", "i4"),
        ("is_timed", "?"),
    ]
)
NO_EVENTS: Events = np.empty(0, EVENT)

NOBODY = 0
"""The actor of what nobody is known to have tapped."""

SECOND = 1_000_000
MASS_ORDERS = 3
MASS_WITHIN = 5 * SECOND

_NEVER = np.iinfo(np.int64).min
_NUMBER = {status: number for number, status in enumerate(STATUSES)}


@dataclass(frozen=True)
class Times:
    """Times of one kind, one an element: when they began (microseconds since 1970), how long they took."""

    restaurant: Ints
    order: NDArray[Any]
    fulfilment: Ints
    began: Ints
    seconds: Floats
    is_mass: Mask

    def where(self, chosen: Mask) -> Times:
        return Times(
            self.restaurant[chosen],
            self.order[chosen],
            self.fulfilment[chosen],
            self.began[chosen],
            self.seconds[chosen],
            self.is_mass[chosen],
        )


@dataclass(frozen=True)
class Remaining:
    """How long orders still took when they entered a status: what estimates are made of."""

    times: Times
    status: Ints
    load: Ints
    ended: Ints

    def where(self, chosen: Mask) -> Remaining:
        return Remaining(self.times.where(chosen), self.status[chosen], self.load[chosen], self.ended[chosen])


def are_judged(events: Events) -> Mask:
    """Which events may be mass taps: those that mark work on one order, where it is known who tapped."""
    by_one = np.isin(events["to"], [_NUMBER[status] for status in TAPPED_ONE_BY_ONE])
    found: Mask = by_one & (events["actor"] != NOBODY)
    return found


def mass_taps(events: Events) -> Mask:
    """Which events were one of three or more alike that one actor made in one restaurant within five seconds.

    Which ones those are depends on no order of the events.
    """
    places = np.flatnonzero(are_judged(events))
    taps = events[places]
    order = np.lexsort((taps["seq"], taps["at"], taps["actor"], taps["to"], taps["restaurant"]))
    taps, places = taps[order], places[order]
    found = np.zeros(len(events), bool)
    ahead = MASS_ORDERS - 1
    if len(taps) <= ahead:
        return found
    first, last = taps[:-ahead], taps[ahead:]
    is_mass = last["at"] - first["at"] <= MASS_WITHIN
    for name in ("restaurant", "to", "actor"):
        is_mass &= first[name] == last[name]
    for offset in range(MASS_ORDERS):
        found[places[offset : offset + len(first)][is_mass]] = True
    return found


class Stories:
    """Events of whole orders, of which some are `new`: what ended with those.

    A status that nobody knows the time of is the end and the beginning of nothing.
    """

    def __init__(self, events: Events, new: Mask, is_mass: Mask) -> None:
        self._events = events
        self._new = new & events["is_timed"]
        self._is_mass = is_mass
        _, self._order = np.unique(events["order"], return_inverse=True)
        shape = (self._order.max(initial=-1) + 1, len(STATUSES))
        self._entered = np.full(shape, _NEVER)
        self._entered[self._order, events["to"]] = np.where(events["is_timed"], events["at"], _NEVER)
        self._was = np.zeros(shape, bool)
        self._was[self._order, events["to"]] = True
        self._load = np.full(shape, -1)
        self._load[self._order, events["to"]] = events["load"]

    def times(self, stage: Stage) -> Times:
        """The times of this stage that ended with a new event."""
        span = SPANS[stage]
        ends = self._new & np.isin(self._events["to"], [_NUMBER[status] for status in span.ends])
        began = self._when(span.begins)
        if stage == Stage.HANDOVER:  # what was sent out was handed over then, and not when it arrived
            arrived = self._events["to"] == _NUMBER[OrderStatus.COMPLETED]
            ends &= ~(arrived & self._was[self._order, _NUMBER[OrderStatus.DELIVERING]])
        return self._ended(ends & (began != _NEVER), began)

    def remaining(self) -> Remaining:
        """For each order that reached its goal with a new event: how long it took from each status on."""
        goal = np.array([_NUMBER[GOAL[each]] for each in FULFILMENTS])
        reached = self._new & (self._events["to"] == goal[self._events["fulfilment"]])
        parts = []
        for number in range(len(STATUSES)):
            began = self._entered[self._order, number]
            ends = reached & (began != _NEVER) & (self._events["to"] > number)  # it may have gone on since
            ends &= self._load[self._order, number] >= 0
            load = self._load[self._order, number][ends]
            status = np.full(len(load), number)
            parts.append((self._ended(ends, began), status, load, self._events["at"][ends]))
        return Remaining(
            Times(*(np.concatenate([getattr(each[0], name) for each in parts]) for name in _FIELDS)),
            *(np.concatenate([each[place] for each in parts]) for place in (1, 2, 3)),
        )

    def _when(self, status: OrderStatus) -> Ints:
        """For each event, when its order entered this status."""
        when: Ints = self._entered[self._order, _NUMBER[status]]
        return when

    def _ended(self, ends: Mask, began: Ints) -> Times:
        events = self._events[ends]
        return Times(
            events["restaurant"].astype(np.int64),
            events["order"],
            events["fulfilment"].astype(np.int64),
            began[ends],
            (events["at"] - began[ends]) / SECOND,
            self._is_mass[ends],
        )


_FIELDS = tuple(Times.__dataclass_fields__)
