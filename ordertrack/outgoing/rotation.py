"""Sealing all that is kept sealed anew, with the newest key."""

from __future__ import annotations

from psycopg import sql
from sqlalchemy import text

from ordertrack.database.session import db, enter_tenant
from ordertrack.outgoing import sealing

_COLUMNS = text("""
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name LIKE 'sealed\\_%' ORDER BY table_name, column_name
""")


def seal_all_anew() -> int:
    """Of all tenants, each in a transaction of its own; how many. For an operator.

    Raises SealedByAnother at the first that cannot be opened; what was sealed anew before stays that.
    """
    columns = [(row.table_name, row.column_name) for row in db.session.execute(_COLUMNS)]
    tenants = db.session.scalars(text("SELECT id FROM tenants ORDER BY id")).all()
    db.session.rollback()
    sealed = 0
    for tenant_id in tenants:
        enter_tenant(tenant_id)
        for table, column in columns:
            sealed += _seal_anew(table, column)
        db.session.commit()
    return sealed


def _seal_anew(table: str, column: str) -> int:
    """In the tenant that was entered, which is all that is seen. Rows are held until the commit."""
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
    read = sql.SQL("SELECT ctid::text, {column} FROM {table} WHERE {column} IS NOT NULL FOR UPDATE")
    write = sql.SQL("UPDATE {table} SET {column} = %s WHERE ctid = %s::tid")
    connection = db.session.connection()
    found = connection.exec_driver_sql(read.format(**names).as_string()).all()
    for place, sealed in found:
        connection.exec_driver_sql(write.format(**names).as_string(), (sealing.seal_anew(sealed), place))
    return len(found)
