"""A table is declared by the revision that makes it: its columns, who sees which rows, who may do what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from ordertrack.database import migrating
from ordertrack.database.config import Settings
from support.database import connect

_TABLES = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
_COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name <> 'alembic_version'
"""
_RIGHTS = """
    SELECT relname, attname, held.name FROM pg_class
      JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped,
           (VALUES ('SELECT'), ('INSERT'), ('UPDATE')) AS held (name)
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND has_column_privilege(%(role)s, pg_class.oid, attnum, held.name)
    UNION ALL
    SELECT relname, '', held.name FROM pg_class,
           (VALUES ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) AS held (name)
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND has_table_privilege(%(role)s, pg_class.oid, held.name)
"""
_OF_TABLE = ("DELETE",)


@pytest.fixture
def operator(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    with connect(settings.operator_url) as connection:
        yield connection


def columns(operator: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """By table, the names of its columns."""
    found: dict[str, list[str]] = {}
    for table, column in operator.execute(_COLUMNS):
        found.setdefault(table, []).append(column)
    return found


def test_every_table_is_named_by_a_revision(operator: psycopg.Connection[Any]) -> None:
    assert sorted(name for (name,) in operator.execute(_TABLES)) == migrating.tables()


def test_the_application_may_do_what_revisions_grant_and_nothing_else(
    operator: psycopg.Connection[Any], settings: Settings
) -> None:
    there = columns(operator)
    granted = set()
    for grant in migrating.grants():
        rights, _, table = grant.rpartition(" ON ")
        if table not in there:
            continue  # a function's
        for right, named in re.findall(r"(\w+)(?: \(([^)]*)\))?", rights):
            of = [""] if right in _OF_TABLE else named.split(", ") if named else there[table]
            granted |= {(table, column, right) for column in of}
    assert set(operator.execute(_RIGHTS, {"role": settings.app_url.username})) == granted
