"""Holding the roll-up against the log: every time that ended up to its position is in it, once."""

from __future__ import annotations

import uuid

from sqlalchemy import Connection, text

from ordertrack.sla import cells
from ordertrack.sla.stages import SPANS, Stage

_TABLES = (("sla_restaurant_days", "cells"), ("sla_tenant_days", "by_shift"), ("sla_tenant_days", "by_hour"))


def contradictions(connection: Connection, tenant_id: uuid.UUID) -> int:
    """By how many times the roll-up of the set tenant and its log disagree."""
    expected = _in_the_log(connection, tenant_id)
    wrong = 0
    for table, column in _TABLES:
        found = _in_the_roll_up(connection, tenant_id, table, column)
        wrong += sum(abs(found.get(stage, 0) - expected[stage]) for stage in Stage)
    return wrong


def _in_the_log(connection: Connection, tenant_id: uuid.UUID) -> dict[Stage, int]:
    """How often each stage ended up to the roll-up's position: no order enters a status twice."""
    rows = connection.execute(
        text("""
            SELECT from_status, to_status, count(*) FROM order_status_events AS event
             WHERE tenant_id = :tenant
               AND seq <= (SELECT coalesce(max(seq), 0) FROM sla_progress WHERE tenant_id = :tenant)
             GROUP BY from_status, to_status
        """),
        {"tenant": tenant_id},
    ).all()
    return {
        stage: sum(
            count
            for before, to, count in rows
            if to in span.ends and (stage != Stage.HANDOVER or before == span.begins)
            if stage != Stage.ROAD or before == span.begins
        )
        for stage, span in SPANS.items()
    }


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
