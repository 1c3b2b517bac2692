"""Two thousand screens: all come back in one moment, or all must go in one moment."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from faults.crowd import Crowd, Ending
from faults.load import BOARD, BOARDS, PAUSE, Load, prove
from ordertrack.boards.columns import KITCHEN
from ordertrack.database.config import Settings
from support.cast import House
from support.processes import metric
from support.server import Server, wait_for

SCREENS = 2000
GENTLE = 0.4  # seconds between two calls of a writer: each is told to two thousand, who read it in Python
READS = "ordertrack_event_reads_total"
SNAPSHOTS = "ordertrack_snapshots_total"


@pytest.fixture(scope="module")
def going(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("going")
    running = Server(settings, folder, ORDERTRACK_LIMITS=f"streams_per_session={SCREENS + BOARDS}")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def load(going: Server, make_house: Callable[..., House], settings: Settings) -> Iterator[Load]:
    with Load(going.port, make_house("Cedar", ("hamra",)), settings) as load:
        load.pause = GENTLE
        yield load


@pytest.fixture(scope="module")
def crowd(going: Server, load: Load) -> Iterator[Crowd]:
    headers = load.boards.headers
    with Crowd(going.port, BOARD, headers, SCREENS, load.log.head()) as crowd:
        wait_for(lambda: crowd.streaming == SCREENS, "all screens", 30)
        yield crowd


def test_all_come_back_current_and_the_log_is_read_no_oftener_for_it(
    going: Server, load: Load, crowd: Crowd
) -> None:
    crowd.comes_back = False
    crowd.drop()
    wait_for(lambda: crowd.streaming == 0, "all to be gone")
    load.pause = PAUSE
    load.goes_on(30)
    load.pause = GENTLE
    reads, events = metric(going, READS), len(load.log.seqs())
    snapshots = metric(going, SNAPSHOTS)
    crowd.comes_back = True
    wait_for(lambda: crowd.streaming == SCREENS, "all screens to be back", 30)
    prove(crowd, load.log.seqs(KITCHEN.statuses))
    # Of two workers the tenant's owner reads each event of the load once, and what was missed once or twice.
    happened = len(load.log.seqs()) - events
    assert metric(going, READS) - reads <= happened + 10
    assert metric(going, SNAPSHOTS) == snapshots
    assert {sum(reader.endings.values()) for reader in crowd.readers} == {1}


def test_sigterm_closes_all_within_two_seconds_and_the_next_server_makes_them_current(
    going: Server, load: Load, crowd: Crowd
) -> None:
    before = endings(crowd)
    crowd.comes_back = False
    told = time.monotonic()
    going.terminate()
    wait_for(lambda: crowd.streaming == 0, "all streams to be closed", 10)
    assert max(reader.ended_at for reader in crowd.readers) - told < 2
    assert endings(crowd) - before == {Ending.CLOSED: SCREENS}
    assert not any(reader.strange for reader in crowd.readers)
    going.wait()
    going.start()
    crowd.comes_back = True
    prove(crowd, load.log.seqs(KITCHEN.statuses))


def endings(crowd: Crowd) -> Counter[Ending]:
    return sum((reader.endings for reader in crowd.readers), Counter[Ending]())
