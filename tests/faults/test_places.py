"""More strangers than a worker has room for, each of whom holds a place in some way: others are served."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from faults.strangers import Strangers
from faults.test_clients_that_do_not_read import vanish
from faults.test_half_sent_requests import HALF_A_HEADER, HALF_A_SIGN_IN, ORDER
from ordertrack.database.config import Settings
from ordertrack.server.descriptors import shared_out
from support.cast import House
from support.database import connect
from support.http_client import Caller, sign_in
from support.processes import metric
from support.server import Server, wait_for

DESCRIPTORS = 600
ROOM = shared_out(DESCRIPTORS)
CROWD = 2 * ROOM.connections + 100
SOON = 3.0  # seconds: a machine that does other things besides
TURNED_AWAY = "ordertrack_turned_away_total"
ASKED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
A_FILE = b"GET {file} HTTP/1.1\r\nHost: localhost\r\n\r\n"
A_TLS_GREETING = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
STILL_SENDING = HALF_A_SIGN_IN.replace(b"Length: 1000", b"Length: 90000000000")
WAYS: dict[str, dict[str, Any]] = {
    "says nothing": {"beginning": b""},
    "was answered and says nothing": {"beginning": ASKED},
    "half a header": {"beginning": HALF_A_HEADER},
    "half a body": {"beginning": HALF_A_SIGN_IN},
    "a header that trickles": {"beginning": HALF_A_HEADER, "trickle": b"x"},
    "a body that trickles": {"beginning": HALF_A_SIGN_IN, "trickle": b"x"},
    "half a greeting of TLS": {"beginning": A_TLS_GREETING},
    "goes on sending what was refused": {"beginning": STILL_SENDING, "trickle": b"x" * 1000, "reads": False},
    "reads a byte a second": {"beginning": A_FILE * 60, "reads": False},
    "vanished in the middle of an answer": {"beginning": A_FILE * 60, "reads": False, "then": vanish},
}


@pytest.fixture(scope="module")
def narrow(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One worker, with room for few."""
    running = Server(settings, tmp_path_factory.mktemp("narrow"), workers=1, descriptors=DESCRIPTORS)
    running.start()
    yield running
    running.stop()
    assert "Traceback" not in running.log.read_text()


@pytest.fixture(scope="module")
def a_file(narrow: Server) -> bytes:
    """The address of one that is larger than a page."""
    page = Caller(narrow.port).call("/login").text
    return next(part for part in page.split('"') if part.endswith(".css")).encode()


def assert_soon(caller: Caller, path: str) -> None:
    began = time.monotonic()
    assert caller.call(path).status == 200
    assert time.monotonic() - began < SOON, path


def warnings(server: Server) -> list[dict[str, Any]]:
    lines = [line for line in server.log.read_text().splitlines() if '"level": "warning"' in line]
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_strangers_who_hold_every_place_in_some_way_keep_nobody_out(
    narrow: Server, cedar: House, a_file: bytes, way: dict[str, Any]
) -> None:
    way = way | {"beginning": way["beginning"].replace(b"{file}", a_file)}
    stranger, maya = Caller(narrow.port), sign_in(narrow.port, cedar.maya)
    before = metric(narrow, TURNED_AWAY, 'why="place needed"')
    with Strangers(narrow.port, CROWD, **way) as strangers:
        wait_for(
            lambda: metric(narrow, TURNED_AWAY, 'why="place needed"') > before + ROOM.places,
            "more than there is room for",
        )
        for _ in range(5):
            assert_soon(stranger, "/healthz")
            assert_soon(stranger, "/login")
            assert_soon(maya, "/r/hamra/kitchen")
    assert any(line["event"].startswith("more connections than") for line in warnings(narrow))
    for head in strangers.heads:
        assert b" 503 " not in head or b"\r\nRetry-After: " in head


def test_whose_half_a_request_is_turned_away_is_told_to_come_again(narrow: Server) -> None:
    with Strangers(narrow.port, CROWD, HALF_A_HEADER) as strangers:
        wait_for(lambda: strangers.said.total() > ROOM.places, "many to be turned away")
    assert set(strangers.said) <= {b"HTTP/1.1 503 Service Unavailable", b"HTTP/1.1 408 Request Timeout"}
    assert strangers.said[b"HTTP/1.1 503 Service Unavailable"]


def test_requests_that_all_wait_for_the_database_leave_room_for_health_and_signing_in(
    narrow: Server, cedar: House, settings: Settings
) -> None:
    placed = Caller(narrow.port, cedar.bearer).call("/api/v1/orders", body=ORDER)
    page = placed.json["tracking_url"].partition("://")[2].partition("/")[2]
    asked = f"GET /{page} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    before = metric(narrow, TURNED_AWAY, 'why="busy"')
    with connect(settings.operator_url) as held:
        held.execute("LOCK TABLE tracking_links IN ACCESS EXCLUSIVE MODE")
        with Strangers(narrow.port, CROWD, asked) as strangers:
            wait_for(lambda: metric(narrow, TURNED_AWAY, 'why="busy"') > before + 10, "some to be refused")
            for _ in range(5):
                assert_soon(Caller(narrow.port), "/healthz")
                assert_soon(Caller(narrow.port), "/login")
        held.rollback()
    assert any(b" 503 " in head and b"\r\nRetry-After: " in head for head in strangers.heads)
    assert any(line["event"].startswith("more is asked for") for line in warnings(narrow))
