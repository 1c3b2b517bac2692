"""A database beside the suite's, which no server of the suite knows: nothing happens there but the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from ordertrack.database import schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db, operator_connection


@contextmanager
def empty_database(beside: Settings, name: str, folder: Path, **environ: str) -> Iterator[Settings]:
    """A new database on the suite's database server; gone afterwards, with its application's role."""
    name = f"{beside.operator_url.database}_{name}"
    url = beside.operator_url.set(database=name).render_as_string(hide_password=False)
    with operator_connection(beside.operator_url) as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        made = Settings.from_environment({"ORDERTRACK_DATA": str(folder), "DATABASE_URL": url} | environ)
        try:
            yield made
        finally:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
            connection.execute(text(f'DROP ROLE IF EXISTS "{made.app_role}"'))


@contextmanager
def quiet_database(beside: Settings, folder: Path) -> Iterator[Settings]:
    """One that is up to date."""
    with empty_database(beside, folder.name, folder) as made:
        schema.upgrade(made)
        yield made


@contextmanager
def bare_app(settings: Settings, as_operator: bool = False) -> Iterator[Flask]:
    """An application without routes on this database, whose connections end with it."""
    made = make_bare_app(settings, as_operator=as_operator)
    yield made
    with made.app_context():
        db.engine.dispose()
