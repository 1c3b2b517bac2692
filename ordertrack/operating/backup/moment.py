"""One moment of a database, which whoever is told its name sees as well: what there is, counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import NamedTuple

from psycopg import sql
from sqlalchemy import URL

from ordertrack.database import connecting
from ordertrack.database.config import BACKUP_URL
from ordertrack.database.connecting import Connection
from ordertrack.operating.backup.manifest import Head
from ordertrack.operating.backup.problems import BackupRefused

_TABLES = """
    SELECT relname, row_security_active(oid) FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
     ORDER BY relname
"""
_HEADS = """
    SELECT tenants.id::text, slug, epoch, seq, last_at
      FROM tenants JOIN tenant_streams ON tenant_id = tenants.id ORDER BY slug
"""
# However long it takes: nobody waits for it, and it holds nothing that a tap wants.
_PATIENT = """
    SELECT set_config('statement_timeout', '0', false), set_config('lock_timeout', '60s', false),
        set_config('idle_in_transaction_session_timeout', '0', false), set_config('timezone', 'UTC', false)
"""


class Moment(NamedTuple):
    """`snapshot` is its name in PostgreSQL, good while the connection that it was made by is open."""

    snapshot: str
    schema: str
    postgresql: str
    major: int
    rows: dict[str, int]
    heads: list[Head]


@contextmanager
def one_moment(url: URL) -> Iterator[Moment]:
    """Look at the database, and keep what was seen to be seen again until this ends.

    Raises BackupRefused where it is no database of ours, or the role does not see all rows.
    """
    with connecting.direct(url, "ordertrack backup", inf) as connection:
        connection.execute(_PATIENT)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables = connection.execute(_TABLES).fetchall()
        names = [name for name, _ in tables]
        if "alembic_version" not in names or "tenant_streams" not in names:
            raise BackupRefused(
                f"There is no house in the database {url.database}: nothing to make a backup of."
            )
        if hidden := [name for name, is_confined in tables if is_confined]:
            raise BackupRefused(_confined(connection, hidden))
        yield Moment(
            _value(connection, "SELECT pg_export_snapshot()"),
            _value(connection, "SELECT version_num FROM alembic_version"),
            _value(connection, "SHOW server_version").split()[0],
            connection.info.server_version // 10_000,
            {name: _count(connection, name) for name in names},
            [Head(*row) for row in connection.execute(_HEADS).fetchall()],
        )


def _value(connection: Connection, query: str) -> str:
    row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])


def _count(connection: Connection, table: str) -> int:
    query = sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _confined(connection: Connection, hidden: list[str]) -> str:
    role, database = connection.info.user, connection.info.dbname
    return (
        f"The role {role} does not see all rows: row-level security, forced on the owner too, hides those of"
        f" {len(hidden)} tables from it ({', '.join(hidden[:3])}, ...), and a backup made by it would lack"
        f" them. Have a superuser make a role that sees all, and name its address in {BACKUP_URL}:"
        f" CREATE ROLE {database}_backup LOGIN BYPASSRLS PASSWORD '...' IN ROLE pg_read_all_data"
    )
