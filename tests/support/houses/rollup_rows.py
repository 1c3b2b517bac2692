"""What a roll-up holds, row by row, and logs that are put into the database as they never would come."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.rules.stages import LeftOut, Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import LEFT_OUT
from support.cast import House


def everything(house: House) -> dict[str, list[Any]]:
    """Every row of the roll-up."""
    tables = (
        *("restaurant_days", "tenant_days", "order_days", "tenant_order_days", "estimate_days"),
        *("progress", "stale", "shift_names"),
    )
    rows = {
        f"sla_{table}": sorted(map(tuple, db.session.execute(text(f"SELECT * FROM sla_{table}"))))
        for table in tables
    }
    db.session.rollback()
    return rows


def by_doubt(house: House, stage: Stage) -> dict[LeftOut | None, int]:
    """How many times of a stage the roll-up of the entered house holds, by what is doubtful of them."""
    found: dict[LeftOut | None, int] = {}
    query = text("SELECT cells FROM sla_restaurant_days WHERE tenant_id = :tenant AND stage = :stage")
    for row in db.session.execute(query, {"tenant": house.tenant_id, "stage": stage.value}):
        for entry in cells.read(row.cells):
            reason = LEFT_OUT[int(cells.left_out_of(entry["key"]))]
            found[reason] = found.get(reason, 0) + int(entry["count"])
    db.session.rollback()
    return found


class Told(NamedTuple):
    """One event of a log, which is told in the order of its positions; `order` counts from 0."""

    order: int
    restaurant: str
    fulfilment: Fulfilment
    status: OrderStatus
    at: dt.datetime
    actor: str
    metadata: dict[str, Any] = {}  # noqa: RUF012 (never changed)


def put(operator: psycopg.Connection[Any], house: House, log: Sequence[Told], after: int) -> None:
    """Write the entries of `log` that follow position `after`, with triggers off: times may run backwards."""
    with operator.transaction():
        operator.execute("SET LOCAL session_replication_role = replica")
        restaurants = dict(
            operator.execute("SELECT slug, id FROM restaurants WHERE tenant_id = %s", [house.tenant_id])
        )
        before: dict[int, tuple[int, Told]] = {}
        for seq, told in enumerate(log, start=1):
            version, earlier = before.get(told.order, (0, None))
            before[told.order] = version + 1, told
            if seq > after:
                _put(operator, house, restaurants[told.restaurant], seq, version + 1, told, earlier)
        operator.execute(
            "UPDATE tenant_streams SET seq = %s WHERE tenant_id = %s", [len(log), house.tenant_id]
        )


def _put(
    operator: psycopg.Connection[Any],
    house: House,
    place: uuid.UUID,
    seq: int,
    version: int,
    told: Told,
    before: Told | None,
) -> None:
    order = uuid.uuid5(house.tenant_id, str(told.order))
    if before is None:
        values: list[Any] = [house.tenant_id, order, place, told.at.date(), told.order + 1, told.status]
        operator.execute(
            "INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,"
            " status_since, fulfilment, placed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [*values, version, told.at, told.fulfilment, told.at],
        )
    operator.execute(
        "UPDATE orders SET status = %s, version = %s, status_since = %s WHERE tenant_id = %s AND id = %s",
        [told.status, version, told.at, house.tenant_id, order],
    )
    waited = before and told.at - before.at
    values = [house.tenant_id, seq, order, place, version, before and before.status]
    operator.execute(
        "INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status,"
        " to_status, changed_by, actor, occurred_at, in_status_for, metadata, kitchen_load, rule_set)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'extended')",
        [*values, told.status, "Somebody", told.actor, told.at, waited, Jsonb(told.metadata), 3],
    )
