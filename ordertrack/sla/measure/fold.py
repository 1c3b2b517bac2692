"""From events to times: which stages ended, how long they took, whether the tap that ended them was honest.

Everything is a pure function of the events, so that it comes out the same whenever it is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ordertrack.rules.stages import CANCELLED_LATE_IN, SPANS, TAPPED_ONE_BY_ONE, Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.measure.cells import FULFILMENTS, GOAL, STATUSES, Mask
from ordertrack.sla.measure.histogram import Floats, Ints

Events: TypeAlias = NDArray[Any]

# One event: `restaurant` is a place in the list of settings, `to` and `fulfilment` in their enums, `at` in
# microseconds since 1970, which is no time of its own unless `is_timed`; `load` -1 where nobody counted.
# `is_early`: the order was for later still; `fired` is when it was begun last before this, far back if never.
# `is_walked`: a channel skipped this step: it was made before, nobody knows when. `is_drawn`: whoever played
# another log drew the time.
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
        ("is_early", "?"),
        ("is_walked", "?"),
        ("is_drawn", "?"),
        ("fired", "i8"),
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
    """Times of one kind, one an element: when they began (microseconds since 1970), how long they took.

    `is_again`: the stage was left and entered again, and this is until its last end. `is_cancelled`: the
    order was cancelled while it ran, so it never ended. `is_walked`: it began or ended with a step that a
    channel skipped, so how long it took is not known. `is_drawn`: with one whose time was drawn, so nobody
    measured it.
    """

    restaurant: Ints
    order: NDArray[Any]
    fulfilment: Ints
    began: Ints
    seconds: Floats
    is_mass: Mask
    is_again: Mask
    is_cancelled: Mask
    is_walked: Mask
    is_drawn: Mask

    def where(self, chosen: Mask) -> Times:
        return Times(*(getattr(self, name)[chosen] for name in _FIELDS))


@dataclass(frozen=True)
class Remaining:
    """How long orders still took when they entered a status: what estimates are made of."""

    times: Times
    status: Ints
    load: Ints
    ended: Ints

    def where(self, chosen: Mask) -> Remaining:
        return Remaining(self.times.where(chosen), self.status[chosen], self.load[chosen], self.ended[chosen])


@dataclass(frozen=True)
class Ended:
    """Orders that came to their end, one an element: when they began and when their guests had them.

    `before` is the number of the status before the end. `had_at` is -1 where no guest had it or nobody knows
    when; `is_unleft`: nobody said when this delivery left.
    """

    restaurant: Ints
    order: NDArray[Any]
    fulfilment: Ints
    began: Ints
    is_cancelled: Mask
    before: Ints
    had_at: Ints
    is_unleft: Mask


def are_judged(events: Events) -> Mask:
    """Which events may be mass taps: those that mark work on one order, where it is known who tapped."""
    by_one = np.isin(events["to"], [_NUMBER[status] for status in TAPPED_ONE_BY_ONE])
    found: Mask = by_one & (events["actor"] != NOBODY) & ~events["is_walked"]
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
    """Events of whole orders, those of each in its order, of which some are `new`: what ended with those.

    A status that nobody knows the time of is the end and the beginning of nothing. A stage runs from when its
    first status was entered first until it was last left for one of its ends. That of an order for later
    begins with its fire, and has none if it ended before that.
    """

    def __init__(self, events: Events, new: Mask, is_mass: Mask) -> None:
        self._events = events
        self._is_new = new
        self._is_timed = events["is_timed"]
        self._counts = events["is_timed"] & ~events["is_early"]
        self._is_mass = is_mass
        self._none: Mask = np.zeros(len(events), bool)
        _, self._order = np.unique(events["order"], return_inverse=True)
        self._before = self._statuses_before()
        shape = (self._order.max(initial=-1) + 1, len(STATUSES))
        _, first = np.unique(self._order * len(STATUSES) + events["to"], return_index=True)
        entries = (self._order[first], events["to"][first])
        self._entered = np.full(shape, _NEVER)
        self._entered[entries] = np.where(self._is_timed, events["at"], _NEVER)[first]
        self._load = np.full(shape, -1)
        self._load[entries] = events["load"][first]
        self._walked_into = np.zeros(shape, bool)
        self._walked_into[entries] = events["is_walked"][first]
        self._drawn_into = np.zeros(shape, bool)
        self._drawn_into[entries] = events["is_drawn"][first]

    def times(self, stage: Stage) -> Times:
        """The times of this stage that ended with a new event, and the orders that one cancelled in it."""
        ends, is_again = self._ends(stage)
        cancelled = self._cancelled_in(stage)
        began = self._when(SPANS[stage].begins)
        # Of when it was cancelled nothing is said, so that may be unknown.
        over = (self._last(ends) & self._is_timed) | cancelled
        chosen = over & self._is_new & ~self._events["is_early"] & (began != _NEVER)
        return self._ended(chosen, began, is_again, cancelled, self._walked(stage), self._drawn(stage))

    def ended_before(self, stage: Stage) -> Times:
        """The times that were ended by an event which is not new, and are ended by a new one now."""
        ends, is_again = self._ends(stage)
        began = self._when(SPANS[stage].begins)
        chosen = self._overtaken(ends) & self._counts & (began != _NEVER)
        return self._ended(chosen, began, is_again, self._none, self._none, self._none)

    def ended(self) -> Ended:
        """The orders that a new event brought to their end. Of an order for later the begin is its fire."""
        to, is_cancelled = self._events["to"], self._events["to"] == _NUMBER[OrderStatus.CANCELLED]
        chosen = self._is_new & (is_cancelled | (to == _NUMBER[OrderStatus.COMPLETED]))
        events, order = self._events[chosen], self._order[chosen]
        placed = np.full(self._order.max(initial=-1) + 1, np.iinfo(np.int64).max)
        np.minimum.at(placed, self._order, self._events["at"])
        is_cancelled, before = is_cancelled[chosen], self._before[chosen]
        is_delivery = events["fulfilment"] == FULFILMENTS.index(Fulfilment.DELIVERY)
        return Ended(
            events["restaurant"].astype(np.int64),
            events["order"],
            events["fulfilment"].astype(np.int64),
            np.maximum(placed[order], events["fired"]),
            is_cancelled,
            before,
            np.where(is_cancelled, -1, self._had_at()[order]),
            ~is_cancelled & is_delivery & (before != _NUMBER[OrderStatus.DELIVERING]),
        )

    def _had_at(self) -> Ints:
        """For each order when it last came to what its guest waits for; -1 where that is not known."""
        goal = np.array([_NUMBER[GOAL[each]] for each in FULFILMENTS])
        last = self._last(self._events["to"] == goal[self._events["fulfilment"]])
        last &= self._is_timed & ~self._events["is_walked"]
        found = np.full(self._order.max(initial=-1) + 1, -1)
        found[self._order[last]] = self._events["at"][last]
        return found

    def remaining(self) -> Remaining:
        """For each order that reached its goal with a new event: how long it took from each status on."""
        return self._remaining(self._last(self._reached()) & self._is_new)

    def remaining_before(self) -> Remaining:
        """The same of events which are not new, for orders that a new one brings to their goal again."""
        return self._remaining(self._overtaken(self._reached()))

    def _statuses_before(self) -> Ints:
        """For each event the number of the status that its order had before; -1 for none."""
        by_order = np.argsort(self._order, kind="stable")
        before = np.full(len(self._events), -1)
        same = self._order[by_order][1:] == self._order[by_order][:-1]
        before[by_order[1:][same]] = self._events["to"][by_order[:-1][same]]
        return before

    def _ends(self, stage: Stage) -> tuple[Mask, Mask]:
        """Which events end this stage, and of which orders it was left and entered again."""
        span = SPANS[stage]
        ends = np.isin(self._events["to"], [_NUMBER[status] for status in span.ends])
        # From elsewhere an order comes back to such a status: that ends nothing once more.
        ends &= np.isin(self._before, [_NUMBER[status] for status in span.through])
        begins = self._events["to"] == _NUMBER[span.begins]
        began_before = begins & (self._events["seq"] < self._newest(ends)[self._order])
        return ends, (self._how_many(ends) > 1) | (self._how_many(began_before) > 1)

    def _cancelled_in(self, stage: Stage) -> Mask:
        """Which events cancel an order late, while this stage runs."""
        late = [_NUMBER[status] for status in SPANS[stage].through if status in CANCELLED_LATE_IN]
        found: Mask = (self._events["to"] == _NUMBER[OrderStatus.CANCELLED]) & np.isin(self._before, late)
        return found

    def _walked(self, stage: Stage) -> Mask:
        """Of which events the stage began or ends with a step that a channel skipped."""
        began = self._walked_into[self._order, _NUMBER[SPANS[stage].begins]]
        found: Mask = began | self._events["is_walked"]
        return found

    def _drawn(self, stage: Stage) -> Mask:
        """Of which events the stage began or ends with a step whose time was drawn."""
        began = self._drawn_into[self._order, _NUMBER[SPANS[stage].begins]]
        found: Mask = began | self._events["is_drawn"]
        return found

    def _reached(self) -> Mask:
        goal = np.array([_NUMBER[GOAL[each]] for each in FULFILMENTS])
        is_known = self._is_timed & ~self._events["is_walked"] & ~self._events["is_drawn"]
        found: Mask = is_known & (self._events["to"] == goal[self._events["fulfilment"]])
        return found

    def _remaining(self, reached: Mask) -> Remaining:
        parts = []
        for number in range(len(STATUSES)):
            began = self._since_fire(self._entered[self._order, number])
            ends = reached & (began != _NEVER) & (self._events["to"] > number)  # it may have gone on since
            ends &= (self._load[self._order, number] >= 0) & ~self._walked_into[self._order, number]
            ends &= ~self._drawn_into[self._order, number]
            load = self._load[self._order, number][ends]
            status = np.full(len(load), number)
            times = self._ended(ends, began, self._none, self._none, self._none, self._none)
            parts.append((times, status, load, self._events["at"][ends]))
        return Remaining(
            Times(*(np.concatenate([getattr(each[0], name) for each in parts]) for name in _FIELDS)),
            *(np.concatenate([each[place] for each in parts]) for place in (1, 2, 3)),
        )

    def _last(self, chosen: Mask) -> Mask:
        """Which of these events are the last of their order."""
        found: Mask = chosen & (self._events["seq"] == self._newest(chosen)[self._order])
        return found

    def _overtaken(self, chosen: Mask) -> Mask:
        """Which of these events are the last of their order that are not new, where a new one follows."""
        is_followed: Mask = self._how_many(chosen & self._is_new) > 0
        return self._last(chosen & ~self._is_new) & is_followed

    def _newest(self, chosen: Mask) -> Ints:
        """For each order the place in the log of the last of these events; -1 for none."""
        newest = np.full(self._order.max(initial=-1) + 1, -1)
        np.maximum.at(newest, self._order[chosen], self._events["seq"][chosen])
        return newest

    def _how_many(self, chosen: Mask) -> Ints:
        """For each event, how many of these events its order has."""
        return np.bincount(self._order[chosen], minlength=self._order.max(initial=-1) + 1)[self._order]

    def _when(self, status: OrderStatus) -> Ints:
        """For each event, since when its order was in this status first."""
        return self._since_fire(self._entered[self._order, _NUMBER[status]])

    def _since_fire(self, entered: Ints) -> Ints:
        """The same moments, but not before the fire that came before each event."""
        when: Ints = np.where(entered == _NEVER, _NEVER, np.maximum(entered, self._events["fired"]))
        return when

    def _ended(
        self,
        ends: Mask,
        began: Ints,
        is_again: Mask,
        is_cancelled: Mask,
        is_walked: Mask,
        is_drawn: Mask,
    ) -> Times:
        events = self._events[ends]
        return Times(
            events["restaurant"].astype(np.int64),
            events["order"],
            events["fulfilment"].astype(np.int64),
            began[ends],
            (events["at"] - began[ends]) / SECOND,
            self._is_mass[ends],
            (is_again & ~is_cancelled)[ends],
            is_cancelled[ends],
            (is_walked & ~is_cancelled)[ends],
            (is_drawn & ~is_cancelled)[ends],
        )


_FIELDS = tuple(Times.__dataclass_fields__)
