"""Programs that are told what happens: real HTTP servers, with the bad habits that a test gives them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from standardwebhooks.webhooks import Webhook

from ordertrack.database.session import tenant_context
from ordertrack.outgoing import addresses
from ordertrack.webhooks import endpoints
from support.cast import House


@dataclass(frozen=True)
class Message:
    """What came, as it came."""

    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def event(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def seq(self) -> int:
        return int(self.event["cursor"].rpartition("-")[2])


@dataclass
class Answering:
    """How a peer answers a message; `headers` beside the status, or it hangs so long."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    hangs: float = 0.0


class Peer:
    """`came` is all that came, `taken` what it answered with success; `answers` may be set by a test."""

    def __init__(self) -> None:
        self.came: list[Message] = []
        self.taken: list[Message] = []
        self.answers: Callable[[Message], Answering] = lambda _message: Answering()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                body = self.rfile.read(size)
                if len(body) < size:  # who sent it was killed meanwhile
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                message = Message(headers, body, time.monotonic())
                peer.came.append(message)
                answer = peer.answers(message)
                time.sleep(answer.hangs)
                if 200 <= answer.status < 300:
                    peer.taken.append(message)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/events"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def seqs(self) -> list[int]:
        """Which entries it has taken, each as it came first."""
        return list(dict.fromkeys(each.seq for each in self.taken))


def verify(secret: str, message: Message) -> dict[str, Any]:
    """As the receiving side does, with the library of Standard Webhooks; raises if it is not ours."""
    return dict(Webhook(secret).verify(message.body, message.headers))


@pytest.fixture
def peer() -> Iterator[Callable[[], Peer]]:
    made: list[Peer] = []

    def make() -> Peer:
        made.append(Peer())
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def endpoint(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., endpoints.Made]:
    """Have a peer be told: `endpoint(cedar, peer, kinds=["ready"])`."""
    monkeypatch.setenv(addresses.ALLOWED, "1")

    def make(house: House, told: Peer, **choice: Any) -> endpoints.Made:
        with tenant_context(app, house.tenant_id):
            return endpoints.make(house.maya.principal, told.url, **choice)

    return make
