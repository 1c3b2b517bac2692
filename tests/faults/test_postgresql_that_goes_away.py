"""PostgreSQL stops and comes back beneath a running server: told in words meanwhile, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.load import PAUSE, Load
from ordertrack.database import embedded, schema
from ordertrack.database.config import Settings
from ordertrack.live.listener import HEARTBEAT
from support.http_client import Caller
from support.own_database import Alone, open_house
from support.processes import workers
from support.server import Server, wait_for
from support.suite import left_behind


@pytest.fixture(scope="module")
def data_folder() -> Iterator[Path]:
    """Not below pytest's own folders, which no other user may enter: PostgreSQL may run as one."""
    folder = Path(tempfile.mkdtemp(prefix="ordertrack-test-"))
    left_behind.end_database_with_us(folder)
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def operators(data_folder: Path) -> Settings:
    """A database that an operator keeps, and that the server is only given the address of."""
    settings = Settings.from_environment({"ORDERTRACK_DATA": str(data_folder)})
    schema.upgrade(settings)
    return settings


@pytest.fixture(scope="module")
def beside(operators: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(operators, tmp_path_factory.mktemp("beside"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def load(operators: Settings, beside: Server) -> Iterator[Load]:
    with Load(beside.port, open_house(operators), operators) as load:
        yield load


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_it_is_503_in_words_meanwhile_and_all_is_current_afterwards(
    load: Load, beside: Server, operators: Settings, data_folder: Path, mode: str
) -> None:
    load.all_stream()
    load.goes_on()
    serving = workers(beside)
    readers = [*load.boards.readers, *load.programs.readers]
    refused = len(load.refusals)
    embedded.pg_ctl(data_folder, "stop", "-m", mode)
    assert not embedded.is_running(data_folder)
    stopped = time.monotonic()
    wait_for(lambda: len(load.refusals) >= refused + 5, "refusals")
    assert "The database cannot be used at this moment" in load.refusals[-1]
    assert Caller(beside.port).call("/readyz").status == 503
    beats = sum(reader.heartbeats for reader in readers)
    if mode == "fast":  # long enough for a heartbeat, which would say that all is well
        load.pause = 0.2  # twelve seconds of refusals
        wait_for(lambda: time.monotonic() > stopped + HEARTBEAT + 1, "a heartbeat's time")
        assert sum(reader.heartbeats for reader in readers) == beats
        load.pause = PAUSE
    assert not embedded.is_running(data_folder), "it is the operator's, and nobody else starts it"
    embedded.start_again(data_folder, str(operators.operator_url.query["host"]))
    load.goes_on()
    wait_for(lambda: Caller(beside.port).call("/readyz").status == 200, "the server to be ready")
    assert not any(reader.endings for reader in readers), "no stream had to end for that"
    assert workers(beside) == serving


def postmaster(server: Alone) -> int:
    return int((server.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])


@pytest.fixture
def alone(settings: Settings, tmp_path: Path) -> Iterator[Alone]:
    folder = Path(tempfile.mkdtemp(prefix="ordertrack-test-"))
    running = Alone(settings, tmp_path, folder)
    running.start()
    yield running
    running.stop()
    shutil.rmtree(folder)


def test_a_server_starts_its_own_database_again_but_not_when_it_goes_itself(alone: Alone) -> None:
    with Load(alone.port, open_house(alone.settings), alone.settings) as load:
        os.kill(postmaster(alone), signal.SIGKILL)
        load.goes_on(patience=20)
    assert "PostgreSQL has gone; starting it again (try 1)" in alone.log.read_text()
    os.kill(postmaster(alone), signal.SIGKILL)
    alone.stop()
    assert not embedded.is_running(alone.data_folder)


def test_after_a_crash_it_starts_although_its_old_number_is_another_process_by_now(alone: Alone) -> None:
    note = alone.folder / "postgres" / "postmaster.pid"
    lines = note.read_text().splitlines(keepends=True)
    os.kill(postmaster(alone), signal.SIGKILL)
    alone.kill()
    wait_for(lambda: not embedded.is_running(alone.data_folder), "it to be gone")
    note.write_text("".join([f"{os.getpid()}\n", *lines[1:]]))
    alone.start()
    alone.stop()
    assert not embedded.is_running(alone.data_folder)
