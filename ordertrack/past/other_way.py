"""Orders of a log that came in another way: played before it is imported, or imported before it is played."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.orders.imported import IMPORTER
from ordertrack.rules.state_machine import OrderStatus

# How the keys begin under which orders of a log are placed.
PLAYED, IMPORTED = "replay:", "import:"

_THERE = text("""
    SELECT restaurants.slug, orders.reference,
        jsonb_object_agg(event.to_status, event.metadata ->> 'logged_at') AS logged
      FROM orders
      JOIN restaurants ON restaurants.tenant_id = orders.tenant_id AND restaurants.id = orders.restaurant_id
      JOIN order_status_events AS event
        ON event.tenant_id = orders.tenant_id AND event.order_id = orders.id
     WHERE orders.tenant_id = :tenant_id AND orders.idempotency_sender = :importer
       AND starts_with(orders.idempotency_key, :way) AND orders.reference IS NOT NULL
       AND event.metadata ->> 'logged_at' IS NOT NULL
     GROUP BY orders.id, restaurants.slug, orders.reference
""")


class OtherWay:
    """Those of the entered tenant, as they are now, that came one `way`."""

    def __init__(self, tenant_id: uuid.UUID, way: str) -> None:
        self._logged: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        rows = db.session.execute(_THERE, {"tenant_id": tenant_id, "importer": IMPORTER, "way": way})
        for slug, reference, logged in rows:
            self._logged.setdefault((slug, reference), []).append(logged)

    def has(self, restaurant: str, reference: str, texts: Mapping[OrderStatus, str]) -> bool:
        """Whether an order of this restaurant's slug has this number, and each time as the log writes it.

        What was broken off in the middle has fewer times.
        """
        return any(
            OrderStatus.PENDING in logged and all(texts.get(OrderStatus(at)) == logged[at] for at in logged)
            for logged in self._logged.get((restaurant, reference), ())
        )
