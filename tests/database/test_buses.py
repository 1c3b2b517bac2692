"""Each bus carries what is said to whoever listens, and with a transaction only what was committed."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from ordertrack.database import bus as buses
from ordertrack.database.app import make_bare_app
from ordertrack.database.bus import redis as redis_bus
from ordertrack.database.channels import (
    EVENTS_CHANNEL,
    REVOKED_CHANNEL,
    SETTINGS_CHANNEL,
    Bus,
    BusLost,
    Ear,
    bus,
    hint,
    notify,
    notify_at_once,
)
from ordertrack.database.config import POSTGRESQL_BUS, Settings
from ordertrack.database.session import db
from support.network_proxy import NetworkProxy
from support.programs.valkey import Valkey
from support.server import wait_for

SOON = 5.0  # seconds
TENANTS = [uuid.UUID(int=number) for number in (1, 2)]
CHANNELS = (EVENTS_CHANNEL, REVOKED_CHANNEL, SETTINGS_CHANNEL)


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(params=["postgresql", "redis"])
def said(request: pytest.FixtureRequest, settings: Settings, valkey: Valkey) -> Iterator[Flask]:
    """An application on this bus."""
    address = POSTGRESQL_BUS if request.param == "postgresql" else valkey.address
    made = make_bare_app(replace(settings, bus=address))
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


class Hearing:
    """What an ear has heard so far."""

    def __init__(self, ear: Ear) -> None:
        self.ear = ear
        self.all: list[tuple[str, str]] = []
        for channel in CHANNELS:
            ear.listen(channel)

    def hears(self, *expected: tuple[str, str]) -> None:
        deadline = time.monotonic() + SOON
        while self.all[-len(expected) :] != list(expected):
            assert time.monotonic() < deadline, self.all
            self.all += self.ear.heard(0.1)


@pytest.fixture
def listen() -> Iterator[Callable[..., Hearing]]:
    ears: list[Ear] = []

    def begin(on: Bus, tenants: Callable[[], Iterable[uuid.UUID]] | None = None) -> Hearing:
        ear = on.ear("test", 10.0, tenants).__enter__()
        ears.append(ear)
        hearing = Hearing(ear)
        for n in range(50):  # until it has begun to hear
            on.say(REVOKED_CHANNEL, [f"begin:{n}"])
            hearing.all += ear.heard(0.1)
            if hearing.all:
                break
        hearing.all.clear()
        return hearing

    yield begin
    for ear in ears:
        ear.__exit__()


def test_what_is_said_at_once_is_heard_in_order(said: Flask, listen: Callable[..., Hearing]) -> None:
    hearing = listen(bus())
    notify_at_once(EVENTS_CHANNEL, [f"{TENANTS[0]}:1", f"{TENANTS[0]}:2"])
    notify_at_once(SETTINGS_CHANNEL, [f"{TENANTS[1]}:{TENANTS[0]}"])
    hearing.hears(
        (EVENTS_CHANNEL, f"{TENANTS[0]}:1"),
        (EVENTS_CHANNEL, f"{TENANTS[0]}:2"),
        (SETTINGS_CHANNEL, f"{TENANTS[1]}:{TENANTS[0]}"),
    )


def test_what_is_said_with_a_transaction_is_heard_when_it_is_committed_and_not_before(
    said: Flask, listen: Callable[..., Hearing]
) -> None:
    hearing = listen(bus())
    notify(REVOKED_CHANNEL, "key:of-it")
    bus_beside = buses.make(said.config["SETTINGS"])
    with said.app_context():
        bus_beside.say(REVOKED_CHANNEL, ["key:before"])
        hearing.hears((REVOKED_CHANNEL, "key:before"))
    db.session.commit()
    hearing.hears((REVOKED_CHANNEL, "key:of-it"))
    db.session.commit()
    notify_at_once(REVOKED_CHANNEL, ["key:after"])
    hearing.hears((REVOKED_CHANNEL, "key:of-it"), (REVOKED_CHANNEL, "key:after"))


@pytest.mark.parametrize("end", ["rollback", "remove"])
def test_what_is_said_with_a_transaction_that_is_not_committed_is_never_heard(
    said: Flask, listen: Callable[..., Hearing], end: str
) -> None:
    hearing = listen(bus())
    notify(REVOKED_CHANNEL, "key:of-it")
    db.session.connection()
    getattr(db.session, end)()
    notify(REVOKED_CHANNEL, "key:of-the-next")
    db.session.commit()
    hearing.hears((REVOKED_CHANNEL, "key:of-the-next"))
    assert len(hearing.all) == 1


def redis_on(settings: Settings, address: str) -> redis_bus.RedisBus:
    made = buses.make(replace(settings, bus=address))
    assert isinstance(made, redis_bus.RedisBus)
    return made


def test_a_process_hears_of_the_tenants_whose_screens_it_holds_as_they_come_and_go(
    settings: Settings, valkey: Valkey, listen: Callable[..., Hearing]
) -> None:
    watched = [TENANTS[0]]
    on = redis_on(settings, valkey.address)
    hearing = listen(on, lambda: watched)
    on.say(EVENTS_CHANNEL, [f"{TENANTS[1]}:1", f"{TENANTS[0]}:1"])
    hearing.hears((EVENTS_CHANNEL, f"{TENANTS[0]}:1"))
    assert len(hearing.all) == 1, "it heard of a tenant that nobody watches here"
    watched[:] = [TENANTS[1]]

    def is_heard() -> bool:
        on.say(EVENTS_CHANNEL, [f"{TENANTS[1]}:2"])
        hearing.all += hearing.ear.heard(0.1)
        return (EVENTS_CHANNEL, f"{TENANTS[1]}:2") in hearing.all

    wait_for(is_heard, "what is watched by now to be heard", SOON)


def test_houses_that_share_a_server_do_not_hear_each_other(
    settings: Settings, valkey: Valkey, listen: Callable[..., Hearing]
) -> None:
    ours = redis_on(settings, valkey.address)
    hearing = listen(ours)
    other_key = redis_on(replace(settings, secret_key="another"), valkey.address)
    other_database = redis_on(
        replace(settings, app_database_url="postgresql://a@b/elsewhere"), valkey.address
    )
    for other in (other_key, other_database, ours):
        other.say(REVOKED_CHANNEL, [f"key:{id(other)}"])
    hearing.hears((REVOKED_CHANNEL, f"key:{id(ours)}"))
    assert len(hearing.all) == 1


def test_a_server_that_has_gone_is_said_to_be_lost_and_found_again_when_it_is_back(
    settings: Settings, tmp_path: Path, listen: Callable[..., Hearing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_bus, "RESTS", 0.0)
    server = Valkey(tmp_path)
    server.start()
    on = redis_on(settings, server.address)
    hearing = listen(on)
    server.kill()
    with pytest.raises(BusLost):
        list(hearing.ear.heard(SOON))
    with pytest.raises(BusLost):
        on.say(REVOKED_CHANNEL, ["key:unheard"])
    with pytest.raises(BusLost):
        on.ear("test", 10.0)
    server.start()
    on.say(REVOKED_CHANNEL, ["key:into-the-void"])
    again = listen(on)
    on.say(REVOKED_CHANNEL, ["key:heard"])
    again.hears((REVOKED_CHANNEL, "key:heard"))
    server.kill()


def test_a_commit_stands_though_nobody_can_be_told(settings: Settings, tmp_path: Path) -> None:
    made = make_bare_app(replace(settings, bus=Valkey(tmp_path).address))
    with made.app_context():
        notify(REVOKED_CHANNEL, "key:of-it")
        db.session.commit()
        hint(EVENTS_CHANNEL, [f"{TENANTS[0]}:1"])
        db.session.remove()
        db.engine.dispose()


def test_a_line_that_only_seems_open_is_noticed(
    settings: Settings, valkey: Valkey, listen: Callable[..., Hearing], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert redis_bus.LOOKS_EVERY + redis_bus.PINGS_AFTER + redis_bus.PONGS_WITHIN < 10
    monkeypatch.setattr(redis_bus, "PINGS_AFTER", 0.1)
    monkeypatch.setattr(redis_bus, "PONGS_WITHIN", 0.3)
    line = NetworkProxy(valkey.port)
    try:
        hearing = listen(redis_on(settings, f"redis://127.0.0.1:{line.port}"))
        assert list(hearing.ear.heard(1.0)) == [], "it answers while the line is open"
        line.swallow()
        with pytest.raises(BusLost, match="did not answer"):
            list(hearing.ear.heard(SOON))
    finally:
        line.close()


def test_nobody_waits_for_a_server_that_could_not_be_used_a_moment_ago(
    settings: Settings, tmp_path: Path
) -> None:
    on = redis_on(settings, Valkey(tmp_path).address)
    for _ in range(2):
        with pytest.raises(BusLost) as lost:
            on.say(REVOKED_CHANNEL, ["key:x"])
    assert "a moment ago" in str(lost.value)
