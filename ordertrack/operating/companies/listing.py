"""Which companies there are, and what each of them uses."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import select, text

from ordertrack.database.session import db, enter_tenant
from ordertrack.tenants import quotas
from ordertrack.tenants.models import Tenant

RECENT = 30  # days


class Uses(NamedTuple):
    """`entries` of its log; `boards` that are open now; `bytes` is an estimate, by its part of all entries.

    Since `suspended_at` it reads and does not write. Quotas are the operator's, None where there are none.
    """

    slug: str
    name: str
    id: uuid.UUID
    suspended_at: dt.datetime | None
    restaurants: int
    people: int
    orders_of_30_days: int
    orders_of_a_day: int
    last_entry_at: dt.datetime | None
    entries: int
    boards: int
    bytes: int
    quotas: dict[str, int | None]


def all_of_them() -> list[Uses]:
    """By slug; for the schema's owner, outside of any tenant before and after."""
    found = list(_read())
    entries = sum(row.entries for row in found)
    size = quotas.size_of_house()
    db.session.rollback()
    return [row._replace(bytes=quotas.share(size, row.entries, entries)) for row in found]


def _read() -> Iterator[Uses]:
    for tenant in db.session.scalars(select(Tenant).order_by(Tenant.slug)).all():
        enter_tenant(tenant.id)
        row: Any = db.session.execute(_OF_ONE, {"tenant_id": tenant.id, "days": RECENT}).one()
        most = {name: getattr(row, f"most_{name}") for name in quotas.NAMES}
        yield Uses(
            tenant.slug,
            tenant.name,
            tenant.id,
            row.suspended_at,
            row.restaurants,
            row.people,
            row.orders_of_30_days,
            row.orders_of_a_day,
            row.last_at,
            row.seq,
            row.boards,
            0,
            most,
        )


# What counts nothing that grows with a company's age is read in full; what does by an index.
_OF_ONE = text("""
    SELECT stream.suspended_at, stream.seq, stream.last_at,
        (SELECT count(*) FROM restaurants WHERE tenant_id = :tenant_id) AS restaurants,
        (SELECT count(*) FROM staff_members WHERE tenant_id = :tenant_id AND revoked_at IS NULL) AS people,
        (SELECT count(*) FROM orders WHERE tenant_id = :tenant_id
            AND placed_at > clock_timestamp() - make_interval(days => :days)) AS orders_of_30_days,
        (SELECT count(*) FROM orders WHERE tenant_id = :tenant_id
            AND placed_at > clock_timestamp() - interval '1 day') AS orders_of_a_day,
        (SELECT count(DISTINCT watcher) FROM screens WHERE tenant_id = :tenant_id
            AND seen_at > clock_timestamp() - interval '1 minute') AS boards,
        quota.restaurants AS most_restaurants, quota.people AS most_people,
        quota.orders_a_day AS most_orders_a_day, quota.storage_mb AS most_storage_mb
      FROM tenant_streams AS stream LEFT JOIN tenant_quotas AS quota ON quota.tenant_id = :tenant_id
     WHERE stream.tenant_id = :tenant_id
""")
