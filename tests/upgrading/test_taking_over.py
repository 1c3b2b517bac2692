"""A server takes over from another one on its data folder: under taps and boards, and nobody notices."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from ordertrack.database.config import Settings
from support.cast import House
from support.command_line import run
from support.http_client import Caller
from support.processes import metric, workers
from support.quiet_database import quiet_fixtures
from support.server import Server, wait_for
from upgrading.drill import upgrade

settings, app, operator_app, make_house = quiet_fixtures("module")

TAPS = 15  # a second


@pytest.fixture
def old(settings: Settings, tmp_path: Path) -> Iterator[Server]:
    server = Server(settings, tmp_path)
    server.start()
    yield server
    server.stop()


def test_under_taps_nothing_is_lost_or_doubled_and_no_connection_refused(
    old: Server, cedar: House, settings: Settings
) -> None:
    before = workers(old)
    found = upgrade(old, cedar, settings, TAPS)
    assert found.taps and not found.lost and not found.doubled and not found.missed_by_boards
    assert not found.refused, found
    assert not set(before) & set(workers(old))
    assert Caller(old.port).call("/readyz").status == 200
    # A signal that reloads elsewhere is answered in the log, and the server goes on.
    assert old._process is not None
    for number in (signal.SIGHUP, signal.SIGUSR2, signal.SIGTTOU):
        os.kill(old._process.pid, number)
        wait_for(lambda: f"SIG{number.name[3:]} does nothing here" in old.log.read_text(), number.name)  # noqa: B023
    assert len(workers(old)) == 2


def test_one_that_cannot_take_over_says_why_and_the_other_goes_on(
    old: Server, settings: Settings, tmp_path: Path
) -> None:
    port = str(old.port + 1 if old.port < 65535 else old.port - 1)
    refused = run(settings, "serve", "--take-over", folder=tmp_path, PORT=port)
    assert refused.returncode == 1
    assert f"answers at 127.0.0.1:{old.port}" in refused.stderr and "Traceback" not in refused.stderr
    elsewhere = run(settings, "serve", "--take-over", folder=tmp_path, PORT=str(old.port), HOST="0.0.0.0")
    assert elsewhere.returncode == 1 and "say HOST=127.0.0.1" in elsewhere.stderr
    wait_for(lambda: old.log.read_text().count("has gone; this one goes on") == 2, "the other to notice")
    # With more workers than before, and fewer afterwards, each connection is somebody's.
    for count in ("3", "1"):
        old.take_over(WEB_CONCURRENCY=count)
        wait_for(lambda: len(workers(old)) == int(count), "the workers")  # noqa: B023
        assert {Caller(old.port).call("/readyz").status for _ in range(20)} == {200}
    assert metric(old, "ordertrack_bus_connected") == 1
