"""Where a report and a recount of the log do not say the same."""

from __future__ import annotations

import math
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ordertrack.rules.stages import LeftOut, Stage
from ordertrack.sla.measure.figures import ERROR, Figures, Over, SlowOrder, Under
from ordertrack.sla.measure.histogram import BEYOND, SHORTEST
from ordertrack.sla.recount.figures import Exact, figures_of
from ordertrack.sla.recount.times import Cancelled, Time
from ordertrack.sla.report.contents import Became, Report
from ordertrack.sla.report.selection import Selection

_PERCENTILES = {"p50": 50, "p90": 90, "p95": 95}
_COUNTS = ("count", "judged", "in_target", "again", "cancelled", "walked", "drawn")
_NOTICED = 0.0005  # a mean that may be moved by more than this share of it is not said
_MOST_SLOW, _MOST_DOUBTFUL = 10, 50  # of the orders that a report names


class Difference(NamedTuple):
    """Of one figure: what the report has, and what the log."""

    where: str
    figure: str
    report: Any
    log: Any


class Compared(NamedTuple):
    figures: int
    differences: list[Difference]


class Recounted:
    """All times of a tenant, by stage and restaurant, and its orders that were called off."""

    def __init__(self, times: Iterable[Time], cancelled: Sequence[Cancelled] = ()) -> None:
        self._cancelled = cancelled
        self._times: defaultdict[tuple[str, uuid.UUID], list[Time]] = defaultdict(list)
        for time in times:
            self._times[time.stage, time.restaurant_id].append(time)

    def of(self, selection: Selection, stage: Stage) -> list[Time]:
        return [
            time
            for restaurant in selection.restaurants
            for time in self._times.get((stage, restaurant.id), ())
            if selection.first <= time.day <= selection.last
            and selection.fulfilment in (None, time.fulfilment)
        ]

    def reasons(self, selection: Selection) -> Counter[str]:
        """Why orders of the selection were called off."""
        chosen = {each.id for each in selection.restaurants}
        return Counter(
            each.reason
            for each in self._cancelled
            if each.restaurant_id in chosen
            and selection.first <= each.day <= selection.last
            and selection.fulfilment in (None, each.fulfilment)
        )


def compare(report: Report, recounted: Recounted) -> Compared:
    """Counts must be the same, times as near as promised, and named orders what is said of them."""
    comparing = _Comparing(report.selection.with_left_out)
    selection, before = report.selection, report.selection.before
    for each in report.stages:
        comparing.figures(f"{each.stage}, now", each.now, recounted.of(selection, each.stage))
        comparing.figures(f"{each.stage}, before", each.before, recounted.of(before, each.stage))
    times = recounted.of(selection, selection.stage)
    slugs = {each.id: each.slug for each in selection.restaurants}
    comparing.groups("shift", _by_key(report.shifts), times, lambda time: time.shift or "")
    comparing.groups("day", _by_key(report.days), times, lambda time: time.day.isoformat())
    comparing.groups("restaurant", _by_key(report.restaurants), times, lambda time: slugs[time.restaurant_id])
    heat: dict[Hashable, Figures] = {(each.weekday, each.hour): each.figures for each in report.heat}
    comparing.groups("weekday and hour", heat, times, lambda time: (time.day.weekday(), time.hour))
    comparing.orders(report, times)
    comparing.reasons(report.fates, recounted.reasons(selection))
    return Compared(comparing.compared, comparing.differences)


def _by_key(groups: Sequence[Any]) -> dict[Hashable, Figures]:
    return {group.key: group.figures for group in groups}


