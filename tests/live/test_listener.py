"""The listener: it wakes the hub within milliseconds, and what it missed it reads from the log."""

from __future__ import annotations

import dataclasses
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select
from structlog.testing import capture_logs

from ordertrack.database.channels import EVENTS_CHANNEL, REVOKED_CHANNEL
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.live import listener as listener_module
from ordertrack.live import lookout
from ordertrack.live.hub import Hub
from ordertrack.live.listener import Listener, wake_handler
from ordertrack.tenants import access, accounts
from ordertrack.tenants.models import StaffMember
from support.cast import House
from support.database import connect
from support.recording import Frame
from support.server import wait_for

SOON = 5.0  # seconds: well before the listener would look into the log unasked


class Line:
    """The way to the database: it can be cut, and kept cut."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.name = f"listener {secrets.token_hex(4)}"
        self.is_up = True
        self.is_heard = True
        self.attempts = 0

    def connect(self) -> psycopg.Connection[Any]:
        self.attempts += 1
        if not self.is_up:
            raise OSError("no way to the database")
        return connect(self.settings.app_url, autocommit=True, application_name=self.name)

    def notify(self, channel: str, payload: str) -> None:
        with connect(self.settings.app_url, autocommit=True) as beside:
            channel = channel if self.is_heard else "elsewhere"
            beside.execute("SELECT pg_notify(%s, %s)", [channel, payload])

    def cut(self) -> int:
        """End the listener's backend from outside; how many there were."""
        with connect(self.settings.operator_url) as operator:
            return operator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
                [self.name],
            ).rowcount


@pytest.fixture
def line(settings: Settings) -> Line:
    return Line(settings)


@pytest.fixture
def listener(hub: Hub, line: Line) -> Iterator[Listener]:
    heard = {EVENTS_CHANNEL: wake_handler(hub), REVOKED_CHANNEL: hub.revoke}
    made = Listener(hub, line.connect, heard, hub.recover, line.notify)
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
        accounts.revoke_staff_member(tenant, cedar.nour.email)
        accounts.revoke_key(tenant, "Till")
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
        accounts.revoke_staff_member(tenant, cedar.nour.email)
        accounts.revoke_key(tenant, "Till")
        access.end_session(cedar.tenant_id, sessions[0])
    assert all(watcher.is_open for watcher in leaving)
    line.is_up = True
    wait_for(lambda: not any(watcher.is_open for watcher in leaving), "the streams to end")
    assert all(watcher.frames[-1] == Frame(None, "bye", "") for watcher in leaving)
    assert all(watcher.is_open for watcher in staying)


@pytest.mark.parametrize("payload", ["", "rubbish", "7:8", ":::", "00000000-0000-0000-0000-000000000000:x"])
def test_a_notification_of_another_form_is_passed_over(
    settings: Settings, cedar: House, listening: Listener, line: Line, watch: Any, happen: Any, payload: str
) -> None:
    watcher = watch(cedar)
    with connect(settings.operator_url) as operator:
        operator.execute("SELECT pg_notify(%s, %s)", [EVENTS_CHANNEL, payload])
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
    assert any("as through a pooler in transaction mode" in entry.get("error", "") for entry in said)
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
