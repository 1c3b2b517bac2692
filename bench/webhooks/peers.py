"""Three programs that receive webhooks, in a process of their own: one well, one that hangs, one at random.

What each has taken is written down as `id seconds order`, in the order in which it was taken.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, NamedTuple, Self

from standardwebhooks.webhooks import Webhook

NAMES = ("well", "hangs", "half")


class Taken(NamedTuple):
    """`cursor` of what was told, when it came (seconds), and when it had happened."""

    cursor: str
    order: str
    came: float
    happened: str


class Peers:
    """`release` has the one that hangs answer from then on."""

    def __init__(self) -> None:
        self._pipe, self._theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_serve, args=(self._theirs,), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self.ports: dict[str, int] = self._pipe.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join()

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}/events"

    def verify_with(self, secrets: dict[str, str]) -> None:
        self._ask("secrets", secrets)

    def release(self) -> None:
        self._ask("release", None)

    def counts(self) -> dict[str, int]:
        """How many different events each has taken."""
        return dict(self._ask("counts", None))

    def taken(self, name: str) -> list[Taken]:
        return [Taken(*each) for each in self._ask("taken", name)]

    def _ask(self, what: str, value: Any) -> Any:
        self._pipe.send((what, value))
        return self._pipe.recv()


class _Peer(BaseHTTPRequestHandler):
    released: ClassVar[threading.Event]
    secrets: ClassVar[dict[str, str]] = {}
    taken: ClassVar[dict[str, list[tuple[str, str, float, str]]]]
    server: Any
    protocol_version = "HTTP/1.1"  # as those do whom anybody would call: a connection is used again
    timeout = 60

    def do_POST(self) -> None:
        came = time.time()
        body = self.rfile.read(int(self.headers["content-length"]))
        name = self.server.named
        if name == "hangs" and not self.released.is_set():
            self.released.wait(30)
            self.close_connection = True
            return  # whoever waited has gone long since
        if name == "half" and random.random() < 0.5:
            self._answer(500)
            return
        headers = {key.lower(): value for key, value in self.headers.items()}
        event = Webhook(self.secrets[name]).verify(body, headers)
        self.taken[name].append((event["cursor"], event["order_id"], came, event["occurred_at"]))
        self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), _Peer)
        self.named = name

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


def _serve(pipe: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # not what the bench does then
    _Peer.released, _Peer.taken = threading.Event(), {name: [] for name in NAMES}
    servers = {name: _Server(name) for name in NAMES}
    for each in servers.values():
        threading.Thread(target=each.serve_forever, daemon=True).start()
    pipe.send({name: each.server_address[1] for name, each in servers.items()})
    while True:
        what, value = pipe.recv()
        if what == "release":
            _Peer.released.set()
        elif what == "secrets":
            _Peer.secrets = value
        answer = {
            "counts": lambda: {name: len({one[0] for one in got}) for name, got in _Peer.taken.items()},
            "taken": lambda: list(_Peer.taken[value]),  # noqa: B023 (called at once)
        }.get(what, lambda: None)
        pipe.send(answer())
