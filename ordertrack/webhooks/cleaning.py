"""What endpoints answered is kept for some days, to be looked at."""

from __future__ import annotations

from sqlalchemy import text

from ordertrack.database.session import db, enter_tenant
from ordertrack.following import periodic

DAYS = 14
EVERY = 3600.0
_AT_ONCE = 5000

_CLEAN = text("""
    DELETE FROM webhook_deliveries WHERE tenant_id = :tenant_id AND id IN (
        SELECT id FROM webhook_deliveries
         WHERE tenant_id = :tenant_id AND at < clock_timestamp() - make_interval(days => :days)
         ORDER BY at LIMIT :most)
""")


def clean() -> None:
    """Remove what is older, of all tenants."""
    for tenant_id in periodic.tenants():
        enter_tenant(tenant_id)
        asked = {"tenant_id": tenant_id, "days": DAYS, "most": _AT_ONCE}
        while db.session.connection().execute(_CLEAN, asked).rowcount == _AT_ONCE:
            db.session.commit()
        db.session.commit()
