"""A database made beside the house's, filled out of sight, and put in its place by one rename."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, ObjectInUse
from sqlalchemy import URL

from ordertrack.database import connecting
from ordertrack.database.connecting import Connection
from ordertrack.operating.backup import programs
from ordertrack.operating.backup.manifest import Manifest
from ordertrack.operating.backup.problems import RestoreRefused, UnusableBackup

_MAINTENANCE = ("postgres", "template1")
_PATIENCE = 3600.0  # seconds
_SINCE = 17  # the version whose dumps begin with settings that earlier servers do not know
# Of other roles' sessions one without special rights may not see what kind they are.
_OTHERS = """
    SELECT DISTINCT coalesce(nullif(application_name, ''), usename, 'somebody') FROM pg_stat_activity
     WHERE datname = %s AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
       AND coalesce(backend_type, 'client backend') = 'client backend' LIMIT 5
"""
_BROKEN_OFF = """
    SELECT datname FROM pg_database WHERE datname LIKE %s AND pg_has_role(datdba, 'USAGE')
       AND oid NOT IN (SELECT datid FROM pg_stat_activity WHERE datid IS NOT NULL)
"""
_LIKE = """
    SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = %s
"""
# Roles are another server's: whom these policies are for is said anew by the upgrade.
_OF_A_ROLE = re.compile(r"\bPOLICY public tenants operator\b")


@contextmanager
def beside(url: URL) -> Iterator[URL]:
    """A fresh database on the server of this one, dropped unless it was put in its place meanwhile."""
    name = f"{url.database}_restored_{secrets.token_hex(4)}"
    with _maintenance(url) as connection:
        for (left,) in connection.execute(_BROKEN_OFF, [rf"{url.database}\_restored\_________"]).fetchall():
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(left)))
        try:
            row = connection.execute(_LIKE, [url.database]).fetchone()
            assert row is not None
            create = sql.SQL(
                "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}"
            ).format(sql.Identifier(name), *map(sql.Literal, row))
            connection.execute(create)
        except InsufficientPrivilege as error:
            raise RestoreRefused(
                f"The role {url.username} may not make databases, and a backup is loaded into a new one,"
                " which then takes the place of the house's. Nothing was changed. Have a superuser run:"
                f" ALTER ROLE {url.username} CREATEDB"
            ) from error
    try:
        yield url.set(database=name)
    finally:
        with _maintenance(url) as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)


def refuse_in_use(url: URL) -> None:
    """Raise RestoreRefused while anybody is connected to the house's database."""
    with _maintenance(url) as connection:
        others = [str(name) for (name,) in connection.execute(_OTHERS, [url.database]).fetchall()]
    if others:
        raise RestoreRefused(
            f"The database {url.database} is in use ({', '.join(others)}). Stop every server and command that"
            " works on it, then restore. Nothing was changed."
        )


def load(url: URL, dump: Path, manifest: Manifest) -> None:
    """Fill an empty database, and find each table's rows in it before policies can hide any.

    Raises UnusableBackup.
    """
    address, environ = programs.connection(url)
    with connecting.direct(url, "ordertrack restore", _PATIENCE) as connection:
        major = connection.info.server_version // 10_000
        if major < _SINCE <= manifest.pg_dump:
            raise UnusableBackup(
                f"This backup was written by PostgreSQL {manifest.pg_dump}, and the server here is of version"
                f" {major}, which cannot read what {_SINCE} and later ones write. Restore it into PostgreSQL"
                f" {_SINCE} or newer. Nothing was changed."
            )
        program = programs.find("pg_restore", max(major, manifest.pg_dump)).path
        listed = _run([str(program), "--list", str(dump)], environ)
        with tempfile.NamedTemporaryFile("w", suffix=".list") as kept:
            kept.writelines(line for line in listed.splitlines(True) if not _OF_A_ROLE.search(line))
            kept.flush()
            options = ("--no-owner", "--no-privileges", "--exit-on-error", f"--use-list={kept.name}")
            for section in ("pre-data", "data"):
                _run(
                    [str(program), *options, f"--section={section}", f"--dbname={address}", str(dump)],
                    environ,
                )
            _refuse_lost(connection, manifest)
            _run([str(program), *options, "--section=post-data", f"--dbname={address}", str(dump)], environ)
        connection.execute("ANALYZE")


def put_in_place(url: URL, staged: URL) -> str:
    """Rename both in one transaction; how the one that was there is called now. Raises RestoreRefused."""
    refuse_in_use(url)
    before = f"{url.database}_before_{dt.datetime.now(dt.UTC):%Y%m%d%H%M%S}"
    _rename(url, (str(url.database), before), (str(staged.database), str(url.database)))
    return before


def take_back(url: URL, before: str, staged: URL) -> None:
    """As it was before `put_in_place`."""
    _rename(url, (str(url.database), str(staged.database)), (before, str(url.database)))


def drop(url: URL, name: str) -> None:
    with _maintenance(url) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _rename(url: URL, *names: tuple[str, str]) -> None:
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with _maintenance(url) as connection:
        try:
            with connection.transaction():
                for old, new in names:
                    connection.execute(rename.format(sql.Identifier(old), sql.Identifier(new)))
        except ObjectInUse as error:
            raise RestoreRefused(
                f"The database {url.database} is in use. Stop every server and command that works on it, then"
                " restore. Nothing was changed."
            ) from error


def _refuse_lost(connection: Connection, manifest: Manifest) -> None:
    for table, number in manifest.rows.items():
        query = sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))
        row = connection.execute(query).fetchone()
        if row is None or row[0] != number:
            raise UnusableBackup(
                f"The backup does not hold what it says: {row and row[0]} of {number} rows of {table}."
                " Nothing was changed."
            )


def _run(command: list[str], environ: dict[str, str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)  # noqa: S603
    if done.returncode != 0:
        raise UnusableBackup(
            f"The backup cannot be loaded: {programs.first_line(done.stderr)}. Nothing was changed."
        )
    return done.stdout


@contextmanager
def _maintenance(url: URL) -> Iterator[Connection]:
    """A connection to another database of the same server."""
    for name in _MAINTENANCE:
        try:
            connection = connecting.direct(url.set(database=name), "ordertrack restore", _PATIENCE)
        except psycopg.OperationalError:
            if name == _MAINTENANCE[-1]:
                raise
            continue
        with connection:
            yield connection
        return
