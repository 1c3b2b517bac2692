"""Holding the roll-up against the log: every time that ended up to its position is in it, once."""

from __future__ import annotations

import uuid
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Connection, text

from ordertrack.orders.imported import IMPORTER, TIME_UNKNOWN
from ordertrack.rules.stages import CANCELLED_LATE_IN, SPANS, Stage
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.measure import cells

_TABLES = (("sla_restaurant_days", "cells"), ("sla_tenant_days", "by_shift"), ("sla_tenant_days", "by_hour"))

_IS_TO_BE_MADE_ANEW = text("""
    SELECT EXISTS (SELECT FROM sla_stale WHERE tenant_id = :tenant AND from_date = '0001-01-01')
""")


def contradictions(connection: Connection, tenant_id: uuid.UUID) -> int:
    """By how many times the roll-up of the set tenant and its log disagree; 0 while it is to be made anew."""
    if connection.execute(_IS_TO_BE_MADE_ANEW, {"tenant": tenant_id}).scalar():
        return 0
    expected = _in_the_log(connection, tenant_id)
    wrong = 0
    for table, column in _TABLES:
        found = _in_the_roll_up(connection, tenant_id, table, column)
        wrong += sum(abs(found.get(stage, 0) - expected[stage]) for stage in Stage)
    return wrong


def _in_the_log(connection: Connection, tenant_id: uuid.UUID) -> dict[Stage, int]:
    """How many times of each stage the log has up to the roll-up's position, and orders cancelled late in it.

    Orders are counted by their ways: the statuses they came to one after another, and of which of those
    entries the time is known, and which were made while it was for later.
    """
    rows = connection.execute(
        text("""
            SELECT statuses, timed, early, count(*) FROM (
                SELECT array_agg(to_status ORDER BY seq) AS statuses,
                    array_agg(
                        actor <> :importer OR NOT jsonb_exists(metadata, :unknown) ORDER BY seq) AS timed,
                    array_agg(is_early ORDER BY seq) AS early
                  FROM order_status_events
                 WHERE tenant_id = :tenant AND order_id <> ALL (ARRAY(
                        SELECT id FROM orders
                         WHERE tenant_id = :tenant AND idempotency_sender = 'program:test-order'))
                   AND seq <= (SELECT coalesce(max(seq), 0) FROM sla_progress WHERE tenant_id = :tenant)
                 GROUP BY order_id) AS ways
             GROUP BY statuses, timed, early
        """),
        {"tenant": tenant_id, "importer": IMPORTER, "unknown": TIME_UNKNOWN},
    ).all()
    return {
        stage: sum(
            count * _counted(stage, [_Entry(*entry) for entry in zip(statuses, timed, early, strict=True)])
            for statuses, timed, early, count in rows
        )
        for stage in Stage
    }


class _Entry(NamedTuple):
    status: str
    is_timed: bool
    is_early: bool


def _counted(stage: Stage, way: list[_Entry]) -> int:
    """How many entries of this stage a way makes: one if it ended, one more if it was cancelled in it."""
    span = SPANS[stage]
    first = next((entry.is_timed for entry in way if entry.status == span.begins), False)
    if not first:
        return 0
    moves = list(pairwise(way))[::-1]  # the last one first
    last = next(
        (
            to.is_timed and not to.is_early
            for before, to in moves
            if before.status in span.through and to.status in span.ends
        ),
        False,
    )
    late = span.through & CANCELLED_LATE_IN
    end = way[-1]
    is_cancelled = end.status == OrderStatus.CANCELLED and not end.is_early
    is_cancelled = is_cancelled and bool(moves) and moves[0][0].status in late
    return int(last) + int(is_cancelled)


def _in_the_roll_up(
    connection: Connection, tenant_id: uuid.UUID, table: str, column: str
) -> dict[Stage, int]:
    rows = connection.execute(
        text(
            f"SELECT stage, string_agg({column}, '') AS cells FROM {table}"  # noqa: S608 (names of our own)
            " WHERE tenant_id = :tenant GROUP BY stage"
        ),
        {"tenant": tenant_id},
    )
    return {Stage(row.stage): int(cells.read(row.cells)["count"].sum(dtype="u8")) for row in rows}
