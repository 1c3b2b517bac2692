"""An upgrade that ends in the middle, wherever that is, leaves nothing half: the next one goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from ordertrack.database import schema
from ordertrack.database.config import ROOT, Settings
from support.database import connect
from upgrading.schema_picture import Picture, bring_to, picture

REVISIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory(str(ROOT / "ordertrack/migrations")).walk_revisions()))
]


@contextmanager
def ended_at(settings: Settings, number: int) -> Iterator[None]:
    """The database ends the operator's connection at the statement of this number."""
    sent = 0

    def count(connection: Connection, *_: Any) -> None:
        nonlocal sent
        if connection.engine.url.database == settings.operator_url.database:
            sent += 1
            if sent == number:
                process = connection.connection.driver_connection.info.backend_pid
                with connect(settings.operator_url, autocommit=True) as beside:
                    beside.execute("SELECT pg_terminate_backend(%s, 5000)", [process])

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", count)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision_that_ends_at_any_of_its_statements_can_be_run_again(
    empty: Settings, clean: Picture, revision: str
) -> None:
    if (before := REVISIONS.index(revision)) > 0:
        bring_to(empty, REVISIONS[before - 1])
    untouched = picture(empty)
    ended = 0
    while (now := picture(empty))["revision"] == untouched["revision"]:
        assert now == untouched
        with ended_at(empty, ended + 1):
            try:
                schema.upgrade(empty)
            except DBAPIError:
                ended += 1
    assert ended > 8
    schema.upgrade(empty)
    assert picture(empty) == clean
