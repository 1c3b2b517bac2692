"""How much of the house one company may have: the operator's numbers, where there are any."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from sqlalchemy import ForeignKey, Uuid, bindparam, select, text
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, db
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
    used_mb: Mapped[int] = mapped_column(server_default=text("0"))


class Quotas(NamedTuple):
    """What a company may have; `used_mb` of storage it had an hour ago, by its part of all entries."""

    restaurants: int | None = None
    people: int | None = None
    orders_a_day: int | None = None
    storage_mb: int | None = None
    used_mb: int = 0

    @property
    def is_storage_full(self) -> bool:
        return self.storage_mb is not None and self.used_mb >= self.storage_mb


NAMES = ("restaurants", "people", "orders_a_day", "storage_mb")


_kept: Kept[uuid.UUID, Quotas] = Kept()
_OF_TENANT = TenantQuery(
    select(*(getattr(TenantQuota, name) for name in Quotas._fields)).where(
        TenantQuota.tenant_id == bindparam("tenant_id")
    )
)


def of_tenant(tenant_id: uuid.UUID) -> Quotas:
    """The entered tenant's, as they are now or were a few seconds ago."""
    return _kept.get(tenant_id, lambda: _read(tenant_id)) or Quotas()


def forget(tenant_id: uuid.UUID) -> None:
    """Have this process read anew what it keeps; others do within seconds."""
    _kept.forget(lambda kept: kept == tenant_id)


def _read(tenant_id: uuid.UUID) -> Quotas:
    for row in _OF_TENANT.rows(tenant_id=tenant_id):
        return Quotas(*row)
    return Quotas()


def size_of_house() -> int:
    """Bytes that the house's tables and indexes have on the disk."""
    return int(db.session.execute(_SIZE).scalar_one())


def share(size: int, entries: int, of_all: int) -> int:
    """About how many bytes of the house are a company's, by its entries of all."""
    return size * entries // of_all if of_all else 0


def note_use(tenant_id: uuid.UUID, size: int) -> None:
    """Part of the caller's transaction in the entered tenant; nothing where there are no quotas."""
    db.session.execute(_USES, {"tenant_id": tenant_id, "used": size // MB})


MB = 1_000_000
_SIZE = text("""
    SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
""")
_USES = text("UPDATE tenant_quotas SET used_mb = :used WHERE tenant_id = :tenant_id AND used_mb <> :used")
