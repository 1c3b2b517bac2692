"""What became of orders: completed or cancelled from where, on time against the promise, held, left untold.

An order is counted once, when it ends, at the business day on which it began; what is still open is read from
the orders themselves. So these counts add up like those of times, and need not be taken back.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.measure import cells, why_cancelled
from ordertrack.sla.measure.cells import BREACH, FULFILMENTS, IN_TARGET, STATUSES, UNJUDGED, Cells, order_id
from ordertrack.sla.measure.fold import SECOND, Ended
from ordertrack.sla.measure.histogram import Ints
from ordertrack.sla.measure.judging import Judge
from ordertrack.sla.measure.microseconds import microseconds
from ordertrack.sla.measure.why_cancelled import Reasons

# A key: the fate 3 bits, held 1, left untold 1, promise moved 1; the promise where a time has its target; and
# fulfilment, shift and hour where a time has them.
_HELD, _UNLEFT, _MOVED = 3, 4, 5
COMPLETED = 0
CANCELLED_FROM = STATUSES[:5]
"""From which status an order was cancelled that has the fate 1, 2, ..."""

_MINUTE = 60 * SECOND


class Content(NamedTuple):
    """What became of the orders of a day, and why the cancelled ones were."""

    cells: Cells
    reasons: Reasons


@dataclass(frozen=True, slots=True)
class Fates:
    """Orders that began in some bucket, by what became of them.

    `cancelled` by the status that they were in. Of those completed `promised` had a promise that can be
    judged, and `on_time` met it, `moved` of them only as a delay had moved it. `held` were held for a while;
    `unleft` of `deliveries` completed were never said to have left.
    """

    completed: int = 0
    cancelled: dict[OrderStatus, int] = field(default_factory=dict)
    promised: int = 0
    on_time: int = 0
    moved: int = 0
    held: int = 0
    deliveries: int = 0
    unleft: int = 0

    @property
    def all_cancelled(self) -> int:
        return sum(self.cancelled.values())

    @property
    def ended(self) -> int:
        return self.completed + self.all_cancelled


_KNOWN = text("""
    SELECT id, promised_at, delayed_by, acts > 0 AND EXISTS (
            SELECT FROM order_actions AS action
             WHERE action.tenant_id = orders.tenant_id AND action.order_id = orders.id AND act = 'hold'
        ) AS held
      FROM orders
     WHERE tenant_id = :tenant_id AND id = ANY (:ids) AND (promised_at IS NOT NULL OR acts > 0)
""")


def days(
    tenant_id: uuid.UUID, ended: Ended, judges: Sequence[Judge], restaurants: Sequence[uuid.UUID]
) -> dict[tuple[int, uuid.UUID], Content]:
    """These orders, by the business day (days since 1970) on which they began and the restaurant."""
    verdict, held, moved = _promises(tenant_id, ended)
    whys = why_cancelled.of_each(tenant_id, ended)
    fate = np.where(ended.is_cancelled, 1 + ended.before.clip(0, len(CANCELLED_FROM) - 1), COMPLETED)
    found = {}
    for number in np.unique(ended.restaurant):
        here, judge = ended.restaurant == number, judges[number]
        began = ended.began[here]
        of_day = judge.days(began)
        keys = cells.pack_fate(
            fate[here]
            | held[here].astype(np.int64) << _HELD
            | ended.is_unleft[here].astype(np.int64) << _UNLEFT
            | moved[here].astype(np.int64) << _MOVED,
            verdict[here],
            ended.fulfilment[here],
            judge.shifts(began, of_day),
            judge.hours(began),
        )
        places = np.flatnonzero(here)
        for day in np.unique(of_day):
            those = of_day == day
            reasons = Counter(whys[place] for place in places[those].tolist() if place in whys)
            found[int(day), restaurants[number]] = Content(cells.counted(keys[those]), reasons)
    return found


def _promises(tenant_id: uuid.UUID, ended: Ended) -> tuple[Ints, NDArray[Any], NDArray[Any]]:
    """Of each order whether it met its promise, was held, and met it only as it had been moved."""
    verdict = np.full(len(ended.order), UNJUDGED)
    held, moved = (np.zeros(len(ended.order), bool) for _ in range(2))
    if not len(ended.order):
        return verdict, held, moved
    place_of = {order_id(each): place for place, each in enumerate(ended.order)}
    for row in db.session.execute(_KNOWN, {"tenant_id": tenant_id, "ids": list(place_of)}):
        place = place_of[row.id]
        held[place] = row.held
        if row.promised_at is not None and ended.had_at[place] >= 0:
            late = int(ended.had_at[place]) - microseconds(row.promised_at)
            verdict[place] = BREACH if late > 0 else IN_TARGET
            moved[place] = late <= 0 < late + row.delayed_by * _MINUTE
    return verdict, held, moved


def count(stored: Cells, chosen: NDArray[Any] | None = None) -> Fates:
    """What these cells hold, or the chosen of them."""
    key, counts = stored["key"], stored["count"].astype(np.int64)
    if chosen is not None:
        key, counts = key[chosen], counts[chosen]
    fate, target = key & 7, cells.target_of(key)
    is_completed = fate == COMPLETED
    is_delivery = cells.fulfilment_of(key) == FULFILMENTS.index(Fulfilment.DELIVERY)

    def of(which: NDArray[Any]) -> int:
        return int(counts[which].sum())

    return Fates(
        completed=of(is_completed),
        cancelled={
            status: number for place, status in enumerate(CANCELLED_FROM) if (number := of(fate == 1 + place))
        },
        promised=of(target != UNJUDGED),
        on_time=of(target == IN_TARGET),
        moved=of(key >> _MOVED & 1 == 1),
        held=of(key >> _HELD & 1 == 1),
        deliveries=of(is_completed & is_delivery),
        unleft=of(key >> _UNLEFT & 1 == 1),
    )
