"""Waiting for PostgreSQL under gevent: for what comes, no longer than allowed, and while others go on."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import gevent
import pytest
from psycopg.abc import PQGen
from psycopg.errors import OperationalError, _WaitTimeout
from psycopg.waiting import READY_R, READY_W, WAIT_R, WAIT_RW, Wait

from ordertrack.database.waiting import wait


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def ready_for(*wanted: Wait) -> PQGen[list[int]]:
    """What is said to be ready, for each of these wishes in turn."""
    said: list[int] = []
    for each in wanted:
        said += [int((yield each))]
    return said


def test_what_is_ready_at_once_is_said_without_others_taking_their_turn(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    theirs.send(b"an answer")
    turns: list[int] = []
    other = gevent.spawn(turns.append, 1)
    assert wait(ready_for(WAIT_RW, WAIT_R), ours.fileno(), 30) == [READY_R | READY_W, READY_R]
    assert turns == []
    other.join()


def test_others_go_on_while_an_answer_is_waited_for(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    later = gevent.spawn_later(0.25, theirs.send, b"an answer")  # more than one look later
    assert wait(ready_for(WAIT_RW, WAIT_R), ours.fileno(), 30) == [READY_W, READY_R]
    later.join()


def test_nothing_is_waited_for_longer_than_allowed(ends: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(_WaitTimeout):
        wait(ready_for(WAIT_R), ends[0].fileno(), 0.15)


def test_a_connection_that_was_closed_meanwhile_is_not_waited_for(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    descriptor = ends[0].detach()
    closing = gevent.spawn_later(0.02, os.close, descriptor)
    with pytest.raises(OperationalError, match="closed"):
        wait(ready_for(WAIT_R), descriptor, 30)
    closing.join()
