"""What a company is called, as the head of its pages says it."""

from __future__ import annotations

import uuid

from flask import Flask
from sqlalchemy import bindparam, select

from ordertrack.database.statements import TenantQuery
from ordertrack.database.ttl_cache import Kept
from ordertrack.i18n.translate import add_filters
from ordertrack.tenants.models import Tenant

_kept: Kept[uuid.UUID, str] = Kept()
_BY_ID = TenantQuery(select(Tenant.name).where(Tenant.id == bindparam("tenant_id")))


def init_app(app: Flask) -> None:
    add_filters(app.jinja_env, company=name_of)


def name_of(tenant_id: uuid.UUID) -> str | None:
    """The name of the entered tenant, as it is now or was a few seconds ago."""
    return _kept.get(tenant_id, lambda: _read(tenant_id))


def _read(tenant_id: uuid.UUID) -> str | None:
    for row in _BY_ID.rows(tenant_id=tenant_id):
        return str(row.name)
    return None
