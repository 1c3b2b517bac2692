"""Two hosts in one process, whose messages the test carries: what one gave the other no longer gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from flask import Flask

from ordertrack import create_app
from ordertrack.database.config import Settings
from ordertrack.database.limits import Limits
from ordertrack.database.session import db
from ordertrack.live.hub import Hub
from ordertrack.live.listener import MalformedPayload
from ordertrack.live.shares import Holder, ShareTaken
from ordertrack.server.share_messages import MOST_IN_ONE, Message, read, written
from support.cast import House

BURST = 30
LIMITS = f"requests_per_key=1,burst_per_key={BURST},requests_per_address=1,burst_per_address=8"
LIMITS += ",streams_per_key=4"
KEY = Holder("streams_per_key", "key:1")


class Host:
    def __init__(self, app: Flask) -> None:
        self.app = app
        self.sharing = app.extensions["sharing"]
        self.hub: Hub = app.extensions["hub"]
        self._moments = count(step=10)

    def tell(self, *others: Host, is_heard: bool = True) -> list[str]:
        said: list[str] = self.sharing.tick(float(next(self._moments)), is_heard=is_heard)
        for other in others:
            for payload in said:
                other.sharing.hear(payload)
        return said

    def ask(self, house: House, times: int) -> list[int]:
        client = self.app.test_client()
        return [client.get("/api/v1/orders", headers=house.bearer).status_code for _ in range(times)]


@pytest.fixture
def hosts(settings: Settings) -> Iterator[list[Host]]:
    """Each speaks for itself from its first message on."""
    apps = [create_app(replace(settings, limits=Limits.of(LIMITS))) for _ in range(2)]
    made = [Host(app) for app in apps]
    for host in made:
        assert host.tell() == []
    yield made
    for app in apps:
        with app.app_context():
            db.engine.dispose()


def test_what_a_key_asked_of_one_host_it_cannot_ask_of_another(hosts: list[Host], cedar: House) -> None:
    first, second = hosts
    assert first.ask(cedar, 20) == [200] * 20
    first.tell(first, second)  # it hears itself, and what it gave counts once
    answer = second.app.test_client().get("/api/v1/orders", headers=cedar.bearer)
    left = int(answer.headers["RateLimit"].split(";r=")[1].split(";")[0])
    assert 9 <= left <= 10
    assert first.ask(cedar, 10) == [200] * 10
    first.tell(first, second)
    refused = second.app.test_client().get("/api/v1/orders", headers=cedar.bearer)
    assert refused.status_code == 429
    assert refused.headers["RateLimit"].startswith('"key";r=0;t=')


def test_other_keys_are_not_concerned(hosts: list[Host], cedar: House, rival: House) -> None:
    first, second = hosts
    first.ask(cedar, BURST)
    first.tell(second)
    assert second.ask(cedar, 1) == [429]
    assert second.ask(rival, 2) == [200, 200]


def test_nobody_can_read_in_a_message_whose_requests_are_told_of(hosts: list[Host], cedar: House) -> None:
    hosts[0].app.test_client().get("/nowhere", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    hosts[0].ask(cedar, 3)
    said = hosts[0].tell()
    assert {read(payload).limit for payload in said} == {"requests_per_key", "requests_per_address"}
    assert "192.0.2.7" not in str(said) and cedar.program.actor not in str(said)


def test_what_was_given_while_the_bus_was_away_nobody_owes_when_it_is_back(
    hosts: list[Host], cedar: House
) -> None:
    first, second = hosts
    assert first.tell(is_heard=False) == []
    assert first.ask(cedar, BURST) == [200] * BURST
    assert second.ask(cedar, 5) == [200] * 5
    assert first.tell(second) == []
    assert second.ask(cedar, 5) == [200] * 5


def test_a_host_that_nobody_speaks_for_subtracts_nothing(hosts: list[Host], cedar: House) -> None:
    first, second = hosts
    second.tell(is_heard=False)
    first.ask(cedar, BURST)
    first.tell(second)
    assert second.ask(cedar, 1) == [200]


def test_streams_of_a_key_are_counted_together_until_they_end(hosts: list[Host]) -> None:
    first, second = hosts
    for _ in range(3):
        first.hub.shares.take([KEY])
    first.tell(first, second)
    first.hub.shares.take([KEY])
    second.hub.shares.take([KEY])
    with pytest.raises(ShareTaken):
        second.hub.shares.take([KEY])
    for _ in range(4):
        first.hub.shares.give_back([KEY])
    first.tell(second)
    for _ in range(3):
        second.hub.shares.take([KEY])
    with pytest.raises(ShareTaken):
        second.hub.shares.take([KEY])


@pytest.mark.parametrize("many", [0, 1, MOST_IN_ONE, 2 * MOST_IN_ONE + 1])
def test_what_is_read_is_what_was_written_and_fits_into_a_notification(many: int) -> None:
    counts = {2**64 - number: 10**9 - number for number in range(1, many + 1)}
    payloads = list(written(Message("a" * 16, "4194304", "requests_per_address", counts)))
    assert all(len(payload.encode()) < 8000 for payload in payloads)
    read_again: dict[int, int] = {}
    for payload in payloads:
        read_again |= read(payload).counts
    assert read_again == counts
    assert len(payloads) == len(counts) // MOST_IN_ONE + (len(counts) % MOST_IN_ONE > 0)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "a:b",
        "a:b:requests_per_key:",
        "a:b:requests_per_key:1=-5",
        "a:b:c:1=2=3",
        "a:b:c:11111111111111111=1",
    ],
)
def test_what_is_no_message_is_said_to_be_none(payload: str) -> None:
    with pytest.raises(MalformedPayload):
        read(payload)


def test_of_a_limit_that_this_version_does_not_know_nothing_comes(hosts: list[Host]) -> None:
    hosts[0].sharing.hear("a:1:requests_per_moon:7=5")
