"""How much a company may have, as the operator says."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.tenants import audit, house_log, quotas
from ordertrack.tenants.models import Tenant
from ordertrack.tenants.quotas import TenantQuota


def limit(tenant: Tenant, wanted: Mapping[str, int | None]) -> dict[str, int | None]:
    """Set these of the entered company, by `quotas.NAMES`, None for no bound; how all of them are now."""
    before = _read(tenant)
    after = {**before, **wanted}
    if after != before:
        written = insert(TenantQuota).values(tenant_id=tenant.id, **after)
        db.session.execute(written.on_conflict_do_update(index_elements=["tenant_id"], set_=after))
        by = audit.operator(tenant.id, "tenant quota")
        audit.record(by, "company", tenant.slug, tenant.name, _named(before), _named(after))
        house_log.record("limited", tenant.slug, tenant.id, **after)
        db.session.commit()
        quotas.forget(tenant.id)
    return after


def _read(tenant: Tenant) -> dict[str, int | None]:
    columns = [getattr(TenantQuota, name) for name in quotas.NAMES]
    row = db.session.execute(select(*columns).where(TenantQuota.tenant_id == tenant.id)).one_or_none()
    return dict(zip(quotas.NAMES, row or (None,) * len(quotas.NAMES), strict=True))


def _named(numbers: Mapping[str, int | None]) -> dict[str, int | None]:
    """As the audit calls them, which has words of the same names for other things."""
    return {f"most_{name}": number for name, number in numbers.items()}
