"""The end of a company: every row of it in every table that there is, or none."""

from __future__ import annotations

import time
import uuid

from sqlalchemy import TextClause, func, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from ordertrack.database.session import db, enter_tenant
from ordertrack.database.settings_error import Mendable
from ordertrack.tenants import house_log, suspension
from ordertrack.tenants.models import ApiKey, StaffSession, Tablet, Tenant

# A screen may tell that it is there until it has heard that it may not any longer.
_TRIES = 5
_PAUSE = 2.0  # seconds
# Found in the catalogue, so that a table that is added later is emptied too.
_TABLES = text("""
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND EXISTS (SELECT FROM pg_attribute
            WHERE attrelid = pg_class.oid AND attname = 'tenant_id' AND NOT attisdropped)
     ORDER BY relname
""")
_REFERENCES = text("""
    SELECT one.relname AS of, other.relname AS to FROM pg_constraint
      JOIN pg_class AS one ON one.oid = conrelid JOIN pg_class AS other ON other.oid = confrelid
     WHERE contype = 'f' AND NOT condeferrable AND conrelid <> confrelid
""")


class NotDeleted(Mendable, RuntimeError):
    """Rows of the company would have been left behind; the message says where. Nothing was changed."""


def delete(tenant: Tenant) -> dict[str, int]:
    """Remove the entered company; by table, how many rows. All of it or nothing, and what was done is kept.

    It is suspended first and its accesses ended, so that nobody writes meanwhile and open screens close.
    """
    tenant_id, slug, name = tenant.id, tenant.slug, tenant.name
    suspension.suspend(tenant)
    enter_tenant(tenant_id)
    _end_access(tenant_id)
    for left in reversed(range(_TRIES)):
        try:
            removed = _remove(tenant_id)
            house_log.record("deleted", slug, tenant_id, name=name, rows=removed)
            db.session.commit()
            break
        except (IntegrityError, OperationalError) as error:
            db.session.rollback()
            if not left:
                raise NotDeleted(
                    f"Something was written for {slug} again and again. It is suspended, and nothing was"
                    " removed: try once more."
                ) from error
            time.sleep(_PAUSE)
    return removed


def _remove(tenant_id: uuid.UUID) -> dict[str, int]:
    removed = {}
    for table in in_order():
        rows = db.session.connection().execute(_of(table), {"tenant_id": tenant_id}).rowcount
        if rows:
            removed[table] = rows
    db.session.connection().execute(text("DELETE FROM tenants WHERE id = :id"), {"id": tenant_id})
    return removed


def in_order() -> list[str]:
    """All tables of tenants, each before those that its rows refer to."""
    left = set(db.session.scalars(_TABLES))
    references = [(row.of, row.to) for row in db.session.execute(_REFERENCES)]
    ordered: list[str] = []
    while left:
        referred_to = {to for of, to in references if of in left}
        free = sorted(left - referred_to)
        if not free:
            raise NotDeleted(f"These tables refer to each other: {', '.join(sorted(left))}.")
        ordered += free
        left -= set(free)
    return ordered


def _end_access(tenant_id: uuid.UUID) -> None:
    now = func.clock_timestamp()
    for table, column in (
        (StaffSession, StaffSession.ended_at),
        (Tablet, Tablet.ended_at),
        (ApiKey, ApiKey.revoked_at),
    ):
        db.session.execute(
            update(table).where(table.tenant_id == tenant_id, column.is_(None)).values({column.key: now})
        )
    db.session.commit()


def _of(table: str) -> TextClause:
    return text(f"DELETE FROM {table} WHERE tenant_id = :tenant_id")  # noqa: S608 (the catalogue's word)
