"""HubRise as a real server, from its documentation, with the habits that its clients have to live with.

The pages: https://www.hubrise.com/developers/api/general-concepts (token, pages of results, limits, errors),
https://www.hubrise.com/developers/api/callbacks (callback, events, signatures, tries) and
https://www.hubrise.com/developers/api/orders (retrieve and update). Its waits are shortened: whoever
tests says when it tries again.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from channels.hubrise import told

TOKEN, SECRET = "token-of-cedar", "secret-of-cedar"
MOST_TRIES = 6
A_PAGE = 100
COUNTS_AS_TAKEN = range(200, 500)
"""Answers of a callback after which HubRise forgets the event, a refusal as well as a thank-you."""


class HubRise:
    """Its side of one connection: orders, events that nobody acknowledged, and who is called with them.

    `habits` are what it does next instead of answering, by the beginning of a request (`PATCH /`, `GET /`):
    a status, `hang`, `huge` or `drop`. `asked` is every request, `told` every status that was set.
    """

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.events: dict[str, dict[str, Any]] = {}
        self.tries: dict[str, int] = {}
        self.lost: list[str] = []
        self.callback: dict[str, Any] = {"url": None, "events": {}}
        self.habits: list[tuple[str, int | str]] = []
        self.asked: list[str] = []
        self.told: list[tuple[str, str]] = []
        self.lock = threading.RLock()
        self.goes_on = threading.Event()
        self.page = A_PAGE
        self._seconds = 0

    # What other clients do at HubRise, of which this one is notified.

    def place(self, state: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            self.orders[state["id"]] = state
            return self._notify(state, "create")

    def patch(self, order_id: str, **fields: Any) -> dict[str, Any]:
        """As `PATCH /location/orders/:id` by somebody else: elements are deleted by their ids, or added."""
        with self.lock:
            state = json.loads(json.dumps(self.orders[order_id]))
            for name in ("items", "payments"):
                state[name] = _merged(state[name], fields.pop(name, []))
            self.orders[order_id] = {**state, **fields}
            return self._notify(self.orders[order_id], "update")

    def _notify(self, state: dict[str, Any], what: str) -> dict[str, Any]:
        self._seconds += 1
        at = f"2026-11-30T12:{self._seconds // 60:02}:{self._seconds % 60:02}+01:00"
        made: dict[str, Any] = told.event(json.loads(json.dumps(state)), what, at)
        if what in self.callback["events"].get("order", []):
            self.events[made["id"]] = made
        return made

    # Its calls.

    def call(self, url: str, event: dict[str, Any], secret: str = SECRET) -> int:
        """An active callback: the answer's status, 599 where none came within 20 s."""
        body = json.dumps(event).encode()
        return post(url, body, {"X-HubRise-Hmac-SHA256": signature_of(body, secret)})

    def deliver(self, url: str) -> list[int]:
        """Call with each event that nobody acknowledged, once; after six tries it is forgotten."""
        answers = []
        for event_id, event in list(self.events.items()):
            status = self.call(url, event)
            answers.append(status)
            self.tries[event_id] = self.tries.get(event_id, 0) + 1
            if status in COUNTS_AS_TAKEN:
                self.events.pop(event_id, None)
            elif self.tries[event_id] >= MOST_TRIES and self.events.pop(event_id, None):
                self.lost.append(event_id)
        return answers

    def behaves(self, request: str) -> int | str | None:
        with self.lock:
            for place, (beginning, habit) in enumerate(self.habits):
                if request.startswith(beginning):
                    del self.habits[place]
                    return habit
        return None


def signature_of(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request("POST", parts.path, body, {"Content-Type": "application/json", **headers})
        return connection.getresponse().status
    except OSError:
        return 599
    finally:
        connection.close()


@contextmanager
def serving(hubrise: HubRise) -> Iterator[str]:
    """Its address, as `https://api.hubrise.com/v1` is."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Calls", (_Calls,), {"hubrise": hubrise}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        hubrise.goes_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Calls(BaseHTTPRequestHandler):
    hubrise: HubRise

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        path = parts.path.removeprefix("/v1")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = f"{self.command} {path}"
        self.hubrise.asked.append(request)
        if self._misbehaves(self.hubrise.behaves(request)):
            return
        if self.headers.get("X-Access-Token") != TOKEN:
            self._send(401, {"message": "The access token is invalid", "error_type": "unauthorized"})
            return
        with self.hubrise.lock:
            self._route(path, parse_qs(parts.query), json.loads(body or b"null"))

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815

    def _misbehaves(self, habit: int | str | None) -> bool:
        match habit:
            case None:
                return False
            case "hang":
                self.hubrise.goes_on.wait(60)
            case "drop":
                self.connection.close()
            case "huge":
                self.send_response(200)
                self.end_headers()
                _pour(self)
            case int():
                self._send(habit, {"error_type": "internal_error"}, {"Retry-After": "45"})
        return True

    def _route(self, path: str, query: dict[str, list[str]], body: Any) -> None:
        match (self.command, *path.strip("/").split("/")):
            case ("GET", "location") | ("GET", "locations", _):
                self._send(200, {"id": "cedar-1", "name": "Cedar, Lyon"})
            case ("GET", "callback"):
                self._send(200, self.hubrise.callback)
            case ("POST", "callback"):
                self.hubrise.callback = body
                self._send(200, body)
            case ("GET", "callback", "events"):
                self._list(query)
            case ("GET", "callback", "events", event_id) if event_id in self.hubrise.events:
                self._send(200, self.hubrise.events[event_id])
            case ("DELETE", "callback", "events", event_id) if event_id in self.hubrise.events:
                del self.hubrise.events[event_id]
                self._send(200, None)
            case ("PATCH", "locations", _, "orders", order_id) if order_id in self.hubrise.orders:
                self.hubrise.orders[order_id] |= {"status": body["status"]}
                self.hubrise.told.append((order_id, body["status"]))
                self._send(200, self.hubrise.orders[order_id])
            case _:
                self._send(404, {"error_type": "not_found"})

    def _list(self, query: dict[str, list[str]]) -> None:
        """Without states, a page at a time."""
        listed = [
            {name: value for name, value in each.items() if not name.endswith("_state")}
            for each in self.hubrise.events.values()
        ]
        first = int(query.get("cursor", ["0"])[0])
        last = first + self.hubrise.page
        more = {"X-Cursor-Next": str(last)} if len(listed) > last else {}
        self._send(200, listed[first:last], more)

    def _send(self, status: int, said: Any, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def _pour(calls: BaseHTTPRequestHandler) -> None:
    """An answer without end, until the other side has had enough."""
    try:
        while True:
            calls.wfile.write(b" " * 65_536)
    except OSError:
        pass


def _merged(elements: list[dict[str, Any]], patch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    deleted = {each["id"] for each in patch if each.get("deleted")}
    kept = [{**each, "deleted": each["deleted"] or each["id"] in deleted} for each in elements]
    return [*kept, *(each for each in patch if not each.get("deleted"))]
