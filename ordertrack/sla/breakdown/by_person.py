"""Whether a company's reports may tell its people apart: not until an owner says so."""

from __future__ import annotations

import uuid

from sqlalchemy import select, update

from ordertrack.database.session import db
from ordertrack.tenants import audit
from ordertrack.tenants.models import Tenant
from ordertrack.tenants.principal import Principal


def is_shown(tenant_id: uuid.UUID) -> bool:
    """In the entered tenant, now."""
    return bool(db.session.scalar(select(Tenant.reports_by_person).where(Tenant.id == tenant_id)))


def choose(wanted: bool, *, by: Principal) -> bool:
    """Have it be so from now on, and commit; False if it was so already."""
    chosen = (
        update(Tenant)
        .where(Tenant.id == by.tenant_id, Tenant.reports_by_person != wanted)
        .values(reports_by_person=wanted)
        .returning(Tenant.id)
    )
    is_changed = db.session.scalar(chosen) is not None
    if is_changed:
        before, after = {"reports_by_person": not wanted}, {"reports_by_person": wanted}
        audit.record(by, "rules", "", "", before, after)
    db.session.commit()
    return is_changed
