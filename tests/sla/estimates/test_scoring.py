"""How estimates turned out: what the guest read when the order was confirmed, against when it came."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.estimates import drift, scoring, waits
from ordertrack.sla.estimates.scoring import BANDS, COUNTS, DAY, summed, turned_out
from ordertrack.sla.estimates.table import FEWEST, Estimates, table_from
from ordertrack.sla.estimates.waits import WAIT, Waits
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import FULFILMENTS, STATUSES
from ordertrack.sla.measure.fold import SECOND
from ordertrack.sla.measure.histogram import bins_of

MINUTE = 60 * SECOND
TODAY = 20_000
NINE = TODAY * DAY + 9 * 60 * MINUTE
DELIVERY, PICKUP = (FULFILMENTS.index(each) for each in (Fulfilment.DELIVERY, Fulfilment.PICKUP))


def usual(low: float = 20, high: float = 40, band: int = 1) -> Estimates:
    """Deliveries and pickups whose half takes so many minutes, and whose nine tenths."""
    minutes = np.repeat([low, high], [FEWEST, FEWEST - 10])
    parts = [
        cells.pack_estimate(
            bins_of(minutes * 60.0),
            *(np.int64(each) for each in (band, 9, STATUSES.index(OrderStatus.CONFIRMED), kind)),
        )
        for kind in (DELIVERY, PICKUP)
    ]
    return table_from([cells.counted(np.concatenate(parts))])


def came(*took: float, kind: int = DELIVERY, band: int = 1, every: float = 0) -> Waits:
    """Orders that were confirmed from nine o'clock on and took so many minutes."""
    began = [NINE + int(place * every * MINUTE) for place in range(len(took))]
    orders = [
        (since, since + int(minutes * MINUTE), band, 9, kind)
        for since, minutes in zip(began, took, strict=True)
    ]
    return waits.together([np.array(orders, WAIT)])


def score(today: Waits, **around: Any) -> dict[int, list[int]]:
    """Of each kind how many came sooner, within, later, and without a range."""
    found = turned_out(today, around.get("around", today), {TODAY: around.get("table", usual())})
    return {int(each["kind"]): [int(each[name]) for name in COUNTS] for each in found}


def test_an_order_is_late_from_the_minute_on_that_its_guest_read_last() -> None:
    (low,), (high,), _ = scoring.told(came(1), came(), {TODAY: usual()})
    ends = [(each - NINE) / MINUTE for each in (low, high)]
    assert ends == [pytest.approx(20, abs=1), pytest.approx(41, abs=1)]
    one = 1 / 60
    assert score(came(ends[0] - one, ends[0], ends[1] - one, ends[1])) == {DELIVERY * BANDS + 1: [1, 2, 1, 0]}


def test_what_took_more_than_four_hours_was_late_and_not_forgotten() -> None:
    assert score(came(5 * 60)) == {DELIVERY * BANDS + 1: [0, 0, 1, 0]}


def test_each_fulfilment_and_load_is_counted_by_itself_and_they_add_up() -> None:
    parts = [came(10, 30, 90), came(30, kind=PICKUP), came(50, 50, band=3)]
    today = waits.together(parts)
    found = score(today)
    assert found == {
        PICKUP * BANDS + 1: [0, 1, 0, 0],
        DELIVERY * BANDS + 1: [1, 1, 1, 0],
        DELIVERY * BANDS + 3: [0, 0, 2, 0],
    }
    two = turned_out(today, today, {TODAY: usual()})
    both = summed(np.concatenate([two, two]))
    assert int(both["took"].sum()) == 2 * 60 * (10 + 30 + 90 + 30 + 50 + 50)
    assert sum(int(both[name].sum()) for name in COUNTS) == 2 * len(today)


def test_where_nothing_was_said_that_is_counted() -> None:
    assert score(came(30), table=table_from([])) == {DELIVERY * BANDS + 1: [0, 0, 0, 1]}


def test_on_a_slow_day_later_orders_are_told_more_and_pickups_are_not() -> None:
    slow = came(*[36.0] * 40, every=5)
    low, high, _ = scoring.told(slow, slow, {TODAY: usual()})
    width = (high - low) / MINUTE
    assert width[0] == pytest.approx(20, abs=2), "the first was told what is usual"
    told = (low - slow["began"]) / MINUTE
    assert told[-1] == pytest.approx(36, rel=0.2), "half of the last are expected to take what they take now"
    pickups = came(20, kind=PICKUP)
    assert drift.factors(*[np.empty(0)] * 4, np.array([NINE])) == [1]
    (first,), _, _ = scoring.told(pickups, slow, {TODAY: usual()})
    assert (first - NINE) / MINUTE == pytest.approx(20, abs=1)
