"""Orders that only show whether a board is there: nobody ate them, and no report tells of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import ARRAY, Uuid, any_, bindparam, literal_column, select

from ordertrack.database.statements import TenantQuery
from ordertrack.orders.models import Order

SENDER = "program:test-order"
"""Who sends them, as `idempotency_sender` of the order says; a key of the API is never called so."""


def among(tenant_id: uuid.UUID, orders: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those of these orders that are tests."""
    return frozenset(row.id for row in _AMONG.rows(tenant_id=tenant_id, orders=list(orders)))


_AMONG = TenantQuery(
    select(Order.id).where(
        Order.tenant_id == bindparam("tenant_id"),
        Order.id == any_(bindparam("orders", type_=ARRAY(Uuid))),
        Order.idempotency_sender == literal_column(f"'{SENDER}'"),  # as the index of them has it
    )
)