class _Comparing:
    def __init__(self, with_doubtful: bool) -> None:
        self._with_doubtful = with_doubtful
        self.compared = 0
        self.differences: list[Difference] = []

    def groups(
        self,
        kind: str,
        said: Mapping[Hashable, Figures],
        times: Iterable[Time],
        key_of: Callable[[Time], Hashable],
    ) -> None:
        """One bar, row or cell after the other, those that only one of the two has too."""
        found: defaultdict[Hashable, list[Time]] = defaultdict(list)
        for time in times:
            found[key_of(time)].append(time)
        for key in {**said, **found}:
            name = " ".join(map(str, key)) if isinstance(key, tuple) else key or "none"
            if key in said:
                self.figures(f"{kind} {name}", said[key], found.get(key, []))
            else:
                self._hold(f"{kind} {name}", "count", None, len(found[key]))

    def figures(self, where: str, said: Figures, times: Iterable[Time]) -> None:
        exact = figures_of(times, with_doubtful=self._with_doubtful)
        for name in _COUNTS:
            self._hold(where, name, getattr(said, name), getattr(exact, name))
        for reason in LeftOut:
            self._hold(where, reason, said.left_out.get(reason, 0), exact.left_out.get(reason, 0))
        for name in ("mean", *_PERCENTILES):
            self.compared += 1
            if not _is_near(name, getattr(said, name), exact):
                self._differ(where, name, getattr(said, name), _exact(name, exact))

    def orders(self, report: Report, times: Sequence[Time]) -> None:
        """Those that are named are what is said of them, and the slowest are the slowest."""
        ended = [time for time in times if time.outcome == "ended"]
        names = {each.id: each.name for each in report.selection.restaurants}
        by_order = {time.order_id: time for time in ended}
        for order in (*report.slowest, *report.doubtful):
            time = by_order.get(order.order_id)
            self._hold(
                f"order {order.order_id}", "what is said of it", _said(order), time and _told(time, names)
            )
        counted = sorted(
            (time.seconds for time in ended if self._with_doubtful or time.doubt is None), reverse=True
        )
        slowest = [round(order.seconds) for order in report.slowest]
        self._hold("slowest", "seconds", slowest, [round(each) for each in counted[:_MOST_SLOW]])
        for reason in LeftOut:
            named = sum(order.left_out == reason for order in report.doubtful)
            there = sum(time.doubt == reason for time in ended)
            self._hold("doubtful", reason, named, min(there, _MOST_DOUBTFUL))

    def reasons(self, said: Became, found: Counter[str]) -> None:
        """As many were called off, for these reasons; those that are not named are told together."""
        self._hold("cancelled", "orders", said.now.all_cancelled, found.total())
        named = {reason or "": count for reason, count in said.reasons}
        for reason, count in named.items():
            self._hold("cancelled", f"reason {reason or 'none'}", count, found[reason])
        self._hold("cancelled", "other reasons", said.other_reasons, found.total() - sum(named.values()))
        fewest = min(named.values(), default=0)
        others = (count for reason, count in found.items() if reason not in named)
        self._hold("cancelled", "a more frequent reason", max([fewest, *others]), fewest)

    def _hold(self, where: str, figure: str, said: Any, found: Any) -> None:
        self.compared += 1
        if said != found:
            self._differ(where, figure, said, found)

    def _differ(self, where: str, figure: str, said: Any, found: Any) -> None:
        self.differences.append(Difference(where, figure, said, found))


def _said(order: SlowOrder) -> tuple[Any, ...]:
    shift, doubt = order.shift or "", order.left_out and order.left_out.value
    return (
        order.restaurant,
        order.fulfilment.value,
        order.business_date.isoformat(),
        shift,
        round(order.seconds),
        doubt,
        None if order.late_by is None else round(order.late_by),
    )


def _told(time: Time, names: Mapping[Any, str]) -> tuple[Any, ...]:
    is_late = time.target is not None and time.seconds > time.target
    return (
        names[time.restaurant_id],
        time.fulfilment,
        time.day.isoformat(),
        time.shift or "",
        round(time.seconds),
        time.doubt,
        round(time.seconds - time.target) if is_late and time.target is not None else None,
    )


def _exact(name: str, exact: Exact) -> float | None:
    if not exact.count:
        return None
    return exact.mean if name == "mean" else exact.percentile(_PERCENTILES[name])


def _is_near(name: str, said: float | None, exact: Exact) -> bool:
    """Whether a time is as near as it claims: within 2 %, or beyond the bound that it is said to be."""
    true = _exact(name, exact)
    if true is None:
        return said is None
    if said is None:
        return name == "mean" and _may_move(exact)
    if isinstance(said, Under):
        return true <= said * (1 + ERROR)
    if isinstance(said, Over):
        return true >= said * (1 - ERROR)
    is_told_apart = name == "mean" or SHORTEST * (1 - ERROR) <= true <= BEYOND * (1 + ERROR)
    return abs(said - true) <= ERROR * true * (1 + 1e-9) and is_told_apart


def _may_move(exact: Exact) -> bool:
    """Whether the times under five seconds, which are not told apart, could move the mean noticeably."""
    shortest = sum(each < SHORTEST for each in exact.seconds)
    rest = math.fsum(each for each in exact.seconds if each >= SHORTEST)
    return shortest * SHORTEST / 2 > rest * _NOTICED * (1 - ERROR)


def differences(compared: Iterable[tuple[Selection, Compared]]) -> Iterator[dict[str, Any]]:
    """Each with the report that it is in."""
    for selection, of_it in compared:
        for each in of_it.differences:
            yield {**named(selection), **each._asdict()}


def named(selection: Selection) -> dict[str, Any]:
    """A report as its address names it."""
    return {
        "from": selection.first.isoformat(),
        "to": selection.last.isoformat(),
        "restaurants": None if selection.is_all else [each.slug for each in selection.restaurants],
        "stage": selection.stage.value,
        "fulfilment": selection.fulfilment and selection.fulfilment.value,
        "doubtful": "in" if selection.with_left_out else "out",
    }
