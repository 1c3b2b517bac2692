"""Writes beyond what is answered in some seconds are told to come again; whoever reads is let in."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from http.client import HTTPResponse
from types import SimpleNamespace
from typing import Any

import pytest

from ordertrack.server import admission
from ordertrack.server.admission import Admission
from ordertrack.server.worker import Worker
from support.server import wait_for

QUICK = "/quick"


class Slow:
    """An application whose writes last until they are let go, but for quick ones."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] != QUICK:
            self.go_on.wait(20)
        start_response("200 OK", [])
        return [b"done"]


def ask(
    app: Admission, method: str = "POST", path: str = "/orders/1/transitions"
) -> tuple[str, dict[str, str], bytes]:
    said: list[Any] = []
    body = b"".join(
        app(
            {"REQUEST_METHOD": method, "PATH_INFO": path},
            lambda status, headers: said.extend((status, headers)),
        )
    )
    return said[0], dict(said[1]), body


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def app(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> Admission:
    monkeypatch.setattr(admission, "AT_ONCE", 3)
    monkeypatch.setattr(admission, "FEW", 1)
    return Admission(slow)


@pytest.fixture
def under_way(app: Admission, slow: Slow) -> Iterator[Callable[[int], None]]:
    threads: list[threading.Thread] = []

    def begin(count: int) -> None:
        begun = [threading.Thread(target=ask, args=(app,)) for _ in range(count)]
        threads.extend(begun)
        for each in begun:
            each.start()
        wait_for(lambda: app.under_way == len(threads), "them to be under way")

    yield begin
    slow.go_on.set()
    for each in threads:
        each.join(20)


def test_one_write_too_many_is_refused_and_reading_is_not(
    app: Admission, under_way: Callable[[int], None]
) -> None:
    under_way(3)
    status, headers, body = ask(app)
    assert status.startswith("503") and int(headers["Retry-After"]) > 0
    assert body.startswith(b"More is being written") and int(headers["Content-Length"]) == len(body)
    assert ask(app, "GET")[0] == "200 OK"


def test_a_program_is_told_in_its_own_form(app: Admission, under_way: Callable[[int], None]) -> None:
    under_way(3)
    _, headers, body = ask(app, path="/api/v1/orders")
    assert headers["Content-Type"] == "application/problem+json" and b'"status": 503' in body


def test_who_queues_for_a_while_is_let_in_as_far_as_they_are_answered(
    app: Admission, under_way: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(admission.time, "monotonic", lambda: now[0])
    under_way(2)
    now[0] += admission.PATIENCE - 1
    for _ in range(4):
        assert ask(app, path=QUICK)[0] == "200 OK"
    now[0] += 1
    under_way(2)
    assert ask(app)[0].startswith("503"), "four were answered while one is patient, and four are under way"
    now[0] += admission.PATIENCE
    assert ask(app, path=QUICK)[0].startswith("503"), "now none was"


def test_few_are_no_queue_however_long_they_last(
    app: Admission, under_way: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(admission.time, "monotonic", lambda: now[0])
    under_way(1)
    now[0] += 10 * admission.PATIENCE
    assert ask(app, path=QUICK)[0] == "200 OK"


def test_when_they_are_done_others_are_let_in(
    app: Admission, slow: Slow, under_way: Callable[[int], None]
) -> None:
    under_way(3)
    slow.go_on.set()
    wait_for(lambda: app.under_way == 0, "them to be done")
    assert ask(app)[0] == "200 OK"


@pytest.mark.parametrize("is_last", [False, True])
@pytest.mark.parametrize("path", ["/orders/1/transitions", "/api/v1/orders"])
def test_a_worker_refuses_a_write_before_it_reaches_the_application(
    app: Admission, under_way: Callable[[int], None], is_last: bool, path: str
) -> None:
    under_way(3)
    worker: Any = Worker.__new__(Worker)
    worker.admission, worker.alive = app, True
    asked = SimpleNamespace(method="POST", path=path, should_close=lambda: is_last)
    assert app.refuses(asked.method)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with pytest.raises(StopIteration) if is_last else nullcontext():
            worker._refuse(asked, theirs, ("192.0.2.1", 1))
        answer = HTTPResponse(ours)
        answer.begin()
        said = answer.read()
    status, headers, body = ask(app, path=path)
    assert (f"{answer.status} {answer.reason}", said) == (status, body), "as the application would"
    assert headers.items() <= dict(answer.headers).items()
    assert answer.headers["X-Request-Id"]
    assert answer.will_close == is_last
