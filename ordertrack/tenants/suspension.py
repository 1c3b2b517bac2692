"""A company that is suspended reads and does not write: the schema holds it to that (`guard_suspended`)."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Flask
from sqlalchemy import bindparam, func, select, update

from ordertrack.database.channels import SETTINGS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.database.statements import TenantQuery
from ordertrack.database.ttl_cache import Kept
from ordertrack.i18n.translate import add_filters
from ordertrack.tenants import audit, house_log
from ordertrack.tenants.models import Restaurant, Tenant
from ordertrack.tenants.stream import TenantStream
from ordertrack.web.database_problems import suspended
from ordertrack.web.problems import Refusal

_kept: Kept[uuid.UUID, tuple[dt.datetime | None]] = Kept()
_SINCE = TenantQuery(
    select(TenantStream.suspended_at).where(TenantStream.tenant_id == bindparam("tenant_id"))
)


def init_app(app: Flask) -> None:
    add_filters(app.jinja_env, is_suspended=is_suspended)


def is_suspended(tenant_id: uuid.UUID) -> bool:
    """Whether the entered tenant is, as it is now or was a few seconds ago."""
    kept = _kept.get(tenant_id, lambda: _read(tenant_id))
    return kept is not None and kept[0] is not None


def refuse_writing(tenant_id: uuid.UUID) -> None:
    """Raise a Refusal (403) if the entered tenant is suspended.

    That is kind, no guard: what is written all the same the schema refuses, and it is answered alike.
    """
    if is_suspended(tenant_id):
        raise Refusal(suspended())


def forget(tenant_id: uuid.UUID) -> None:
    """Have this process ask anew; others do within seconds, or once they are told."""
    _kept.forget(lambda kept: kept == tenant_id)


def suspend(tenant: Tenant) -> bool:
    """By the operator; False if it is already. Whatever is being written is written first."""
    return _set(tenant, func.clock_timestamp(), TenantStream.suspended_at.is_(None))


def resume(tenant: Tenant) -> bool:
    """The contrary."""
    return _set(tenant, None, TenantStream.suspended_at.is_not(None))


def _set(tenant: Tenant, at: object, only_if: object) -> bool:
    changed = update(TenantStream).where(TenantStream.tenant_id == tenant.id, only_if)  # type: ignore[arg-type]
    if not db.session.execute(changed.values(suspended_at=at).returning(TenantStream.tenant_id)).all():
        db.session.rollback()
        return False
    is_so = at is not None
    command = "tenant suspend" if is_so else "tenant resume"
    by = audit.operator(tenant.id, command)
    audit.record(by, "company", tenant.slug, tenant.name, {"suspended": not is_so}, {"suspended": is_so})
    house_log.record("suspended" if is_so else "resumed", tenant.slug, tenant.id)
    for restaurant_id in db.session.scalars(select(Restaurant.id).where(Restaurant.tenant_id == tenant.id)):
        notify(SETTINGS_CHANNEL, f"{tenant.id}:{restaurant_id}")
    db.session.commit()
    forget(tenant.id)
    return True


def _read(tenant_id: uuid.UUID) -> tuple[dt.datetime | None]:
    for row in _SINCE.rows(tenant_id=tenant_id):
        return (row.suspended_at,)
    return (None,)
