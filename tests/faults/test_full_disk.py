"""The disk of the database is full: said in a sentence, nothing half done, and over when there is room."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from faults.history_of import operator
from faults.load import Load
from ordertrack.database.config import Settings
from ordertrack.server import consistency
from support.own_database import OnASmallDisk, open_house
from support.processes import metric, workers
from support.server import wait_for

LISTENING = "ordertrack_listener_connects_total"
SENTENCE = "The disk of the database is full."


@pytest.fixture(scope="module")
def cramped(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnASmallDisk]:
    folder = Path(tempfile.mkdtemp(prefix="ordertrack-test-"))
    running = OnASmallDisk(settings, tmp_path_factory.mktemp("cramped"), folder)
    running.start()
    yield running
    running.free()
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def load(cramped: OnASmallDisk) -> Iterator[Load]:
    with Load(cramped.port, open_house(cramped.settings), cramped.settings) as load:
        yield load


def refused_for_the_disk(load: Load) -> int:
    return sum(sentence.startswith(SENTENCE) for sentence in load.refusals)


def test_a_table_that_cannot_grow_is_503_that_says_so(cramped: OnASmallDisk, load: Load) -> None:
    load.goes_on()
    serving = workers(cramped)
    cramped.fill()
    wait_for(lambda: refused_for_the_disk(load) > 20, f"refusals that name the disk; {load}", 40)
    assert not any(reader.endings for reader in (*load.boards.readers, *load.programs.readers))
    assert workers(cramped) == serving
    os.kill(serving[0], signal.SIGKILL)  # a worker must find all that it needs on a full disk, too
    wait_for(lambda: metric(cramped, LISTENING) == 3, "another worker that listens")
    load.all_stream()
    cramped.free()
    load.goes_on()
    contradicted = [finding.claim for finding in consistency.check(cramped.settings) if not finding.holds]
    assert contradicted == []


def gave_up(server: OnASmallDisk) -> bool:
    """Make PostgreSQL's write-ahead log want another piece; whether it has ended itself over that."""
    url = operator(server.settings)
    with suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_switch_wal()")
        connection.execute("SELECT pg_logical_emit_message(false, 'test', repeat('x', 100000))")
    return "PostgreSQL has gone; starting it again (try 2)" in server.log.read_text()


def test_a_database_that_went_down_over_it_comes_back_by_itself(cramped: OnASmallDisk, load: Load) -> None:
    load.goes_on()
    serving = workers(cramped)
    readers = [*load.boards.readers, *load.programs.readers]
    ended = sum(sum(reader.endings.values()) for reader in readers)
    refused = refused_for_the_disk(load)
    cramped.fill()
    wait_for(lambda: gave_up(cramped), "PostgreSQL to give up, and a second try to start it", 40)
    wait_for(lambda: refused_for_the_disk(load) > refused + 20, f"refusals that name the disk; {load}", 40)
    cramped.free()
    load.goes_on(patience=40)
    load.all_stream()
    assert sum(sum(reader.endings.values()) for reader in readers) == ended, "no stream had to end for that"
    assert workers(cramped) == serving
    contradicted = [finding.claim for finding in consistency.check(cramped.settings) if not finding.holds]
    assert contradicted == []
