"""Who comes back in the same words is let in by what is known, and only as long as all of that holds."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request_started
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from ordertrack.database import ttl_cache
from ordertrack.database.session import tenant_context
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub
from ordertrack.orders.log import event_log
from ordertrack.restaurants import operations, versioned
from ordertrack.restaurants.save import save_operations
from ordertrack.streams.coming_back import ComingBack
from ordertrack.tenants import restaurants
from ordertrack.tenants.sessions import kept_sign_ins
from support.cast import House


class Screens:
    """Asks for the stream of hamra's kitchen over sockets of its own; counts the requests that Flask saw."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        self._app = app
        self._cookie = "; ".join(f"{each.key}={each.value}" for each in client._cookies.values())  # type: ignore[union-attr]
        self.open: list[socket.socket] = []
        self.went_the_whole_way = 0
        self.line: Mapping[str, Any] = {}

    def count(self, _app: Flask, **_: Any) -> None:
        self.went_the_whole_way += 1

    def ask(self, after: Cursor | None = None, **headers: str) -> str:
        """`stream`, or the status of a refusal."""
        ours, theirs = socket.socketpair()
        with ours:
            said = {"Cookie": self._cookie, **headers}
            if after is not None:
                said["Last-Event-ID"] = str(after)
            builder = EnvironBuilder("/r/hamra/kitchen/stream?language=en", headers=said)
            environ = builder.get_environ() | {"gunicorn.socket": _Client(ours)}
            answered: list[str] = []
            try:
                list(self._app.wsgi_app(environ, lambda status, *_: answered.append(status)))
            except StopIteration:
                answered.append("stream")
        self.line = environ["ordertrack.told"]
        theirs.settimeout(20)
        self.open.append(theirs)
        return answered[0]


class _Client:
    """What a connection sets of a TCP socket is nothing for a pair."""

    def __init__(self, plain: socket.socket) -> None:
        self._plain = plain

    def setsockopt(self, *_: int) -> None:
        return

    def fileno(self) -> int:
        return self._plain.fileno()


@pytest.fixture
def screens(app: Flask, maya: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Screens]:
    """In a process that hears of every change."""
    monkeypatch.setattr(app.extensions["sign_ins"], "is_believed", lambda: True)
    ttl_cache.believe(lambda: True)
    made = Screens(app, maya)
    with request_started.connected_to(made.count, app):
        yield made
    ttl_cache.believe(bool)
    for each in made.open:
        each.close()


@pytest.fixture
def head(app: Flask, cedar: House) -> Callable[[], Cursor]:
    def read() -> Cursor:
        with tenant_context(app, cedar.tenant_id):
            return event_log.head(cedar.tenant_id)

    return read


def test_who_comes_back_in_the_same_words_is_let_in_by_what_is_known(
    app: Flask, screens: Screens, cedar: House, place: Any, head: Callable[[], Cursor]
) -> None:
    stood = head()
    assert screens.ask(stood) == "stream"
    line = screens.line
    order = place(cedar)
    app.extensions["hub"].wake(cedar.tenant_id)
    assert screens.ask(stood) == "stream"
    assert screens.went_the_whole_way == 1
    received = screens.open[-1].recv(65536)
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert str(order).encode() in received, "it is told what it missed"
    assert screens.line == line and line["by"] == cedar.maya.principal.actor, "and stands in the log as ever"


def test_other_words_go_the_whole_way(screens: Screens) -> None:
    assert screens.ask() == "stream"
    assert screens.ask(Hides="%7B%22fulfilments%22%3A%5B%22delivery%22%5D%7D") == "stream"
    assert screens.ask(Cookie="language=fr") == "401 UNAUTHORIZED"
    assert screens.went_the_whole_way == 3


def test_whose_sign_in_has_ended_is_refused(screens: Screens, maya: FlaskClient) -> None:
    assert screens.ask() == "stream"
    assert maya.post("/logout").status_code == 302
    assert screens.ask() == "401 UNAUTHORIZED"


def test_a_cookie_that_is_too_old_is_looked_at_anew(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert screens.ask() == "stream"
    shift_later = time.time() + 16 * 3600 + 1
    monkeypatch.setattr(kept_sign_ins.time, "time", lambda: shift_later)
    screens.ask()
    assert screens.went_the_whole_way == 2


def test_nobody_is_let_in_by_what_is_known_while_ends_of_access_are_not_heard(
    app: Flask, screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert screens.ask() == "stream"
    monkeypatch.setattr(app.extensions["sign_ins"], "is_believed", lambda: False)
    assert screens.ask() == "stream"
    assert screens.went_the_whole_way == 2


def test_a_restaurant_that_may_be_called_otherwise_is_looked_for_anew(screens: Screens, cedar: House) -> None:
    assert screens.ask() == "stream"
    restaurants.forget(cedar.tenant_id)
    assert screens.ask() == "stream"
    assert screens.went_the_whole_way == 2


def test_a_screen_that_may_show_old_settings_goes_the_whole_way(
    app: Flask, screens: Screens, cedar: House, hamra: uuid.UUID
) -> None:
    assert screens.ask() == "stream"
    with tenant_context(app, cedar.tenant_id):
        now = operations.of_restaurant(cedar.tenant_id, hamra)
        save_operations(replace(now, rest_after=200), by=cedar.maya.principal)
        versioned.forget(cedar.tenant_id, hamra)
    assert screens.ask() == "stream"
    assert screens.went_the_whole_way == 2


def test_a_share_that_is_taken_is_refused_as_it_always_is(
    app: Flask, screens: Screens, cedar: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert screens.ask() == "stream"
    hub: Hub = app.extensions["hub"]
    open_before = hub.count
    monkeypatch.setattr(hub.shares, "elsewhere", lambda _holder: 10**6)
    assert screens.ask() == "429 TOO MANY REQUESTS"
    assert hub.count == open_before


def test_what_is_known_is_bounded(app: Flask, screens: Screens, monkeypatch: pytest.MonkeyPatch) -> None:
    coming_back: ComingBack = app.extensions["coming_back"]
    monkeypatch.setattr("ordertrack.streams.coming_back.MOST_KEPT", 1)
    assert screens.ask() == "stream"
    assert screens.ask(Accept="text/event-stream") == "stream"
    assert len(coming_back._known) == 1
