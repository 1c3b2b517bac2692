"""Making what the roll-up holds of the log: of new events, or of whole days anew, to the same figures.

What a day holds is a function of the log up to a position and of the settings alone, in whatever pieces and
in whatever order of time the log grew to that position.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.rules.stages import Stage
from ordertrack.sla.estimates.scoring import DAY
from ordertrack.sla.measure import cells, fate_store, fates
from ordertrack.sla.measure.cells import SLOW, Mask, day_at
from ordertrack.sla.measure.fold import (
    MASS_WITHIN,
    NO_EVENTS,
    Events,
    Remaining,
    Stories,
    Times,
    are_judged,
    mass_taps,
)
from ordertrack.sla.measure.histogram import Ints
from ordertrack.sla.measure.judging import Judge
from ordertrack.sla.measure.log_reading import LogReader, Span
from ordertrack.sla.measure.microseconds import microseconds
from ordertrack.sla.measure.store import Content, Day

_NEAR = 600_000_000  # microseconds: spans that are closer to each other are read as one


class Affected(NamedTuple):
    """Days to be made anew, in pairs of a restaurant's index in the settings and the day."""

    business_days: set[tuple[int, int]]
    learned_days: set[tuple[int, int]]


class Making:
    """One tenant's log under its settings. `shifts` are the numbers of shift names."""

    def __init__(
        self,
        tenant_id: uuid.UUID,
        settings: Sequence[RestaurantSettings],
        shifts: Mapping[str, int],
        reader: LogReader | None = None,
    ) -> None:
        self._tenant_id = tenant_id
        self._settings = settings
        self.judges = [Judge(each, shifts) for each in settings]
        self.reader = reader or LogReader(tenant_id, [each.id for each in settings])

    def added(self, new: Events, until: int) -> tuple[Stories, Affected]:
        """The stories that these events, which follow position `until`, belong to.

        And the days affected by them: by taps up to `until` that only these events turn into mass taps, and
        by stages that had ended and end once more.
        """
        context = self.reader.within(_around(new, 2 * MASS_WITHIN), until)
        is_mass = mass_taps(np.concatenate([context, new]))
        became = context[is_mass[: len(context)] & ~mass_taps(context)]
        begun = new["order"][new["to"] == 0]
        earlier = self.reader.of_orders(np.setdiff1d(new["order"], begun), until)
        events = np.concatenate([NO_EVENTS, earlier, new])
        is_new = np.arange(len(events)) >= len(earlier)
        stories = Stories(
            events, is_new, np.concatenate([np.zeros(len(earlier), bool), is_mass[len(context) :]])
        )
        affected = self._affected(became, until)
        self._affect(affected, [stories.ended_before(stage) for stage in Stage])
        self._affect_learned(affected, stories.remaining_before())
        return stories, affected

    def days(self, stories: Stories) -> dict[Day, Content]:
        """What ended with the new events of these stories, by the day on which it began."""
        found: dict[Day, Content] = {}
        for stage in Stage:
            times = stories.times(stage)
            for number in np.unique(times.restaurant):
                here = times.where(times.restaurant == number)
                days, keys = self.judges[number].keys(stage, here)
                is_time = ~(here.is_cancelled | here.is_walked | here.is_drawn)
                slow = np.empty(len(keys), SLOW)
                slow["order"], slow["seconds"], slow["key"] = here.order, here.seconds, keys
                for day in np.unique(days):
                    those = days == day
                    found[Day(stage, int(day), self._settings[number].id)] = Content(
                        cells.counted(keys[those]),
                        cells.slowest([slow[those & is_time]]),
                    )
        return found

    def fates(self, stories: Stories) -> fate_store.Days:
        """What became of the orders that ended with the new events, by the day on which they began."""
        return fates.days(self._tenant_id, stories.ended(), self.judges, [each.id for each in self._settings])

    def days_anew(self, number: int, first: int, last: int | None, until: int) -> dict[Day, Content]:
        """The business days of a restaurant from one to another, both in it; None: without end."""
        return self.anew(number, first, last, until)[0]

    def anew(
        self, number: int, first: int, last: int | None, until: int
    ) -> tuple[dict[Day, Content], fate_store.Days]:
        """The same days, and what became of the orders that began on them."""
        calendar = self._settings[number].calendar
        ends = None if last is None else microseconds(calendar.day_begins(day_at(last + 1)))
        stories = self._stories(number, (microseconds(calendar.day_begins(day_at(first))), ends), until)

        def is_meant(day: int) -> bool:
            return first <= day and (last is None or day <= last)

        return (
            {key: content for key, content in self.days(stories).items() if is_meant(key.day)},
            {key: content for key, content in self.fates(stories).items() if is_meant(key[0])},
        )

    def single_times(
        self, numbers: Sequence[int], stage: Stage, first: int, last: int, until: int
    ) -> Iterator[tuple[int, Times, Ints, Ints]]:
        """Of each of these restaurants: its times that began on these business days, their days and keys."""
        days_of = [self._settings[number].calendar.day_begins for number in numbers]
        begins = min(microseconds(begins_of(day_at(first))) for begins_of in days_of)
        ends = max(microseconds(begins_of(day_at(last + 1))) for begins_of in days_of)
        only = numbers[0] if len(numbers) == 1 else None
        times = self._stories(only, (begins, ends), until).times(stage)
        for number in numbers:
            here = times.where(times.restaurant == number)
            days, keys = self.judges[number].keys(stage, here)
            is_meant = (days >= first) & (days <= last)
            yield number, here.where(is_meant), days[is_meant], keys[is_meant]

    def learned_anew(self, number: int, day: int, until: int) -> Remaining:
        """What the orders took that reached their goal in a restaurant on one UTC day."""
        remaining = self._stories(number, (day * DAY, (day + 1) * DAY - 1), until).remaining()
        return remaining.where(remaining.ended // DAY == day)

    def _stories(self, number: int | None, span: Span, until: int) -> Stories:
        """The stories of a restaurant's orders (None: of all) that have an event or a fire in this span."""
        seen = self.reader.within([span], until, number)
        orders = np.unique(seen["order"])
        if span[1] is None:  # an order placed in it has all of its events in it
            orders = np.setdiff1d(orders, seen["order"][seen["to"] == 0])
        fired = self.reader.fired_within(span, until, number)
        orders = np.union1d(orders, np.setdiff1d(fired, seen["order"]))
        others = self.reader.of_orders(orders, until)
        events = np.concatenate([others, seen[~np.isin(seen["order"], orders)]])
        return Stories(events, np.ones(len(events), bool), self._is_mass(events, until))

    def _is_mass(self, events: Events, until: int) -> Mask:
        """Which of these events are mass taps, for which all events around them matter too."""
        context = self.reader.within(_around(events, MASS_WITHIN), until)
        others = context[~np.isin(context["seq"], events["seq"])]
        return mass_taps(np.concatenate([events, others]))[: len(events)]

    def _affected(self, became: Events, until: int) -> Affected:
        """The days that hold a time which ended with one of these taps."""
        found = Affected(set(), set())
        if not len(became):
            return found
        events = self.reader.of_orders(np.unique(became["order"]), until)
        stories = Stories(events, np.isin(events["seq"], became["seq"]), np.zeros(len(events), bool))
        self._affect(found, [stories.times(stage) for stage in Stage])
        self._affect_learned(found, stories.remaining())
        return found

    def _affect(self, affected: Affected, ended: Sequence[Times]) -> None:
        """Add the business days that hold these times."""
        for times in ended:
            for number in np.unique(times.restaurant):
                days = self.judges[number].days(times.began[times.restaurant == number])
                affected.business_days.update((int(number), int(day)) for day in np.unique(days))

    def _affect_learned(self, affected: Affected, remaining: Remaining) -> None:
        """Add the days that learned from these."""
        learned = zip(remaining.times.restaurant, remaining.ended // DAY, strict=True)
        affected.learned_days.update((int(number), int(day)) for number, day in learned)


def _around(events: Events, distance: int) -> list[Span]:
    """The spans within this distance of the taps among these events that may be mass taps."""
    moments: Ints = np.unique(events["at"][are_judged(events)])
    if not len(moments):
        return []
    apart = np.flatnonzero(np.diff(moments) > _NEAR)
    begins = moments[np.concatenate([[0], apart + 1])] - distance
    ends = moments[np.concatenate([apart, [len(moments) - 1]])] + distance
    return [(int(begin), int(end)) for begin, end in zip(begins, ends, strict=True)]
