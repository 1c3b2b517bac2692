"""Sealing all that is kept sealed anew, with the newest key."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from psycopg import sql
from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from ordertrack.database.session import db, enter_tenant
from ordertrack.database.settings_error import Mendable
from ordertrack.outgoing import sealing

PATIENCE = 5.0  # seconds that one company's secrets are waited for before the others come first
TRIES = 6
_LOCK_TIMEOUT = text("SELECT set_config('lock_timeout', :patience, true)")
_COLUMNS = text("""
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name LIKE 'sealed\\_%' ORDER BY table_name, column_name
""")


class SecretsInUse(Mendable, RuntimeError):
    """Somebody holds secrets that are to be sealed anew, and does not let go of them."""


def seal_all_anew() -> int:
    """Of all tenants, each in a transaction of its own; how many. For an operator.

    A tenant whose secrets somebody holds is tried again after the others. Raises SecretsInUse when that was
    in vain, and SealedByAnother at the first that cannot be opened; what was sealed anew before stays that.
    """
    columns = [(str(table), str(column)) for table, column in db.session.execute(_COLUMNS)]
    left: Sequence[uuid.UUID] = db.session.scalars(text("SELECT id FROM tenants ORDER BY id")).all()
    db.session.rollback()
    sealed = 0
    for _try in range(TRIES):
        held = []
        for tenant_id in left:
            try:
                sealed += _seal_tenant_anew(tenant_id, columns)
            except OperationalError as error:
                if not isinstance(error.orig, LockNotAvailable):
                    raise
                held.append(tenant_id)
            finally:
                db.session.rollback()
        if not held:
            return sealed
        left = held
    raise SecretsInUse(
        f"Secrets of {len(left)} of the companies ({', '.join(map(str, left[:3]))}) are held by another"
        f" connection, which did not let go of them for {TRIES * PATIENCE:.0f} seconds. End it, then run this"
        f" again: {sealed} secret(s) of the others were sealed anew, and the key before still opens the rest."
    )


def _seal_tenant_anew(tenant_id: uuid.UUID, columns: Sequence[tuple[str, str]]) -> int:
    enter_tenant(tenant_id)
    db.session.execute(_LOCK_TIMEOUT, {"patience": f"{PATIENCE * 1000:.0f}ms"})
    sealed = sum(_seal_anew(tenant_id, *columns[place]) for place in _that_hold_any(tenant_id, columns))
    db.session.commit()
    return sealed


def _that_hold_any(tenant_id: uuid.UUID, columns: Sequence[tuple[str, str]]) -> list[int]:
    """The places of the columns in which the tenant has anything: asked at once, for most have nothing.

    Each statement names the tenant: an operator who is a superuser sees the rows of all.
    """
    exists = sql.SQL("EXISTS (SELECT FROM {} WHERE tenant_id = %(tenant)s AND {} IS NOT NULL)")
    each = [exists.format(sql.Identifier(table), sql.Identifier(column)) for table, column in columns]
    asked = sql.SQL("SELECT {}").format(sql.SQL(", ").join(each)).as_string()
    row = db.session.connection().exec_driver_sql(asked, {"tenant": tenant_id}).one()
    return [place for place, is_there in enumerate(row) if is_there]


def _seal_anew(tenant_id: uuid.UUID, table: str, column: str) -> int:
    """Rows are held until the commit."""
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
    read = sql.SQL(
        "SELECT ctid::text, {column} FROM {table} WHERE tenant_id = %s AND {column} IS NOT NULL FOR UPDATE"
    )
    write = sql.SQL("UPDATE {table} SET {column} = %s WHERE ctid = %s::tid")
    connection = db.session.connection()
    found = connection.exec_driver_sql(read.format(**names).as_string(), (tenant_id,)).all()
    for place, sealed in found:
        connection.exec_driver_sql(write.format(**names).as_string(), (sealing.seal_anew(sealed), place))
    return len(found)
