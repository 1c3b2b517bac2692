"""What orders teach about how long the next ones will take, and how often estimates made of it were right.

An estimate of one day is made of the 28 before it and of how that day went until then, so what it said can be
worked out again at any time, and is scored against what then happened: for each order, what its guest read
when it was confirmed. (Who was cancelled later had a part in how the day went, and has none when it is worked
out again.)
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

import numpy as np
from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import FORGOTTEN_AFTER
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.estimates import scoring, waits
from ordertrack.sla.estimates.scoring import DAY, TurnedOut
from ordertrack.sla.estimates.table import LEARNED_FROM, Estimates, table_from
from ordertrack.sla.estimates.waits import NO_WAITS, Waits, waits_of
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import LOAD_BANDS, STATUSES, Cells, day_at, day_number, pack_estimate
from ordertrack.sla.measure.figures import Outcome
from ordertrack.sla.measure.fold import Remaining
from ordertrack.sla.measure.histogram import bins_of
from ordertrack.sla.measure.judging import Judge

_CONFIRMED = STATUSES.index(OrderStatus.CONFIRMED)
_REACHES_BACK = LEARNED_FROM + 1  # days: what came on a day may have begun on the day before

_WRITE = text("""
    INSERT INTO sla_estimate_days
        (tenant_id, restaurant_id, learned_on, cells, waits, sooner, within, later, silent, turned_out)
    VALUES (:tenant_id, :restaurant_id, :learned_on, :cells, :waits, :sooner, :within, :later, :silent,
        :turned_out)
    ON CONFLICT (tenant_id, restaurant_id, learned_on) DO UPDATE SET cells = excluded.cells,
        waits = excluded.waits, sooner = excluded.sooner, within = excluded.within, later = excluded.later,
        silent = excluded.silent, turned_out = excluded.turned_out
""")
_READ = text("""
    SELECT learned_on, cells, CASE WHEN learned_on >= :one_by_one_from THEN waits ELSE '' END AS waits
      FROM sla_estimate_days
     WHERE tenant_id = :tenant_id AND restaurant_id = :restaurant_id AND learned_on BETWEEN :first AND :last
""")


class Learned(NamedTuple):
    """What one UTC day teaches: times that add up, and the orders one by one."""

    cells: Cells
    waits: Waits

    @property
    def is_nothing(self) -> bool:
        return not (len(self.cells) or len(self.waits))


NOTHING = Learned(cells.EMPTY, NO_WAITS)


def learn(
    tenant_id: uuid.UUID,
    remaining: Remaining,
    settings: Sequence[RestaurantSettings],
    judges: Sequence[Judge],
) -> None:
    """Add to each restaurant's days what these orders took, and score what was said on those days."""
    for number in np.unique(remaining.times.restaurant):
        here = remaining.where(remaining.times.restaurant == number)
        if new := learned(here, judges[number]):
            _add(tenant_id, settings[number].id, new)


def learn_anew(
    tenant_id: uuid.UUID, restaurant: RestaurantSettings, day: int, remaining: Remaining, judge: Judge
) -> None:
    """Have one UTC day of a restaurant hold what these orders took, which reached their goal on it."""
    db.session.execute(
        text(
            "DELETE FROM sla_estimate_days WHERE tenant_id = :tenant_id AND restaurant_id = :restaurant_id"
            " AND learned_on = :day"
        ),
        {"tenant_id": tenant_id, "restaurant_id": restaurant.id, "day": day_at(day)},
    )
    _add(tenant_id, restaurant.id, learned(remaining, judge) or {day: NOTHING}, is_anew=True)


