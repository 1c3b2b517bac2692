"""Who opens streams without end is refused at their share, and a worker at its own: others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from faults.crowd import Crowd
from faults.load import BOARD, PROGRAM
from ordertrack.database.config import Settings
from ordertrack.server.descriptors import shared_out
from support.cast import House
from support.http_client import Answer, Caller, EventStream, sign_in
from support.processes import metric
from support.server import Server, wait_for

DESCRIPTORS = 600
SHARES = "streams_per_link=2,streams_per_key=3,streams_per_session=4,streams_per_address=5"
ORDER = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}


@pytest.fixture(scope="module")
def shared(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One worker, behind a proxy that is counted."""
    folder = tmp_path_factory.mktemp("shared")
    limits = {"ORDERTRACK_LIMITS": SHARES, "ORDERTRACK_PROXIES": "1"}
    running = Server(settings, folder, workers=1, **limits)
    running.start()
    yield running
    running.stop()


def open_all(port: int, path: str, headers: dict[str, str], count: int, streams: ExitStack) -> Answer:
    """Open `count` streams, and the answer to one more."""
    for _ in range(count):
        stream = streams.enter_context(closing(EventStream(port, path, headers)))
        assert stream.status == 200
    return Caller(port, headers).call(path)


def assert_refused(answer: Answer) -> None:
    assert answer.status == 429, answer
    assert int(answer.headers["Retry-After"]) > 0


def test_a_link_a_key_and_a_sign_in_have_a_share_each(shared: Server, cedar: House) -> None:
    program = Caller(shared.port, cedar.bearer)
    link = program.call("/api/v1/orders", body=ORDER).json["tracking_url"].rpartition("/track/")[2]
    maya = sign_in(shared.port, cedar.maya).headers
    with ExitStack() as streams:
        assert_refused(open_all(shared.port, f"/track/{link}/stream", {}, 2, streams))
        refused = open_all(shared.port, PROGRAM, cedar.bearer, 3, streams)
        assert_refused(refused)
        assert refused.json["limit"] == "streams_per_key" and refused.json["most"] == 3
        assert refused.json["detail"].startswith("As many streams as may be are open here at once: 3.")
        board = open_all(shared.port, BOARD, maya, 4, streams)
        assert_refused(board)
        assert "As many screens as may be are open here at once: 4." in board.text
        with closing(EventStream(shared.port, BOARD, sign_in(shared.port, cedar.nour).headers)) as other:
            assert other.status == 200
    wait_for(lambda: metric(shared, "ordertrack_subscriptions") == 0, "the streams to be forgotten")
    with ExitStack() as streams:
        assert_refused(open_all(shared.port, PROGRAM, cedar.bearer, 3, streams))


def test_an_address_that_is_known_has_a_share_and_one_that_is_not_has_none(
    shared: Server, cedar: House, make_house: Callable[..., House]
) -> None:
    houses = [cedar, make_house("Cedar", ("hamra",)), make_house("Cedar", ("hamra",))]
    from_one = [house.bearer | {"X-Forwarded-For": "192.0.2.7"} for house in houses]
    with ExitStack() as streams:
        open_all(shared.port, PROGRAM, from_one[0], 3, streams)
        assert_refused(open_all(shared.port, PROGRAM, from_one[1], 2, streams))
        assert_refused(Caller(shared.port, from_one[2]).call(PROGRAM))
        unknown = houses[2].bearer
        assert_refused(open_all(shared.port, PROGRAM, unknown, 3, streams))  # its key's share, all of it


@pytest.mark.timeout(120)
def test_a_worker_that_is_full_refuses_streams_and_still_serves_pages(
    settings: Settings, cedar: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("full")
    limits = "streams_per_session=100000"
    full = Server(settings, folder, workers=1, descriptors=DESCRIPTORS, ORDERTRACK_LIMITS=limits)
    most = shared_out(DESCRIPTORS).streams
    full.start()
    try:
        maya = sign_in(full.port, cedar.maya)
        start = Caller(full.port, cedar.bearer).call("/api/v1/events?limit=1").json["next"] or "1-0"
        with Crowd(full.port, BOARD, maya.headers, 2 * DESCRIPTORS, start) as crowd:
            wait_for(lambda: sum(reader.refusals[503] for reader in crowd.readers) > DESCRIPTORS, "refusals")
            wait_for(lambda: metric(full, "ordertrack_subscriptions") >= most, "as many streams as may be")
            assert metric(full, "ordertrack_subscriptions") == most
            assert maya.call("/r/hamra/kitchen").status == 200
            assert maya.call("/no/such/page").status == 404
            refused = maya.call(BOARD)
            assert refused.status == 503 and int(refused.headers["Retry-After"]) > 0
            assert not any(set(reader.refusals) - {503} for reader in crowd.readers)
    finally:
        full.stop()
    assert "Traceback" not in full.log.read_text()
