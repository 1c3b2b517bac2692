"""Each tenant's streams are held by one worker, whichever let them in; one that dies takes only its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from faults.crowd import Crowd
from faults.load import BOARD, Log
from ordertrack.database.config import Settings
from support.cast import House
from support.http_client import Caller, EventStream, sign_in
from support.processes import metric, workers
from support.server import Server, wait_for

SCREENS = 12
ORDER = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}


def screens(server: Server, house: House, log: Log) -> Crowd:
    return Crowd(server.port, BOARD, sign_in(server.port, house.maya).headers, SCREENS, log.head())


def place(server: Server, house: House, log: Log, times: int = 1) -> int:
    """Take orders in, and where the log ends then."""
    for _ in range(times):
        assert Caller(server.port, house.bearer).call("/api/v1/orders", body=ORDER).status == 201
    return int(log.head().partition("-")[2])


def test_an_event_is_rendered_once_a_view_however_many_workers_let_its_screens_in(
    tough: Server, cedar: House, settings: Settings
) -> None:
    log = Log(settings, cedar)
    with screens(tough, cedar, log) as crowd:
        wait_for(lambda: crowd.streaming == SCREENS, "all screens")
        before = metric(tough, "ordertrack_renders_total", 'channel="kitchen"')
        head = place(tough, cedar, log, 8)
        wait_for(lambda: crowd.is_current(head), "all screens to be told")
        rendered = metric(tough, "ordertrack_renders_total", 'channel="kitchen"') - before
    assert rendered == 8
    assert metric(tough, "ordertrack_streams_handed_over_total") > 0, "some were let in by another worker"


@pytest.fixture
def houses(make_house: Callable[..., House]) -> list[House]:
    """Two houses whose streams two workers hold."""
    found: dict[int, House] = {}
    while len(found) < 2:
        house = make_house("Cedar", ("hamra",))
        found[house.tenant_id.int % 2] = house
    return list(found.values())


def test_a_worker_that_dies_takes_the_streams_of_its_own_tenants_and_nobody_elses(
    tough: Server, houses: list[House], settings: Settings
) -> None:
    logs = [Log(settings, house) for house in houses]
    with ExitStack() as open_now:
        crowds = [open_now.enter_context(screens(tough, *pair)) for pair in zip(houses, logs, strict=True)]
        wait_for(lambda: all(crowd.streaming == SCREENS for crowd in crowds), "all screens")
        victim, *others = workers(tough)
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: len(set(workers(tough)) - {victim, *others}) == 1, "another worker")

        def ended() -> list[int]:
            return sorted(sum(each.endings.total() > 0 for each in crowd.readers) for crowd in crowds)

        wait_for(lambda: max(ended()) == SCREENS, "the screens of one house to be cut off")
        wait_for(lambda: all(crowd.streaming == SCREENS for crowd in crowds), "all screens to be back")
        assert ended() == [0, SCREENS]
        for house, log, crowd in zip(houses, logs, crowds, strict=True):
            head = place(tough, house, log)
            wait_for(lambda: crowd.is_current(head), "all screens to be told")  # noqa: B023


@pytest.fixture(scope="module")
def sharing(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers, and a small share for each sign-in."""
    limits = {"ORDERTRACK_LIMITS": "streams_per_session=4"}
    running = Server(settings, tmp_path_factory.mktemp("sharing"), **limits)
    running.start()
    yield running
    running.stop()


def test_a_sign_in_has_one_share_over_all_workers(sharing: Server, cedar: House) -> None:
    headers = sign_in(sharing.port, cedar.maya).headers
    with ExitStack() as streams:
        for _ in range(4):
            stream = streams.enter_context(closing(EventStream(sharing.port, BOARD, headers)))
            assert stream.status == 200
        for _ in range(8):  # of which some come to either worker
            refused = Caller(sharing.port, headers).call(BOARD)
            assert refused.status == 429
            assert "As many screens as may be are open here at once: 4." in refused.text
    wait_for(lambda: metric(sharing, "ordertrack_subscriptions") == 0, "the streams to be given back")
    with closing(EventStream(sharing.port, BOARD, headers)) as stream:
        assert stream.status == 200
