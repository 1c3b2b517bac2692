"""A drawn day is like a real one: peaks, weekends, slow kitchens under load, and taps that tell nothing."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from ordertrack.demo.simulation import false_taps
from ordertrack.demo.simulation.service_day import ServiceDay, Visit
from ordertrack.rules.state_machine import FIRST, TERMINAL, OrderStatus, allowed

BEIRUT = ZoneInfo("Asia/Beirut")
MONDAY = dt.date(2026, 6, 1)
WEEKS = 20
ACCEPTED, BEGUN, READY = OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY


@cache
def visits_of(day: dt.date, restaurant: str = "hamra", trouble: int | None = None) -> Sequence[Visit]:
    return ServiceDay(restaurant, day, BEIRUT, trouble).visits("1")


def days(weekdays: Iterable[int] = range(7)) -> list[dt.date]:
    return [MONDAY + dt.timedelta(days=7 * week + weekday) for week in range(WEEKS) for weekday in weekdays]


def all_visits() -> list[Visit]:
    return [visit for day in days() for visit in visits_of(day)]


def hour(visit: Visit) -> int:
    return dt.datetime.fromtimestamp(visit.at[FIRST], BEIRUT).hour


def kitchen(visit: Visit) -> float | None:
    return visit.at[READY] - visit.at[ACCEPTED] if READY in visit.at else None


def p90(times: Iterable[float]) -> float:
    return statistics.quantiles(times, n=10)[8]


def test_a_day_is_the_same_again_whatever_other_days_hold() -> None:
    first = ServiceDay("hamra", MONDAY, BEIRUT)
    ServiceDay("hamra", MONDAY + dt.timedelta(days=1), BEIRUT).visits("1")
    assert [visit.at for visit in first.visits("1")] == [visit.at for visit in first.visits("1")]
    for other, seed in ((ServiceDay("jounieh", MONDAY, BEIRUT), "1"), (first, "2")):
        assert [visit.at for visit in other.visits(seed)] != [visit.at for visit in first.visits("1")]


def test_every_order_takes_a_way_that_orders_take_and_comes_to_its_end() -> None:
    for visit in all_visits():
        statuses = list(visit.at)
        assert statuses[0] == FIRST
        assert statuses[-1] in TERMINAL
        assert all(to in allowed(seen, visit.guest.fulfilment) for seen, to in pairwise(statuses))
        assert all(earlier <= later for earlier, later in pairwise(visit.at.values()))


def test_lunch_and_dinner_are_busy_and_nobody_comes_at_night() -> None:
    by_hour = Counter(hour(visit) for visit in all_visits())
    assert set(by_hour) == {0, *range(11, 24)}
    assert min(by_hour[13], by_hour[20]) > 2 * max(by_hour[11], by_hour[16], by_hour[17])


def test_friday_and_saturday_hold_forty_six_of_a_hundred_orders() -> None:
    by_weekday = {weekday: sum(len(visits_of(day)) for day in days([weekday])) for weekday in range(7)}
    weekend = by_weekday[4] + by_weekday[5]
    assert weekend / sum(by_weekday.values()) == pytest.approx(0.46, abs=0.04)


def test_a_quiet_hour_has_an_order_or_two_and_the_busiest_seventeen() -> None:
    quiet = [sum(hour(visit) == 16 for visit in visits_of(day)) for day in days([0, 1, 2, 3])]
    busy = [sum(hour(visit) == 20 for visit in visits_of(day)) for day in days([4])]
    assert statistics.median(quiet) == 1
    assert statistics.median(busy) > 7
    assert max(busy) == 17


def test_a_kitchen_with_much_to_do_takes_longer() -> None:
    alone, loaded = [], []
    for day in days():
        visits = visits_of(day)
        for visit in visits:
            at = visit.at[FIRST]
            ahead = sum(other.at[FIRST] < at < other.at.get(READY, 0) for other in visits)
            if (took := kitchen(visit)) is not None and took > 60:
                (alone if ahead == 0 else loaded if ahead >= 4 else []).append(took)
    assert min(len(alone), len(loaded)) > 100
    assert statistics.median(loaded) > 1.2 * statistics.median(alone)


def test_trouble_doubles_the_kitchens_time_from_its_hour_on_and_not_before() -> None:
    def times(trouble: int | None, late: bool) -> list[float]:
        fridays = (visit for day in days([4]) for visit in visits_of(day, trouble=trouble))
        late_hours = (19, 20, 21, 22, 23, 0)
        return [took for visit in fridays if (hour(visit) in late_hours) == late and (took := kitchen(visit))]

    assert 1.8 < p90(times(19, late=True)) / p90(times(None, late=True)) < 2.8
    assert p90(times(19, late=False)) == pytest.approx(p90(times(None, late=False)), rel=0.05)


def test_early_and_forgotten_taps_are_as_frequent_as_published() -> None:
    times = [took for visit in all_visits() if (took := kitchen(visit)) is not None]
    assert sum(took < 60 for took in times) / len(times) == pytest.approx(0.034, abs=0.008)
    forgotten = sum(
        any(later - earlier > 4 * 3600 for earlier, later in pairwise(visit.at.values()))
        for visit in all_visits()
    )
    assert forgotten / len(times) == pytest.approx(0.005, abs=0.002)


def test_now_and_then_a_handful_is_called_ready_within_five_seconds() -> None:
    together = []
    for day in days():
        ready = sorted(visit.at[READY] for visit in visits_of(day) if READY in visit.at)
        together.append(max((sum(0 <= at - first <= 5 for at in ready) for first in ready), default=0))
    share = sum(count >= 3 for count in together) / len(together)
    assert 0.1 < share < 0.4
    assert max(together) <= 7


class Rigged:
    """A chance that always comes out the same."""

    def __init__(self, share: float) -> None:
        self._share = share

    def random(self) -> float:
        return self._share

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * self._share

    def shuffle(self, _drawn: list[float]) -> None:
        pass


def test_a_tap_out_of_place_takes_what_follows_along() -> None:
    visit = next(visit for visit in visits_of(MONDAY) if OrderStatus.COMPLETED in visit.at)
    order = Visit(visit.guest, dict(zip(visit.at, range(0, 6000, 1000), strict=False)))
    false_taps.make([order], Rigged(false_taps.EARLY_SHARE / 2))  # type: ignore[arg-type]
    assert order.at[ACCEPTED] == 1000
    assert order.at[ACCEPTED] < order.at[BEGUN] < order.at[READY] < 1060
    after = list(order.at.values())[3:]
    assert [later - earlier for earlier, later in pairwise(after)] == [1000] * (len(after) - 1)