def learned(remaining: Remaining, judge: Judge) -> dict[int, Learned]:
    """What is learned of one restaurant's orders, by the UTC day on which they reached their goal.

    Nothing is learned from a time that is not to be trusted. What was said of an order is scored all the same
    if it took ever so long, unless it was tapped in a heap.
    """
    here = remaining.where(~remaining.times.is_mass & (remaining.times.seconds <= FORGOTTEN_AFTER))
    days = here.ended // DAY
    keys = pack_estimate(
        bins_of(here.times.seconds),
        np.searchsorted(LOAD_BANDS, here.load),
        judge.hours(here.times.began),
        here.status,
        here.times.fulfilment,
    )
    one_by_one = waits_of(remaining, judge)
    ended_on = one_by_one["ended"] // DAY
    return {
        int(day): Learned(cells.counted(keys[days == day]), one_by_one[ended_on == day])
        for day in np.union1d(days, ended_on)
    }


def _add(
    tenant_id: uuid.UUID, restaurant_id: uuid.UUID, new: Mapping[int, Learned], *, is_anew: bool = False
) -> None:
    """What was said on a day rests on the days before it, so later days that are there are scored anew.

    The day before is as well if something of it is told only now: an order that was open at its end.
    """
    first, last = min(new), max(new) + _REACHES_BACK
    window = _read(tenant_id, restaurant_id, first - _REACHES_BACK - 1, last + 1, first - 2)
    if not is_anew and not (new[first].waits["began"] < first * DAY).any():
        first += 1
    for day, added in new.items():
        there = window.get(day, NOTHING)
        window[day] = Learned(
            cells.merged([there.cells, added.cells]), waits.together([there.waits, added.waits])
        )
    for day in sorted(window):
        if first - 1 <= day <= last and not window[day].is_nothing:
            _write(tenant_id, restaurant_id, day, window[day], scored(window, day))


def _write(
    tenant_id: uuid.UUID, restaurant_id: uuid.UUID, day: int, content: Learned, scores: TurnedOut
) -> None:
    db.session.execute(
        _WRITE,
        {
            "tenant_id": tenant_id,
            "restaurant_id": restaurant_id,
            "learned_on": day_at(day),
            "cells": content.cells.tobytes(),
            "waits": content.waits.tobytes(),
            **asdict(outcome_of(scores)),
            "turned_out": scores.tobytes(),
        },
    )


def scored(window: Mapping[int, Learned], day: int) -> TurnedOut:
    """How the orders of one day turned out against the estimates made of the days before each began."""
    here = window.get(day, NOTHING).waits
    if not len(here):
        return scoring.NONE_TURNED_OUT
    around = waits.together([window[each].waits for each in (day - 1, day, day + 1) if each in window])
    began_on = {int(each) for each in np.unique(np.clip(here["began"] // DAY, day - 1, day))}
    return scoring.turned_out(here, around, {each: _table(window, each) for each in sorted(began_on)})


def _table(window: Mapping[int, Learned], day: int) -> Estimates:
    return table_from(
        [_of_confirmed(part.cells) for on, part in window.items() if day - LEARNED_FROM <= on < day]
    )


def outcome_of(scores: TurnedOut) -> Outcome:
    """Of all kinds together."""
    return Outcome(*(int(scores[name].sum()) for name in scoring.COUNTS))


def _of_confirmed(content: Cells) -> Cells:
    confirmed: Cells = content[content["key"] >> 15 & 7 == _CONFIRMED]
    return confirmed


def score_of(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, day: int, content: Learned) -> TurnedOut:
    """How the orders of one day turn out against what is there of the days that this depends on."""
    window = _read(tenant_id, restaurant_id, day - _REACHES_BACK, day + 1, day - 1)
    return scored({**window, day: content}, day)


def _read(
    tenant_id: uuid.UUID, restaurant_id: uuid.UUID, first: int, last: int, one_by_one_from: int
) -> dict[int, Learned]:
    """Days from one to another; their orders one by one from a later one on, before which nobody asks."""
    rows = db.session.execute(
        _READ,
        {
            "tenant_id": tenant_id,
            "restaurant_id": restaurant_id,
            "first": day_at(first),
            "last": day_at(last),
            "one_by_one_from": day_at(one_by_one_from),
        },
    )
    return {day_number(row.learned_on): Learned(cells.read(row.cells), waits.read(row.waits)) for row in rows}
