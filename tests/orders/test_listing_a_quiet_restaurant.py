"""Listing a restaurant's orders costs what it has, however many its tenant has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.reading import records
from support.houses.town import QUIET_ORDERS, Town


def plan_of_newest(town: Town, restaurant: str) -> tuple[int, str]:
    """How many orders the list has, and how the database found them."""
    asked: list[tuple[str, Any]] = []
    with tenant_context(town.app, town.first):
        take = event.listens_for(db.engine, "before_cursor_execute")
        listener = take(lambda _connection, _cursor, query, values, *_rest: asked.append((query, values)))
        for _ in range(12):  # the database keeps a plan for what it is asked often
            found = records.newest(town.first, 51, restaurant=restaurant)
        event.remove(db.engine, "before_cursor_execute", listener)
        (query, values) = next(each for each in asked if "ORDER BY orders.placed_at" in each[0])
        connection = db.session.connection()
        plan = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF) {query}", values)
        return len(found), "\n".join(plan.scalars())


def test_a_quiet_restaurant_is_listed_without_a_look_at_the_others_orders(town: Town) -> None:
    listed, plan = plan_of_newest(town, "quiet")
    assert listed == QUIET_ORDERS
    assert "orders_newest_of_restaurant" in plan
    assert "Rows Removed" not in plan


def test_a_busy_restaurant_is_listed_without_sorting_all_that_it_ever_had(town: Town) -> None:
    listed, plan = plan_of_newest(town, "busy")
    assert listed == 51
    assert "Sort Key: orders" not in plan
