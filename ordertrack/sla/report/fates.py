"""What became of a report's orders: those that ended, by the roll-up; those that are open, by themselves."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.orders.due.open_orders import OPEN
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.measure import cells, fates, why_cancelled
from ordertrack.sla.measure.cells import FULFILMENTS
from ordertrack.sla.report.contents import Became, Open
from ordertrack.sla.report.rows import Rows
from ordertrack.sla.report.selection import Selection

MOST_REASONS = 5

_OPEN = text("""
    SELECT restaurant_id, status, fulfilment, coalesce(fired_at, placed_at) AS began_at,
        greatest(status_since, promised_at) AS untouched_since
      FROM orders
     WHERE tenant_id = :tenant_id AND restaurant_id = ANY (:restaurants) AND status = ANY (:statuses)
       AND NOT is_later AND idempotency_sender IS DISTINCT FROM 'program:test-order'
       AND coalesce(fired_at, placed_at) >= :begins AND coalesce(fired_at, placed_at) < :ends
""")


def of(selection: Selection, reading: Rows, is_over: np.ndarray[Any, Any]) -> Became:
    """Of this selection, whose tenant is entered; `is_over`: of each hour, whether it is on the last day."""
    if not selection.restaurants:
        return Became()
    rows = reading.of_fates()
    stored = cells.read(b"".join(row.cells for row in rows))
    lengths = [len(row.cells) // cells.ENTRY.itemsize for row in rows]

    def per_cell(flags: list[bool]) -> np.ndarray[Any, Any]:
        return np.repeat(np.array(flags, bool), lengths)

    wanted = np.ones(len(stored), bool)
    if selection.fulfilment is not None:
        wanted = cells.fulfilment_of(stored["key"]) == FULFILMENTS.index(selection.fulfilment)
    is_now = per_cell([row.day >= selection.first for row in rows])
    last_days = (selection.last, selection.before.last)
    is_like = ~per_cell([row.day in last_days for row in rows]) | is_over[cells.hour_of(stored["key"])]
    now = fates.count(stored, wanted & is_now)
    return Became(
        now,
        fates.count(stored, wanted & is_now & is_like),
        fates.count(stored, wanted & ~is_now & is_like),
        _open(selection),
        *_reasons(selection, rows),
        _unleft(selection, reading) if now.unleft and len(selection.restaurants) > 1 else None,
    )


def _unleft(selection: Selection, reading: Rows) -> list[tuple[str, int, int]] | None:
    """Where nobody tapped Leaving, most first: each restaurant's name, how many, of how many deliveries."""
    rows = reading.fates_by_restaurant()
    if rows is None:
        return None
    names = {each.id: each.name for each in selection.restaurants}
    found = [(names[row.restaurant_id], fates.count(cells.read(row.cells))) for row in rows]
    return sorted(
        ((name, each.unleft, each.deliveries) for name, each in found if each.unleft),
        key=lambda each: (-each[1], each[0]),
    )


def _open(selection: Selection) -> Open:
    now = dt.datetime.now(dt.UTC)
    days = {each.id: selection.span_of(each) for each in selection.restaurants}
    rows = db.session.execute(
        _OPEN,
        {
            "tenant_id": selection.tenant_id,
            "restaurants": [each.id for each in selection.restaurants],
            "statuses": [status.value for status in OPEN],
            "begins": min(begins for begins, _ in days.values()),
            "ends": max(ends for _, ends in days.values()),
        },
    )
    by_id = {each.id: each for each in selection.restaurants}
    by_status: Counter[OrderStatus] = Counter()
    unfinished, since = 0, None
    for row in rows:
        first, last = days[row.restaurant_id]
        if not first <= row.began_at < last or selection.fulfilment not in (None, row.fulfilment):
            continue
        by_status[OrderStatus(row.status)] += 1
        patience = dt.timedelta(seconds=by_id[row.restaurant_id].calendar.rules[-1].forgotten_after)
        unfinished += row.untouched_since < now - patience
        since = min(since or row.began_at, row.began_at)
    return Open(by_status, unfinished, since)


def _reasons(selection: Selection, rows: Sequence[Any]) -> tuple[list[tuple[str | None, int]], int]:
    """The most frequent ones, and how many had others."""
    found: Counter[str] = Counter()
    for (fulfilment, reason), count in why_cancelled.read(
        chain.from_iterable(row.reasons for row in rows if row.reasons)
    ).items():
        if selection.fulfilment in (None, fulfilment):
            found[reason] += count
    # As they are told apart: the most frequent, then by name, none at the end.
    most = sorted(found.items(), key=lambda each: (-each[1], not each[0], each[0]))[:MOST_REASONS]
    return [(reason or None, count) for reason, count in most], found.total() - sum(dict(most).values())
