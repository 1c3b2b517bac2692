"""Talking to a real server as programs and pages do: requests, sign-ins, and event streams frame by frame."""

from __future__ import annotations

import http.client
import json
import socket
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any, NamedTuple

from support.cast import PASSWORD, Person

PATIENCE = 20.0  # seconds


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Caller:
    """One HTTP client with its headers; `form` or `body` (JSON) makes a POST. Keeps no connection open."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self.port = port
        self.headers = headers or {}

    def call(self, path: str, *, form: dict[str, str] | None = None, body: Any = None) -> Answer:
        """Raises OSError or http.client.HTTPException where the server goes away meanwhile."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            if form is not None:
                kind = {"Content-Type": "application/x-www-form-urlencoded"}
                connection.request("POST", path, urllib.parse.urlencode(form), self.headers | kind)
            elif body is not None:
                kind = {"Content-Type": "application/json"}
                connection.request("POST", path, json.dumps(body), self.headers | kind)
            else:
                connection.request("GET", path, headers=self.headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()


def sign_in(port: int, person: Person) -> Caller:
    """A caller that carries the cookie of a sign-in made for it."""
    answer = Caller(port).call("/login", form={"email": person.email, "password": PASSWORD})
    assert answer.status == 302, answer.text
    return Caller(port, {"Cookie": str(answer.headers["Set-Cookie"]).split(";")[0]})


class Frame(NamedTuple):
    """One message of an event stream, as it was sent."""

    id: str | None
    event: str | None
    data: str


class StreamEnded(Exception):
    """The server closed the stream."""


class Frames:
    """Cuts an event stream's bytes into frames, however they were cut by the network."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Frame]:
        *blocks, self._rest = (self._rest + data).split(b"\n\n")
        for block in blocks:
            if frame := _parse(block.decode()):
                yield frame


class EventStream:
    """One event stream over a socket of its own. `status` is the answer's; the rest exists only for 200.

    HTTP/1.0 knows no chunks: what is received is what was told.
    """

    def __init__(
        self, port: int, path: str, headers: dict[str, str], last_event_id: str | None = None
    ) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        lines = [f"GET {path} HTTP/1.0", "Host: localhost", "Accept: text/event-stream"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Last-Event-ID: {last_event_id}"] if last_event_id else []
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._frames = Frames()
        self._waiting: list[Frame] = []
        try:
            self._read_head()
        except BaseException:
            self.socket.close()
            raise

    def _read_head(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            if not (data := self.socket.recv(65536)):
                raise StreamEnded("before it began")
            head += data
        head, _, rest = head.partition(b"\r\n\r\n")
        self.head = head.decode()
        self.status = int(head.split(b" ", 2)[1])
        self._waiting += self._frames.feed(rest)

    def next(self, patience: float = PATIENCE) -> Frame | None:
        """The next frame, heartbeats too; None if none comes in time. Raises StreamEnded at the end."""
        deadline = time.monotonic() + patience
        while not self._waiting:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                return None
            except ConnectionError as error:
                raise StreamEnded(str(error)) from error
            if not data:
                raise StreamEnded("closed")
            self._waiting += self._frames.feed(data)
        return self._waiting.pop(0)

    def close(self) -> None:
        self.socket.close()


def _parse(block: str) -> Frame | None:
    fields: dict[str, list[str]] = {}
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        if name:
            fields.setdefault(name, []).append(value.removeprefix(" "))
    if not fields:
        return None
    first = {name: values[0] for name, values in fields.items()}
    return Frame(first.get("id"), first.get("event"), "\n".join(fields.get("data", [])))
