"""How much of the house one company may have: the operator's numbers, where there are any."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from sqlalchemy import ForeignKey, Uuid, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base
from ordertrack.database.statements import TenantQuery
from ordertrack.database.ttl_cache import Kept


class TenantQuota(Base):
    """Without a number: as many as any company may have, and orders and storage without a bound."""

    __tablename__ = "tenant_quotas"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    restaurants: Mapped[int | None]
    people: Mapped[int | None]
    orders_a_day: Mapped[int | None]
    storage_mb: Mapped[int | None]


class Quotas(NamedTuple):
    restaurants: int | None = None
    people: int | None = None
    orders_a_day: int | None = None
    storage_mb: int | None = None


_kept: Kept[uuid.UUID, Quotas] = Kept()
_OF_TENANT = TenantQuery(
    select(
        TenantQuota.restaurants, TenantQuota.people, TenantQuota.orders_a_day, TenantQuota.storage_mb
    ).where(TenantQuota.tenant_id == bindparam("tenant_id"))
)


def of_tenant(tenant_id: uuid.UUID) -> Quotas:
    """The entered tenant's, as they are now or were a few seconds ago."""
    return _kept.get(tenant_id, lambda: _read(tenant_id)) or Quotas()


def forget(tenant_id: uuid.UUID) -> None:
    """Have this process read anew what it keeps; others do within seconds."""
    _kept.forget(lambda kept: kept == tenant_id)


def _read(tenant_id: uuid.UUID) -> Quotas:
    for row in _OF_TENANT.rows(tenant_id=tenant_id):
        return Quotas(row.restaurants, row.people, row.orders_a_day, row.storage_mb)
    return Quotas()
