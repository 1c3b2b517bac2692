"""Providers as real servers, with their bad habits: what they were asked is kept."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Asked(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Peer:
    """An HTTP server. `answers` are used up one after the other, the last one stays; `hang` answers never."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[tuple[int, bytes]] = [(200, b"{}")]
        self.hangs = threading.Event()
        self.released = threading.Event()
        self.was_asked = threading.Event()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                peer.asked.append(Asked(self.command, self.path, headers, self.rfile.read(length)))
                peer.was_asked.set()
                if peer.hangs.is_set():
                    peer.released.wait(30)
                    return
                status, body = peer.answers[0] if len(peer.answers) == 1 else peer.answers.pop(0)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def says(self, status: int, said: Any = None) -> None:
        self.answers = [(status, json.dumps(said or {}).encode())]

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Anywhere(Controller):
    """On a port that is free: it looks whether somebody is there before it knows which that is."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Mailbox:
    """An SMTP server; `refuses` is what it says instead of taking a text."""

    def __init__(self, *, hangs_up: bool = False) -> None:
        self.taken: list[Envelope] = []
        self.refuses: str | None = None
        self.hangs_up = hangs_up
        self._controller = _Anywhere(self, hostname="127.0.0.1", port=0)
        self._controller.start()

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        if self.hangs_up:
            assert server.transport is not None
            server.transport.abort()
        return self.refuses or "250 OK"

    @property
    def port(self) -> int:
        assert self._controller.server is not None
        port: int = self._controller.server.sockets[0].getsockname()[1]
        return port

    def close(self) -> None:
        self._controller.stop(no_assert=True)
