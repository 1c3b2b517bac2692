"""The process that sends is killed between sending and noting it: the message is not sent a second time."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from messages.peers import Peer
from messages.working import Working
from ordertrack.database.config import Settings
from ordertrack.messages.models import State
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.server import environment_of, wait_for
from support.suite import left_behind
from support.till import move

# With a turn of its own, and no patience with pages that might be open.
_FOLLOW = """
import datetime, sys
from ordertrack.messages import follower
from ordertrack.server.commands import follow
follower.NOTICED_WITHIN = datetime.timedelta(0)
follow.LOCK = int(sys.argv[1])
follow.follow.main([], standalone_mode=False)
"""
SOON = 40.0  # seconds


@pytest.fixture
def follow(settings: Settings, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start one that follows and sends."""
    sealed_in = {"ORDERTRACK_DATA": str(settings.data_folder), "ORDERTRACK_OUTGOING_PRIVATE": "1"}
    environment = environment_of(settings, tmp_path) | sealed_in
    turn, begun = str(secrets.randbelow(2**31)), []

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / "follow.log").open("ab") as log:
            command = [sys.executable, "-c", _FOLLOW, turn]
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        left_behind.end_with_us(process)
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.wait()


def test_what_was_being_sent_when_it_was_killed_is_not_sent_again_and_what_follows_is(
    app: Flask,
    cedar: House,
    by_twilio: Callable[[House], str],
    peer: Peer,
    ordered: Callable[..., uuid.UUID],
    follow: Callable[[], subprocess.Popen[bytes]],
) -> None:
    by_twilio(cedar)
    working = Working(app, cedar)
    peer.hangs.set()
    order = ordered(cedar)
    move(app, cedar, order, OrderStatus.CONFIRMED)
    first = follow()
    wait_for(peer.was_asked.is_set, "the message", SOON)
    assert working.states() == {"confirmed": State.SENDING}
    first.send_signal(signal.SIGKILL)
    first.wait()
    peer.hangs.clear()
    follow()
    wait_for(lambda: working.states()["confirmed"] == State.UNKNOWN, "what it says of it", SOON)
    move(app, cedar, order, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.DELIVERING)
    wait_for(lambda: working.states().get("on_the_way") == State.SENT, "the next message", SOON)
    assert working.states()["confirmed"] == State.UNKNOWN and len(peer.asked) == 2
