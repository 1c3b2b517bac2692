"""The listener, on either bus: it wakes the hub at once, and what it missed it reads from the log."""

from __future__ import annotations

import dataclasses
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from structlog.testing import capture_logs

from ordertrack.database.bus.redis import RedisBus
from ordertrack.database.channels import EVENTS_CHANNEL, REVOKED_CHANNEL, Bus, Ear
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.live import listener as listener_module
from ordertrack.live import lookout
from ordertrack.live.hub import Hub
from ordertrack.live.listener import Listener, wake_handler
from ordertrack.tenants import accounts
from ordertrack.tenants.keys import api_keys
from ordertrack.tenants.models import StaffMember
from ordertrack.tenants.sessions import access
from ordertrack.tenants.staff import staff_accounts
from support.cast import House
from support.database import connect
from support.programs.valkey import Valkey
from support.recording import Frame
from support.server import wait_for

SOON = 5.0  # seconds: well before the listener would look into the log unasked


class Line:
    """The way to the bus, here the database: it can be cut, and kept cut."""

    def __init__(self, app: Flask, bus: Bus) -> None:
        self.settings: Settings = app.config["SETTINGS"]
        self.bus = bus
        self._app = app
        self.name = f"listener {secrets.token_hex(4)}"
        self.is_up = True
        self.is_heard = True
        self.attempts = 0

    def connect(self) -> Ear:
        self.attempts += 1
        if not self.is_up:
            raise OSError("no way to the bus")
        return self.bus.ear(self.name, 10.0)

    def notify(self, channel: str, payload: str) -> None:
        with self._app.app_context():
            self.bus.say(channel if self.is_heard else "elsewhere", [payload])

    def shout(self, payload: str) -> None:
        """Say something on the events' channel as a stranger may."""
        with connect(self.settings.operator_url) as operator:
            operator.execute("SELECT pg_notify(%s, %s)", [EVENTS_CHANNEL, payload])

    def cut(self) -> int:
        """End the listener's connection from outside; how many there were."""
        with connect(self.settings.operator_url) as operator:
            return operator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
                [self.name],
            ).rowcount


class LineOfRedis(Line):
    """The same where the bus is a Valkey."""

    def __init__(self, app: Flask, bus: RedisBus, valkey: Valkey) -> None:
        super().__init__(app, bus)
        self._valkey = valkey

    def shout(self, payload: str) -> None:
        assert isinstance(self.bus, RedisBus)
        for name in self.bus._names.all_of(EVENTS_CHANNEL, [7]):
            self.bus._client.publish(name, payload)

    def cut(self) -> int:
        return self._valkey.cut()


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(params=["postgresql", "redis"])
def line(
    request: pytest.FixtureRequest,
    app: Flask,
    operator_app: Flask,
    valkey: Valkey,
    monkeypatch: pytest.MonkeyPatch,
) -> Line:
    """To the bus of this kind, on which the applications of the test say what they write."""
    if request.param == "postgresql":
        return Line(app, app.extensions["bus"])
    bus = RedisBus(valkey.address, lambda: "house")
    for each in (app, operator_app):
        monkeypatch.setitem(each.extensions, "bus", bus)
    return LineOfRedis(app, bus, valkey)


@pytest.fixture
def listener(hub: Hub, line: Line) -> Iterator[Listener]:
    heard = {EVENTS_CHANNEL: wake_handler(hub), REVOKED_CHANNEL: hub.revoke}
    made = Listener(hub, line.connect, heard, hub.recover, line.notify, may_be_deaf=line.bus.may_be_lost)
    yield made
    made.stop()
    line.cut()
    names = {"listener", "heartbeat", "lookout"}
    wait_for(lambda: not names & {thread.name for thread in threading.enumerate()}, "the listener's threads")


