"""What a database's schema is, as rows that can be compared: what migrations, grants and policies made."""

from __future__ import annotations

from typing import Any, TypeAlias

import psycopg
from alembic import command

from ordertrack.database import migrating
from ordertrack.database.config import Settings
from ordertrack.database.session import operator_connection
from support.database import connect

Picture: TypeAlias = dict[str, list[str]]
_OURS = "relnamespace = 'public'::regnamespace"
_QUERIES = {
    "revision": "SELECT version_num FROM alembic_version",
    "tables": f"""SELECT relname, relkind, relrowsecurity, relforcerowsecurity, relowner::regrole::text,
        relacl::text FROM pg_class WHERE {_OURS}""",
    "columns": f"""SELECT relname, attname, attnum, format_type(atttypid, atttypmod), attnotnull, attstorage,
            attacl::text, pg_get_expr(adbin, adrelid)
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE {_OURS} AND attnum > 0 AND NOT attisdropped""",
    "constraints": """SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid), condeferred
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "functions": """SELECT pg_get_functiondef(oid), proowner::regrole::text, proacl::text FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace""",
    "triggers": "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    "policies": """SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check
        FROM pg_policies WHERE schemaname = 'public'""",
    "transitions": "SELECT from_status, to_status FROM status_transitions",
}

# All that the queries above read, with what numbers its rows: of an object that is not PostgreSQL's own.
_READ_BY_THEM = {
    **dict.fromkeys(("class", "attrdef", "constraint", "proc", "trigger", "policy"), "oid"),
    "attribute": "attrelid",
    "index": "indexrelid",
}
_OF_PICTURES = ("revision", "transitions")
_TRACE = " UNION ALL ".join(
    f"SELECT '{catalogue}', count(*), sum(xmin::text::bigint) FROM pg_{catalogue} WHERE {number} >= 16384"
    for catalogue, number in _READ_BY_THEM.items()
)


def picture(settings: Settings) -> Picture:
    """By kind, every object as text, in order; the application's role is called `app` in all of them."""
    with connect(settings.operator_url, autocommit=True) as connection:
        return picture_on(connection, settings.app_role)


def picture_on(connection: psycopg.Connection[Any], app_role: str) -> Picture:
    """The same on a connection that is there already, for whoever looks again and again."""
    return {kind: _rows(connection, query, app_role) for kind, query in _QUERIES.items()}


def trace_on(connection: psycopg.Connection[Any], app_role: str) -> Picture:
    """By which transactions all that a picture tells of was written: the same, as long as no picture changes.

    A fraction of what a picture costs; where it is another one, the picture may be the same all the same.
    """
    small = {kind: _rows(connection, _QUERIES[kind], app_role) for kind in _OF_PICTURES}
    return {**small, "rows": _rows(connection, _TRACE, app_role)}


def _rows(connection: psycopg.Connection[Any], query: str, app_role: str) -> list[str]:
    try:
        rows = connection.execute(query).fetchall()
    except psycopg.errors.UndefinedTable:
        return []
    return sorted(str(row).replace(app_role, "app") for row in rows)


def bring_to(settings: Settings, revision: str) -> None:
    """Run the migrations of a database up to this one, and nothing else."""
    with operator_connection(settings.operator_url) as connection:
        connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            command.upgrade(migrating.configuration(connection), revision)
