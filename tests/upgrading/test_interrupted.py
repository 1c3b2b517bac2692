"""An upgrade that ends in the middle, wherever that is, leaves nothing half: the next one goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from ordertrack.database import schema
from ordertrack.database.config import ROOT, Settings
from support.database import connect
from support.quiet_database import empty_database
from support.server import wait_for
from upgrading.schema_picture import Picture, bring_to, picture, picture_on, trace_on

REVISIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory(str(ROOT / "ordertrack/migrations")).walk_revisions()))
]


def end(beside: psycopg.Connection[Any], process: int) -> None:
    """End this process of the database; told to wait for that itself, it looks but ten times a second."""
    beside.execute("SELECT pg_terminate_backend(%s)", [process])
    is_gone = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)"
    wait_for(lambda: beside.execute(is_gone, [process]).fetchone() == (True,), "its end")


@contextmanager
def ended_at(settings: Settings, beside: psycopg.Connection[Any], number: int) -> Iterator[None]:
    """The database ends the operator's connection at the statement of this number."""
    sent = 0

    def count(connection: Connection, *_: Any) -> None:
        nonlocal sent
        if connection.engine.url.database == settings.operator_url.database:
            sent += 1
            if sent == number:
                process = connection.connection.driver_connection.info.backend_pid
                end(beside, process)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", count)


@pytest.fixture(scope="module")
def uninterrupted(
    settings: Settings, clean: Picture, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Picture]:
    """What each revision leaves where nothing ends."""
    left = {}
    with empty_database(settings, "uninterrupted", tmp_path_factory.mktemp("uninterrupted")) as made:
        for revision in REVISIONS[:-1]:
            bring_to(made, revision)
            left[revision] = picture(made)
    return left | {REVISIONS[-1]: clean}


@pytest.fixture(scope="module")
def ended_often(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A database in which each revision follows those that have ended in their middle before it."""
    with empty_database(settings, "ended_often", tmp_path_factory.mktemp("ended")) as made:
        yield made


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision_that_ends_at_any_of_its_statements_can_be_run_again(
    ended_often: Settings, uninterrupted: dict[str, Picture], revision: str
) -> None:
    if (before := REVISIONS.index(revision)) > 0:
        bring_to(ended_often, REVISIONS[before - 1])  # it is there, unless this revision is tested alone
    with connect(ended_often.operator_url, autocommit=True) as beside:
        now = untouched = picture_on(beside, ended_often.app_role)
        seen = trace_on(beside, ended_often.app_role)
        ended = 0
        while now["revision"] == untouched["revision"]:
            with ended_at(ended_often, beside, ended + 1):
                try:
                    schema.upgrade(ended_often)
                except DBAPIError:
                    ended += 1
            if (trace := trace_on(beside, ended_often.app_role)) != seen:
                seen, now = trace, picture_on(beside, ended_often.app_role)
                assert now["revision"] != untouched["revision"] or now == untouched
    assert ended > 8
    assert now == uninterrupted[revision]
