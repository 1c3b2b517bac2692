"""How many of each a company may have, for its pages list all of them: a sentence where it has as many."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import func, select

from ordertrack.database.session import db
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.tenants import quotas
from ordertrack.tenants.models import ApiKey, Restaurant, StaffMember, Tablet

MOST_RESTAURANTS = 2000
MOST_PEOPLE = 500  # who have access
MOST_TABLETS = 600  # in use
MOST_KEYS = 100  # in use


def restaurants_reached(tenant_id: uuid.UUID) -> str | None:
    most = _at_most(MOST_RESTAURANTS, quotas.of_tenant(tenant_id).restaurants)
    if _count(Restaurant, tenant_id) < most:
        return None
    if most < MOST_RESTAURANTS:
        return _(
            "This company has %(most)s restaurants at most. Whoever runs the server can allow more.",
            most=number(most),
        )
    return _("A company has %(most)s restaurants at most.", most=number(most))


def people_reached(tenant_id: uuid.UUID) -> str | None:
    most = _at_most(MOST_PEOPLE, quotas.of_tenant(tenant_id).people)
    if _count(StaffMember, tenant_id, StaffMember.revoked_at.is_(None)) < most:
        return None
    if most < MOST_PEOPLE:
        return _(
            "This company has %(most)s people at most. End the access of whoever has left; whoever runs the"
            " server can allow more.",
            most=number(most),
        )
    return _(
        "A company has %(most)s people at most. End the access of whoever has left.", most=number(MOST_PEOPLE)
    )


def tablets_reached(tenant_id: uuid.UUID) -> str | None:
    if _count(Tablet, tenant_id, Tablet.ended_at.is_(None)) < MOST_TABLETS:
        return None
    return _(
        "A company has %(most)s tablets at most. End those that are used no more.", most=number(MOST_TABLETS)
    )


def keys_reached(tenant_id: uuid.UUID) -> str | None:
    if _count(ApiKey, tenant_id, ApiKey.revoked_at.is_(None)) < MOST_KEYS:
        return None
    return _("A company has %(most)s API keys at most. Revoke those that are used no more.", most=MOST_KEYS)


def _at_most(of_any: int, of_this: int | None) -> int:
    return of_any if of_this is None else min(of_any, of_this)


def _count(of: Any, tenant_id: uuid.UUID, *which: Any) -> int:
    counted = select(func.count()).select_from(of).where(of.tenant_id == tenant_id, *which)
    return db.session.execute(counted).scalar_one()
