"""A database beside the suite's, which no server of the suite knows: nothing happens there but the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from flask import Flask
from sqlalchemy import text

from ordertrack.database import schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db, operator_connection
from support import cast
from support.cast import House
from support.server import share_static


def keep_pattern(settings: Settings) -> None:
    """Copy the suite's database while nobody is connected to it: others are made of the copy."""
    with operator_connection(settings.operator_url.set(database="postgres")) as connection:
        of = settings.operator_url.database
        connection.execute(text(f'CREATE DATABASE "{pattern_of(settings)}" TEMPLATE "{of}"'))


def drop_pattern(settings: Settings) -> None:
    with operator_connection(settings.operator_url) as connection:
        connection.execute(text(f'DROP DATABASE "{pattern_of(settings)}"'))


def pattern_of(settings: Settings) -> str:
    return f"{settings.operator_url.database}_pattern"


@contextmanager
def empty_database(
    beside: Settings, name: str, folder: Path, pattern: str = "template1", **environ: str
) -> Iterator[Settings]:
    """A new database on the suite's database server; gone afterwards, with its application's role."""
    share_static(folder)
    name = f"{beside.operator_url.database}_{name}"
    url = beside.operator_url.set(database=name).render_as_string(hide_password=False)
    with operator_connection(beside.operator_url) as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{pattern}"'))
        made = Settings.from_environment({"ORDERTRACK_DATA": str(folder), "DATABASE_URL": url} | environ)
        try:
            yield made
        finally:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
            connection.execute(text(f'DROP ROLE IF EXISTS "{made.app_role}"'))


@contextmanager
def quiet_database(beside: Settings, folder: Path) -> Iterator[Settings]:
    """A new database with an up-to-date schema: no revision runs, its own role gets its rights."""
    with empty_database(beside, folder.name, folder, pattern_of(beside)) as made:
        schema.upgrade(made)
        yield made


@contextmanager
def bare_app(settings: Settings, as_operator: bool = False) -> Iterator[Flask]:
    """An application without routes on this database, whose connections end with it."""
    made = make_bare_app(settings, as_operator=as_operator)
    yield made
    with made.app_context():
        db.engine.dispose()


def quiet_fixtures(scope: Literal["module", "package"]) -> tuple[Any, Any, Any, Any]:
    """The suite's `settings, app, operator_app, make_house` anew, for a test file or a folder.

    Assigned to these names there, they take the place of the suite's: everything is in a quiet database then.
    """

    @pytest.fixture(scope=scope)
    def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
        with quiet_database(settings, tmp_path_factory.mktemp("quiet")) as made:
            yield made

    @pytest.fixture(scope=scope)
    def app(settings: Settings) -> Iterator[Flask]:
        with bare_app(settings) as made:
            yield made

    @pytest.fixture(scope=scope)
    def operator_app(settings: Settings) -> Iterator[Flask]:
        with bare_app(settings, as_operator=True) as made:
            yield made

    @pytest.fixture(scope=scope)
    def make_house(operator_app: Flask) -> Callable[..., House]:
        return partial(cast.make_house, operator_app)

    return settings, app, operator_app, make_house