@pytest.fixture
def listening(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> Listener:
    """By itself: the lookout, which would find in the log what the listener misses, looks once and rests."""
    monkeypatch.setattr(lookout, "EVERY", 600.0)
    monkeypatch.setattr(lookout, "LONGEST_REST", 600.0)
    assert not listener.is_connected
    listener.start()
    wait_for(lambda: listener.is_connected, "the listener to connect")
    return listener


def test_a_commit_anywhere_reaches_the_watchers(
    cedar: House, listening: Listener, watch: Any, happen: Any
) -> None:
    watcher = watch(cedar)
    happen(cedar, 3, wake=False)
    wait_for(lambda: watcher.seqs == [1, 2, 3], "three events", SOON)


def test_it_comes_back_after_its_connection_was_ended_and_delivers_what_was_missed(
    cedar: House, listening: Listener, line: Line, watch: Any, happen: Any
) -> None:
    watcher = watch(cedar)
    happen(cedar, wake=False)
    wait_for(lambda: watcher.seqs == [1], "the first event")
    line.is_up = False
    assert line.cut() == 1
    wait_for(lambda: not listening.is_connected and line.attempts > 2, "the listener to try again in vain")
    happen(cedar, 3, wake=False)
    assert watcher.seqs == [1]
    line.is_up = True
    wait_for(lambda: watcher.seqs == [1, 2, 3, 4], "what was missed")
    assert listening.is_connected
    happen(cedar, wake=False)
    wait_for(lambda: watcher.seqs == [1, 2, 3, 4, 5], "what came after")


def test_it_waits_for_a_database_that_is_not_there_yet(listener: Listener, line: Line) -> None:
    line.is_up = False
    listener.start()
    wait_for(lambda: line.attempts > 1, "a second attempt")
    assert not listener.is_connected
    line.is_up = True
    wait_for(lambda: listener.is_connected, "the listener to connect")


def test_it_survives_being_cut_again_and_again_in_a_storm(
    cedar: House, listening: Listener, line: Line, watch: Any, happen: Any
) -> None:
    watcher = watch(cedar)
    for _ in range(5):
        happen(cedar, 3, wake=False)
        line.cut()
        happen(cedar, 3, wake=False)
        wait_for(lambda: listening.is_connected, "the listener to come back")
    wait_for(lambda: len(watcher.seqs) >= 30, "thirty events")
    assert watcher.seqs == list(range(1, 31))


def test_revoked_staff_and_keys_lose_their_streams_at_once(
    cedar: House, listening: Listener, watch: Any, operator_app: Flask
) -> None:
    nour, till, maya = (
        watch(cedar, by=who) for who in (cedar.nour.principal, cedar.program, cedar.maya.principal)
    )
    with operator_app.app_context():
        tenant = accounts.find_tenant(cedar.slug)
        staff_accounts.revoke_staff_member(tenant, cedar.nour.email)
        api_keys.revoke_key(tenant, "Till")
    wait_for(lambda: not nour.is_open and not till.is_open, "the streams to end", SOON)
    assert nour.frames[-1] == till.frames[-1] == Frame(None, "bye", "")
    assert maya.is_open


def test_who_was_revoked_while_nobody_listened_loses_the_stream_on_return(
    cedar: House, listening: Listener, line: Line, watch: Any, operator_app: Flask
) -> None:
    with operator_app.app_context():
        accounts.find_tenant(cedar.slug)
        maya = db.session.scalars(select(StaffMember).where(StaffMember.email == cedar.maya.email)).one()
        sessions = [f"session:{access.begin_session(maya).id}" for _ in range(2)]
    tablets = [dataclasses.replace(cedar.maya.principal, session=session) for session in sessions]
    leaving = [watch(cedar, by=who) for who in (cedar.nour.principal, cedar.program, tablets[0])]
    staying = [watch(cedar, by=who) for who in (cedar.karim.principal, tablets[1])]
    line.is_up = False
    line.cut()
    wait_for(lambda: not listening.is_connected, "the listener to be gone")
    with operator_app.app_context():
        tenant = accounts.find_tenant(cedar.slug)
        staff_accounts.revoke_staff_member(tenant, cedar.nour.email)
        api_keys.revoke_key(tenant, "Till")
        access.end_session(cedar.tenant_id, sessions[0])
    assert all(watcher.is_open for watcher in leaving)
    line.is_up = True
    wait_for(lambda: not any(watcher.is_open for watcher in leaving), "the streams to end")
    assert all(watcher.frames[-1] == Frame(None, "bye", "") for watcher in leaving)
    assert all(watcher.is_open for watcher in staying)


@pytest.mark.parametrize("payload", ["", "rubbish", "7:8", ":::", "00000000-0000-0000-0000-000000000000:x"])
def test_a_notification_of_another_form_is_passed_over(
    cedar: House, listening: Listener, line: Line, watch: Any, happen: Any, payload: str
) -> None:
    watcher = watch(cedar)
    line.shout(payload)
    happen(cedar, wake=False)
    wait_for(lambda: watcher.seqs == [1], "the event after it")
    assert line.attempts == 1


def test_a_notification_that_is_lost_is_found_by_looking(
    cedar: House, listener: Listener, watch: Any, write_past: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "EVERY", 0.05)
    listener.start()
    watcher = watch(cedar)
    write_past(cedar, 2)
    wait_for(lambda: watcher.seqs == [1, 2], "what nobody was notified of")


def test_a_process_that_does_not_hear_its_own_voice_says_so_and_counts_as_deaf_until_it_does(
    listener: Listener, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "ECHO_WITHIN", 0.2)
    line.is_heard = False
    with capture_logs() as said:
        listener.start()
        wait_for(lambda: line.attempts > 2, "it to try again")
    assert not listener.is_connected
    advice = "ORDERTRACK_BUS" if line.bus.may_be_lost else "ORDERTRACK_DIRECT_DATABASE_URL"
    assert any(advice in entry.get("error", "") for entry in said)
    line.is_heard = True
    before = line.attempts
    wait_for(lambda: listener.is_connected or line.attempts > before + 1, "the last attempt in vain")
    monkeypatch.setattr(listener_module, "ECHO_WITHIN", 20.0)
    wait_for(lambda: listener.is_connected, "the listener to connect")


def test_it_sends_heartbeats(
    cedar: House, listener: Listener, watch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "HEARTBEAT", 0.02)
    watcher = watch(cedar)
    listener.start()
    wait_for(lambda: len([frame for frame in watcher.frames if frame.event == "hb"]) > 3, "heartbeats")


@pytest.mark.parametrize("line", ["redis"], indirect=True)
def test_while_the_bus_is_away_what_is_missed_is_made_up_for_and_screens_are_live(
    hub: Hub, cedar: House, line: Line, watch: Any, happen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "HEARTBEAT", 0.02)
    made_up: list[None] = []
    deaf = Listener(
        hub, line.connect, {}, lambda: made_up.append(None), line.notify, may_be_deaf=line.bus.may_be_lost
    )
    line.is_up = False
    deaf.start()
    watcher = watch(cedar)
    happen(cedar, 2, wake=False)
    wait_for(lambda: watcher.seqs == [1, 2], "what nobody could be told of")
    wait_for(lambda: len(made_up) > 1, "what is not looked at to be made up for")
    wait_for(lambda: len([frame for frame in watcher.frames if frame.event == "hb"]) > 3, "heartbeats")
    monkeypatch.setattr(hub, "verify", lambda: 1 / 0)
    wait_for(lambda: not deaf.lookout.sees, "a look that fails")
    beats = len([frame for frame in watcher.frames if frame.event == "hb"])
    looked = time.monotonic()
    wait_for(lambda: time.monotonic() > looked + 20 * 0.02, "as long as many heartbeats")
    after = len([frame for frame in watcher.frames if frame.event == "hb"])
    assert after <= beats + 1, "who neither hears nor sees says that it lives"
    deaf.stop()


def test_stopping_ends_the_streams(cedar: House, listening: Listener, watch: Any) -> None:
    watcher = watch(cedar)
    listening.stop()
    assert watcher.closed_because == "shutdown"


def test_a_process_that_would_see_past_row_level_security_ends_itself(settings: Settings) -> None:
    program = (
        "import os, threading\n"
        "from ordertrack import create_app\n"
        "from ordertrack.streams import sse\n"
        "app = create_app()\n"
        "sse.start(app)\n"
        "threading.Event().wait(20)\n"
    )
    superuser = settings.operator_url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={
            "ORDERTRACK_DATA": str(settings.data_folder),
            "SECRET_KEY": "x",
            "ORDERTRACK_APP_DATABASE_URL": superuser,
        },
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -15, done.stderr.decode()
    assert b"is a superuser" in done.stdout + done.stderr
