"""Two hosts on one database, by either bus: a key and an address have one share of both."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import NamedTuple

import pytest

from faults.load import PROGRAM
from ordertrack.database.config import POSTGRESQL_BUS, Settings
from support.cast import House
from support.http_client import Answer, Caller, EventStream
from support.programs.valkey import Valkey
from support.server import Server, wait_for

BURST = 120  # a second brings one more
LIMITS = f"requests_per_key=1,burst_per_key={BURST},requests_per_address=1,burst_per_address={BURST}"
LIMITS += ",streams_per_key=4"
SOON = 5.0  # seconds


class Hosts(NamedTuple):
    first: Server
    second: Server
    bus: Valkey | None


@pytest.fixture(scope="module", params=[POSTGRESQL_BUS, "valkey"])
def hosts(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Hosts]:
    """The second has two workers. Both stand behind a proxy that is counted."""
    bus = Valkey(tmp_path_factory.mktemp("bus")) if request.param == "valkey" else None
    if bus is not None:
        bus.start()
    changes = {"ORDERTRACK_LIMITS": LIMITS, "ORDERTRACK_PROXIES": "1"}
    changes["ORDERTRACK_BUS"] = bus.address if bus else POSTGRESQL_BUS
    first, second = (
        Server(settings, tmp_path_factory.mktemp("host"), workers, **changes) for workers in (1, 2)
    )
    for server in (first, second):
        server.start()
    yield Hosts(first, second, bus)
    for server in (first, second):
        server.stop()
    if bus is not None:
        bus.kill()


def given(program: Caller, path: str, times: int) -> int:
    """How many of so many requests were let in."""
    return sum(program.call(path).status != 429 for _ in range(times))


def let_in_until_refused(program: Caller, path: str) -> int:
    """How many were, asked again and again, and slower and slower."""
    answers: list[Answer] = []

    def is_refused() -> bool:
        answers.append(program.call(path))
        return answers[-1].status == 429

    wait_for(is_refused, "the other host to have heard", SOON)
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert ";r=0;t=" in answers[-1].headers["RateLimit"]
    return len(answers) - 1


@pytest.mark.parametrize("kind", ["key", "address"])
def test_what_was_asked_of_one_host_the_other_does_not_give_again(
    hosts: Hosts, cedar: House, kind: str
) -> None:
    headers, path = {
        "key": (cedar.bearer, "/api/v1/orders"),
        "address": ({"X-Forwarded-For": "192.0.2.70"}, "/nowhere"),
    }[kind]
    began = time.monotonic()
    got = given(Caller(hosts.first.port, headers), path, BURST + 20)
    assert BURST <= got <= BURST + time.monotonic() - began + 1
    assert let_in_until_refused(Caller(hosts.second.port, headers), path) < BURST / 2


def is_open(server: Server, house: House) -> bool:
    """Whether a stream of its key begins there; it ends at once."""
    with closing(EventStream(server.port, PROGRAM, house.bearer)) as stream:
        return stream.status == 200


def test_a_key_has_as_many_streams_at_all_hosts_together_as_at_one(hosts: Hosts, cedar: House) -> None:
    with ExitStack() as streams:
        for _ in range(4):
            stream = EventStream(hosts.first.port, PROGRAM, cedar.bearer)
            assert streams.enter_context(closing(stream)).status == 200
        wait_for(lambda: not is_open(hosts.second, cedar), "the other host to refuse it", SOON)
    wait_for(lambda: is_open(hosts.second, cedar), "the other host to let it in again", SOON)


@pytest.mark.parametrize("hosts", ["valkey"], indirect=True)
def test_while_the_bus_is_away_each_host_gives_as_much_as_one(hosts: Hosts, cedar: House) -> None:
    assert hosts.bus is not None
    stranger = {"X-Forwarded-For": "192.0.2.80"}
    hosts.bus.kill()
    for server in (hosts.first, hosts.second):
        wait_for(lambda: not Caller(server.port).call("/readyz").json["listener"], "it to be deaf")  # noqa: B023
        assert given(Caller(server.port, stranger), "/nowhere", BURST) == BURST
    hosts.bus.start()
