"""What the house has on the disk, by table and index, and how much of it each order takes."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select, text

from ordertrack.database.session import db, enter_tenant
from ordertrack.orders.models import Order
from ordertrack.tenants.models import Tenant

# What is only written once for many orders is left out of what an order takes: settings, people, menus.
_RELATIONS = text("""
    SELECT relname AS of, relname AS name, 'table' AS kind, pg_table_size(oid) AS bytes
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    UNION ALL
    SELECT relname, indexrelid::regclass::text, 'index', pg_relation_size(indexrelid)
      FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
""")


class Size(NamedTuple):
    """A table with what is stored beside it (`table`), or an `index`; its bytes, and those by order."""

    table: str
    name: str
    kind: str
    bytes: int
    by_order: float


def measured() -> tuple[int, list[Size]]:
    """How many orders there are, and every table and index, the largest first."""
    orders = 0
    for tenant_id in db.session.scalars(select(Tenant.id)).all():
        enter_tenant(tenant_id)
        orders += db.session.execute(
            select(func.count()).select_from(Order).where(Order.tenant_id == tenant_id)
        ).scalar_one()
    rows = db.session.execute(_RELATIONS).all()
    found = [Size(row.of, row.name, row.kind, row.bytes, row.bytes / max(orders, 1)) for row in rows]
    return orders, sorted(found, key=lambda size: -size.bytes)
