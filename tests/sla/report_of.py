"""Reports made by hand, of any size, for tests of how a report is shown."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import Calendar, Rules
from ordertrack.restaurants.targets import Targets
from ordertrack.rules.stages import LeftOut, Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.estimates import scoring
from ordertrack.sla.estimates.scoring import TurnedOut
from ordertrack.sla.measure.figures import Figures, Group, HeatCell, SlowOrder, StageFigures
from ordertrack.sla.measure.histogram import BINS, bins_of
from ordertrack.sla.report.contents import Report, RunningShift
from ordertrack.sla.report.selection import Grouping, Selection

FRIDAY = dt.date(2025, 11, 21)
NOTHING_LEFT_OUT = dict.fromkeys(LeftOut, 0)


def restaurant(name: str = "Hamra", zone: str = "Asia/Beirut") -> RestaurantSettings:
    """A restaurant with the usual rules and no target."""
    calendar = Calendar([Rules(dt.date(2000, 1, 1), zone, dt.time(4))])
    return RestaurantSettings(uuid.uuid4(), name.lower().replace(" ", "-"), name, calendar, Targets())


def selection(
    days: int = 7, restaurants: Sequence[RestaurantSettings] | None = None, **changes: Any
) -> Selection:
    """The days up to a Friday, of two restaurants."""
    chosen = tuple(restaurants) if restaurants is not None else (restaurant("Hamra"), restaurant("Jounieh"))
    return Selection(uuid.uuid4(), FRIDAY - dt.timedelta(days - 1), FRIDAY, chosen, **changes)


def figures(
    count: int = 100,
    p90: float = 1300.0,
    *,
    in_target: int | None = 87,
    left_out: Mapping[LeftOut, int] | None = None,
) -> Figures:
    """So many times, of which `in_target` met their target; None: there was none."""
    known = (0.62 * p90, 0.55 * p90, p90, 1.2 * p90) if count else (None,) * 4
    judged = 0 if in_target is None else count
    doubts = left_out or NOTHING_LEFT_OUT
    return Figures(count, *known, judged, in_target or 0, doubts, histogram=histogram(count, p90))


def histogram(count: int, p90: float) -> NDArray[Any]:
    """So many times whose p50, p90 and p95 are these shares of the p90: 0.55, 1 and 1.2."""
    rank = (np.arange(count) + 0.5) / max(count, 1)
    times = p90 * np.interp(rank, [0, 0.5, 0.9, 0.95, 1], [0.2, 0.55, 1, 1.2, 1.5])
    return np.bincount(bins_of(times), minlength=BINS)


def report(chosen: Selection | None = None, **changes: Any) -> Report:
    """Everything empty but what is changed."""
    fields: dict[str, Any] = {
        "selection": chosen or selection(),
        "stages": [
            StageFigures(stage, figures(0, in_target=None), figures(0, in_target=None)) for stage in Stage
        ],
        "shifts": [],
        "days": [],
        "restaurants": [],
        "heat": [],
        "slowest": [],
        "doubtful": [],
        "targets": [],
        "outcome": scoring.summed(scoring.NONE_TURNED_OUT),
        "as_of": dt.datetime(2025, 11, 21, 17, 42, 10, tzinfo=dt.UTC),
        "is_behind": False,
    }
    return Report(**(fields | changes))


_PERIODS = {
    Grouping.WEEK: ("2025-11-10", "2025-11-17"),
    Grouping.MONTH: ("2025-10-01", "2025-11-01"),
}


def full_report(chosen: Selection, seed: int = 1) -> Report:
    """Plausible figures everywhere, with a bad end of the week."""
    chance = random.Random(seed)

    def some(count: int, worse: float = 1.0) -> Figures:
        late = min(count, int(count * 0.1 * worse * chance.uniform(0.6, 1.3)))
        left_out = {LeftOut.FORGOTTEN: count // 90, LeftOut.MASS: count // 40, LeftOut.EARLY: count // 60}
        return figures(
            count, 1100 * worse**0.5 * chance.uniform(0.9, 1.1), in_target=count - late, left_out=left_out
        )

    days = [chosen.first + dt.timedelta(number) for number in range(chosen.length)]
    total = 40 * len(days) * len(chosen.restaurants)
    return report(
        chosen,
        stages=[
            StageFigures(stage, some(total, 1 + place * 0.4), some(int(total * 0.9)))
            for place, stage in enumerate(Stage)
        ],
        shifts=[
            Group("Lunch", "Lunch", some(total // 3)),
            Group("Dinner", "Dinner", some(total // 2, 3)),
            Group("", "Outside shifts", some(total // 20)),
        ],
        days=[
            Group(day.isoformat(), day.isoformat(), some(total // len(days), 4 if day.weekday() > 3 else 1))
            for day in days
        ],
        restaurants=[
            Group(each.slug, each.name, some(40 * len(days), chance.uniform(0.5, 4)))
            for each in chosen.restaurants
        ],
        heat=[
            HeatCell(weekday, hour % 24, some(5 * (hour - 9), 4 if weekday > 3 and hour > 18 else 1))
            for weekday in range(7)
            for hour in range(11, 26)
        ],
        slowest=[slow_order(chosen, chance, 5000 - 100 * number) for number in range(20)],
        periods=[Group(key, key, some(total // 2)) for key in _PERIODS.get(chosen.group, ("0", "4"))],
        doubtful=[
            slow_order(chosen, chance, 20_000 - 300 * number, list(LeftOut)[number % 3])
            for number in range(50)
        ],
        targets=[(1200, ""), (900, "pickup")],
        outcome=turned_out(chance),
    )


def turned_out(chance: random.Random) -> TurnedOut:
    """Some orders of every kind."""
    found = scoring.summed(scoring.NONE_TURNED_OUT)
    for name, most in zip(scoring.COUNTS, (60, 50, 14, 9), strict=True):
        found[name] = [chance.randrange(most) for _ in found]
    given = found["sooner"] + found["within"] + found["later"]
    for name, seconds in zip(scoring.SUMS, (1500, 2600, 1600), strict=True):
        found[name] = given * seconds
    return found


def slow_order(
    chosen: Selection, chance: random.Random, seconds: float, left_out: LeftOut | None = None
) -> SlowOrder:
    return SlowOrder(
        uuid.UUID(int=chance.getrandbits(128)),
        chance.randrange(1, 400),
        chance.choice(chosen.restaurants).name,
        chance.choice(list(Fulfilment)),
        chosen.last,
        chance.choice(("Lunch", "Dinner", None)),
        seconds,
        left_out,
        late_by=seconds - 1200 if seconds > 1200 else None,
    )


def running_shift(restaurant: RestaurantSettings, late: int = 0, **changes: Any) -> RunningShift:
    """A dinner until 01:00 with some open orders."""
    fields: dict[str, Any] = {
        "restaurant": restaurant.name,
        "slug": restaurant.slug,
        "name": "Dinner",
        "begins": dt.datetime(2025, 11, 21, 14, tzinfo=dt.UTC),
        "ends": dt.datetime(2025, 11, 21, 23, tzinfo=dt.UTC),
        "zone": restaurant.calendar.zone_on(FRIDAY),
        "figures": figures(34, 1260.0, in_target=29),
        "open": {OrderStatus.PENDING: 2, OrderStatus.PREPARING: 5, OrderStatus.READY: 1},
        "late": late,
    }
    return RunningShift(**(fields | changes))
