"""A house whose orders so far were all lived earlier than they were."""

from __future__ import annotations

import datetime as dt

import psycopg

from support.cast import House


def set_back(operator: psycopg.Connection, house: House, by: dt.timedelta) -> None:
    """Have everything that the house's orders have lived so far have happened that much earlier."""
    moments = {"orders": ("placed_at", "status_since"), "order_status_events": ("occurred_at",)}
    operator.execute("SET session_replication_role = replica")
    for table, columns in moments.items():
        earlier = ", ".join(f"{column} = {column} - %(by)s" for column in columns)
        operator.execute(
            f"UPDATE {table} SET {earlier} WHERE tenant_id = %(tenant)s",
            {"by": by, "tenant": house.tenant_id},
        )
    operator.commit()
    operator.execute("SET session_replication_role = origin")
