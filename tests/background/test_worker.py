"""Processes beside the workers go on, whatever is notified and whenever the database was away."""

from __future__ import annotations

import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import inf
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from ordertrack.background.worker import TenantWorker
from ordertrack.database.bus.redis import RedisBus
from ordertrack.database.channels import BusLost
from ordertrack.database.config import Settings
from ordertrack.scheduling.clock import Clock
from ordertrack.sla.rollup.worker import RollupWorker
from support.programs.valkey import Valkey
from support.server import environment_of, wait_for

CHANNEL = "ordertrack_test"
MALFORMED = ("", "the last", ":", "7:1", "é" * 200)


class Recording(TenantWorker):
    """Keeps what it hears, and counts how often it looks."""

    name = "recording"
    channels = (CHANNEL,)

    def __init__(self, app: Flask, goes_on: Callable[[], bool]) -> None:
        super().__init__(app, goes_on)
        self.heard: list[tuple[str, uuid.UUID]] = []
        self.looked = 0

    def hear(self, channel: str, tenant_id: uuid.UUID, more: str) -> None:
        self.heard.append((channel, tenant_id))

    def look(self) -> None:
        self.looked += 1

    def work(self) -> None:
        pass

    def seconds_until_due(self) -> float:
        return inf


class Running:
    """A worker in a thread of its own."""

    def __init__(self, worker: TenantWorker, stop: threading.Event) -> None:
        self.stop = stop
        self.thread = threading.Thread(target=worker.run)
        self.thread.start()


@pytest.fixture
def running(app: Flask) -> Iterator[Callable[[type[TenantWorker]], TenantWorker]]:
    begun: list[Running] = []

    def begin(kind: type[TenantWorker]) -> TenantWorker:
        stop = threading.Event()
        worker = kind(app, lambda: not stop.is_set())
        begun.append(Running(worker, stop))
        return worker

    yield begin
    for each in begun:
        each.stop.set()
        each.thread.join(20)
        assert not each.thread.is_alive(), "it does not end when it is told to"


def listeners(operator: psycopg.Connection, name: str) -> list[int]:
    found = operator.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [name])
    pids = [pid for (pid,) in found]
    operator.commit()
    return pids


def notify(operator: psycopg.Connection, channel: str, *payloads: str) -> None:
    for payload in payloads:
        operator.execute("SELECT pg_notify(%s, %s)", [channel, payload])
    operator.commit()


@pytest.fixture
def recording(operator: psycopg.Connection, running: Callable[..., Recording]) -> Recording:
    worker = running(Recording)
    wait_for(lambda: worker.looked == 1, "the worker to listen")
    return worker


def test_what_is_no_tenant_is_passed_over_and_what_follows_is_heard(
    operator: psycopg.Connection, recording: Recording
) -> None:
    tenants = [uuid.uuid4(), uuid.uuid4()]
    notify(operator, CHANNEL, *MALFORMED, f"{tenants[0]}:1", *MALFORMED, str(tenants[1]))
    wait_for(lambda: len(recording.heard) == 2, "what is in order to be heard")
    assert recording.heard == [(CHANNEL, each) for each in tenants]
    assert recording.looked == 1, "it never lost its connection"


def test_it_comes_back_and_looks_anew_when_the_database_was_away(
    operator: psycopg.Connection, recording: Recording
) -> None:
    (before,) = listeners(operator, "recording")
    operator.execute("SELECT pg_terminate_backend(%s)", [before])
    operator.commit()
    wait_for(lambda: recording.looked == 2, "the worker to look again")
    (after,) = listeners(operator, "recording")
    assert after != before
    tenant = uuid.uuid4()
    notify(operator, CHANNEL, str(tenant))
    wait_for(lambda: recording.heard == [(CHANNEL, tenant)], "the tenant to be heard")


def test_while_its_bus_is_away_it_looks_and_hears_again_when_that_is_back(
    app: Flask, tmp_path: Path, running: Callable[..., Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    valkey = Valkey(tmp_path)
    bus = RedisBus(valkey.address, lambda: "house")
    monkeypatch.setitem(app.extensions, "bus", bus)
    worker = running(Recording)
    wait_for(lambda: worker.looked > 1, "it to look again and again")
    valkey.start()
    tenant = uuid.uuid4()

    def is_heard() -> bool:
        with suppress(BusLost):
            bus.say(CHANNEL, [str(tenant)])
        return (CHANNEL, tenant) in worker.heard

    wait_for(is_heard, "it to hear again")
    valkey.kill()


@pytest.mark.parametrize("kind", [Clock, RollupWorker], ids=lambda kind: kind.name)
def test_a_malformed_notification_does_not_hold_up(
    operator: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    running: Callable[..., TenantWorker],
    kind: type[TenantWorker],
) -> None:
    monkeypatch.setattr("os.nice", lambda _by: None)  # of this process, which goes on
    # What other tests left to be done would keep it from listening, for as long as that takes.
    monkeypatch.setattr(kind, "look", lambda _self: None)
    heard: list[uuid.UUID] = []
    monkeypatch.setattr(kind, "hear", lambda _self, _channel, tenant_id, _more: heard.append(tenant_id))
    before = set(listeners(operator, kind.name))
    running(kind)
    wait_for(lambda: set(listeners(operator, kind.name)) - before, "it to connect")
    tenant = uuid.uuid4()

    def is_heard() -> bool:
        for channel in kind.channels:
            notify(operator, channel, *MALFORMED, f"{tenant}:1")
        return tenant in heard

    wait_for(is_heard, "a tenant to be heard among them")


def test_one_that_fails_ends_the_others_so_that_all_are_started_again(settings: Settings) -> None:
    program = (
        "from ordertrack.background import turn, worker\n"
        "from ordertrack.scheduling.clock import Clock\n"
        "class Failing(Clock):\n"
        "    def work(self): raise KeyError('of its own')\n"
        "turn.LOCK = 1\n"  # servers of the suite have a turn of theirs
        "worker.run(Clock, Failing)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=environment_of(settings, settings.data_folder),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"KeyError: 'of its own'" in ended.stderr
