"""What a stream's owner reads is what was handed to it, and it lets in whom it would let in itself."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from ordertrack.boards.filters import FILTERS, Filter, Told
from ordertrack.i18n.topic_keys import key_of
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub
from ordertrack.live.owners import Said
from ordertrack.live.shares import Holder
from ordertrack.live.topics import Topic
from ordertrack.rules.roles import Role
from ordertrack.streams import handing
from ordertrack.streams.handing import Handed
from ordertrack.tenants.principal import Principal, TabletPlace
from ordertrack.web.database_problems import DATABASE_AWAY
from ordertrack.web.problems import problem_of
from support.cast import House

PATIENCE = 20  # seconds
words = st.text(max_size=40)
places = st.builds(TabletPlace, st.uuids(), st.uuids(), words, words, words)
principals = st.builds(
    Principal,
    st.uuids(),
    words,
    words,
    st.none() | st.sampled_from(Role),
    st.none() | words,
    st.none() | places,
)
cursors = st.builds(Cursor, st.integers(0, 2**62), st.integers(0, 2**62))


@given(
    st.builds(
        Handed,
        principals,
        st.builds(Topic, st.uuids(), words, words),
        st.none() | cursors,
        st.lists(st.builds(Holder, words, words)),
        words,
    )
)
def test_what_is_read_is_what_was_written(stream: Handed) -> None:
    assert handing.read(json.loads(json.dumps(handing.written(stream)))) == stream


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The two ends of a client's connection: the server's, and its own."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
        closing(server.accept()[0]) as accepted,
    ):
        client.settimeout(PATIENCE)
        yield accepted, client


def kitchen(house: House, hamra: uuid.UUID, said: str = "", by: Principal | None = None) -> Said:
    """Its manager's, or somebody else's, stream of a kitchen board, as it was written."""
    topic = Topic(house.tenant_id, "kitchen", key_of(hamra, "en"))
    return handing.written(Handed(by or house.maya.principal, topic, None, [], said, "id"))


@pytest.fixture
def hub(app: Flask) -> Hub:
    made: Hub = app.extensions["hub"]
    return made


def take(hub: Hub, stream: Said, client: socket.socket) -> list[Said | None]:
    """What the owner answered."""
    answers: list[Said | None] = []
    handing.taken_in(hub)(stream, client, answers.append)
    client.close()
    return answers


def read_all(client: socket.socket) -> bytes:
    """Everything until the server closes."""
    return b"".join(iter(lambda: client.recv(65536), b""))


def test_a_stream_that_is_taken_in_is_served_and_its_filter_known(
    hub: Hub, cedar: House, hamra: uuid.UUID, line: tuple[socket.socket, socket.socket]
) -> None:
    told = Told(Filter(fulfilments=frozenset(("pickup",))), 12.5)
    assert take(hub, kitchen(cedar, hamra, told.as_text()), line[0]) == [None]
    assert FILTERS.of(cedar.tenant_id, (hamra, "kitchen", cedar.maya.principal.ended_by[-1])) == told
    hub.revoke(cedar.maya.principal.actor)
    heard = read_all(line[1])
    assert heard.startswith(b"HTTP/1.1 200 OK\r\n") and b"event: bye" in heard


def test_an_owner_without_the_database_says_that_this_is_why(
    app: Flask, hub: Hub, cedar: House, hamra: uuid.UUID, line: tuple[socket.socket, socket.socket]
) -> None:
    """A program's stream then comes back by itself, as if it had not been handed over."""
    lost = OperationalError("SELECT", {}, psycopg.OperationalError("server closed the connection"))
    with pytest.MonkeyPatch.context() as patch, closing(line[0].dup()) as client:
        patch.setattr(hub, "attach", raising(lost))
        (refused,) = take(hub, kitchen(cedar, hamra), client)
        patch.setattr(hub, "attach", raising(KeyError("a fault of ours")))
        (failed,) = take(hub, kitchen(cedar, hamra), line[0])
    assert refused is not None and failed is not None
    topic = Topic(cedar.tenant_id, "program", "")
    with app.test_request_context("/api/v1/stream"):
        assert problem_of(handing._error_of(refused, topic)).kind == DATABASE_AWAY
        assert problem_of(handing._error_of(failed, topic)).kind == "not-now"


def raising(error: Exception) -> Callable[..., None]:
    def attach(*_arguments: object) -> None:
        raise error

    return attach


def test_what_was_revoked_on_its_way_to_the_owner_ends_at_once(
    hub: Hub, cedar: House, hamra: uuid.UUID, line: tuple[socket.socket, socket.socket]
) -> None:
    stream = kitchen(cedar, hamra)
    hub.revoke(cedar.maya.principal.actor)
    assert take(hub, stream, line[0]) == [None]
    assert b"event: bye" in read_all(line[1])


def test_the_owner_refuses_what_it_would_refuse_itself(
    hub: Hub, cedar: House, rival: House, hamra: uuid.UUID, line: tuple[socket.socket, socket.socket]
) -> None:
    for stranger in (rival.maya.principal, cedar.karim.principal, cedar.program):
        with closing(line[0].dup()) as client:
            assert take(hub, kitchen(cedar, hamra, by=stranger), client) == [{"why": "not admitted"}]
    line[0].close()
    assert read_all(line[1]) == b"", "nobody has begun to answer"
