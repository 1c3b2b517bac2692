"""Jobs that ended are kept for some days, to be looked at."""

from __future__ import annotations

from sqlalchemy import text

from ordertrack.database.session import db, enter_tenant
from ordertrack.following import periodic

DAYS = 14
_EVERY = 3600.0
_AT_ONCE = 5000

_CLEAN = text("""
    DELETE FROM jobs WHERE tenant_id = :tenant_id AND id IN (
        SELECT id FROM jobs WHERE tenant_id = :tenant_id
           AND ended_at < clock_timestamp() - make_interval(days => :days) ORDER BY id LIMIT :most)
""")


def register() -> None:
    periodic.register("jobs of before", _EVERY, clean)


def clean() -> None:
    """Remove those of all tenants that ended before."""
    for tenant_id in periodic.tenants():
        enter_tenant(tenant_id)
        asked = {"tenant_id": tenant_id, "days": DAYS, "most": _AT_ONCE}
        while True:
            removed = db.session.connection().execute(_CLEAN, asked).rowcount
            db.session.commit()
            if removed < _AT_ONCE:
                break
