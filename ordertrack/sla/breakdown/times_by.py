"""A stage's times by what is true of each order: of the same orders that the report counts."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.rules.stages import SPANS
from ordertrack.sla.measure.figures import Figures
from ordertrack.sla.orders_behind import finding
from ordertrack.sla.orders_behind.behind import Behind
from ordertrack.sla.orders_behind.finding import BehindOrder
from ordertrack.sla.report.selection import Selection


class By(StrEnum):
    STATION = "station"
    DISH = "dish"
    RIDER = "rider"
    CHANNEL = "channel"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class NamedFigures:
    """`name` is "" where nobody said."""

    name: str
    figures: Figures


# Of each order its keys: where it has several, it counts with each of them. A key has the newest name.
_KEYS = {
    By.STATION: """
        SELECT DISTINCT order_id, coalesce(station, '') AS key, coalesce(station, '') AS name
          FROM order_items
         WHERE tenant_id = :tenant_id AND order_id = ANY (:orders) AND voided_in IS NULL
    """,
    By.DISH: """
        SELECT order_id, coalesce(sku, name) AS key, max(name) AS name FROM order_items
         WHERE tenant_id = :tenant_id AND order_id = ANY (:orders) AND voided_in IS NULL
         GROUP BY order_id, coalesce(sku, name)
    """,
    By.RIDER: """
        SELECT id AS order_id, coalesce(rider, '') AS key, coalesce(rider, '') AS name FROM orders
         WHERE tenant_id = :tenant_id AND id = ANY (:orders)
    """,
    By.CHANNEL: """
        SELECT id AS order_id, coalesce(channel, '') AS key, coalesce(channel, '') AS name FROM orders
         WHERE tenant_id = :tenant_id AND id = ANY (:orders)
    """,
    # Whoever ended the stage, if it was a person.
    By.PERSON: """
        SELECT DISTINCT ON (order_id) order_id,
            CASE WHEN starts_with(actor, 'staff:') THEN actor ELSE '' END AS key,
            CASE WHEN starts_with(actor, 'staff:') THEN changed_by ELSE '' END AS name
          FROM order_status_events
         WHERE tenant_id = :tenant_id AND order_id = ANY (:orders) AND to_status = ANY (:ends)
         ORDER BY order_id, seq DESC
    """,
}


def times_by(selection: Selection, by: By) -> list[NamedFigures]:
    """The most orders first; raises TooMany."""
    orders = {each.order_id: each for each in finding.find(Behind(selection))}
    asked = {
        "tenant_id": selection.tenant_id,
        "orders": list(orders),
        "ends": [status.value for status in SPANS[selection.stage].ends],
    }
    groups: defaultdict[str, list[BehindOrder]] = defaultdict(list)
    names: dict[str, str] = {}
    for row in db.session.execute(text(_KEYS[by]), asked):
        groups[row.key].append(orders[row.order_id])
        names[row.key] = row.name
    found = [NamedFigures(names[key], _figures(several)) for key, several in groups.items()]
    return sorted(found, key=lambda each: (-each.figures.count, each.name))


def _figures(orders: Sequence[BehindOrder]) -> Figures:
    seconds = sorted(order.seconds for order in orders if order.seconds is not None)
    judged = [order for order in orders if order.target is not None]
    p50, p90, p95 = (seconds[max(1, -(-len(seconds) * share // 100)) - 1] for share in (50, 90, 95))
    return Figures(
        len(orders),
        math.fsum(seconds) / len(seconds),
        p50,
        p90,
        p95,
        len(judged),
        sum(order.late_by is None for order in judged),
        {},
    )
