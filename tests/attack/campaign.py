"""A campaign of hostile requests on a running server, and what it found."""

from __future__ import annotations

import random
import socket
import threading
import urllib.parse
from collections import Counter
from dataclasses import dataclass, field

from attack.askers import Asker, Gang
from attack.hostile import Hostile, Quiver

PATIENCE = 20.0  # seconds for an answer
STREAM_FOR = 0.2  # seconds for which a stream is read that was let in
MOST_READ = 2_000_000  # bytes of an answer
HOST = "localhost"
RENEWED_AFTER = 500  # requests at the least: nobody may sign in more often than a few times a minute


@dataclass
class Found:
    """What came of it: how often which status was answered, and what must not be, a line each."""

    statuses: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.statuses.total()


def attack(port: int, gang: Gang, quiver: Quiver, secrets: tuple[bytes, ...], count: int, seed: int) -> Found:
    """Send so many requests, everybody at once; the same seed draws the same ones."""
    found = Found()
    lock = threading.Lock()
    share = -(-count // len(gang.askers))

    def send_all(asker: Asker, requests: int) -> None:
        at = random.Random(f"{seed} {asker.name}")
        renewed = 0
        for number in range(requests):
            hostile = quiver.draw(at, "Authorization" in asker.headers)
            answer = send(port, asker, hostile)
            with lock:
                judge(found, asker.name, hostile, answer, secrets)
            if number - renewed >= RENEWED_AFTER and _is_signed_out(answer):
                asker.renew()
                renewed = number

    left = count
    threads = []
    for asker in gang.askers:
        threads.append(threading.Thread(target=send_all, args=(asker, min(share, left))))
        left -= min(share, left)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _is_signed_out(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 401") or b"\r\nlocation: /login" in answer[:2000].lower()


def send(port: int, asker: Asker, hostile: Hostile) -> bytes:
    """The whole answer, head and body; of a stream what comes at once. Empty where none came."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        try:
            connection.sendall(hostile.raw or _written(asker, hostile))
            return _read(connection)
        except ConnectionError:
            return b""  # hung up on: that is an answer too


def judge(found: Found, who: str, hostile: Hostile, answer: bytes, secrets: tuple[bytes, ...]) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head[9:12].decode("ascii", "replace") if head.startswith(b"HTTP/") else "none"
    found.statuses[status] += 1
    said = f"{who}: {hostile.method} {hostile.path[:200]} {hostile.body and hostile.body[:200]!r} -> {status}"
    if any(secret in answer for secret in secrets):
        found.leaks.append(said)
    is_busy = status == "503" and b"\r\nretry-after:" in head.lower()
    if status >= "500" and status != "none" and not is_busy:
        found.errors.append(said)
    if b"Traceback (most recent" in body:
        found.errors.append(f"{said}: a traceback")
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "x-injected":
            found.errors.append(f"{said}: a header was injected")
        if name.lower() == "location" and _leads_away(value.strip(), hostile):
            found.errors.append(f"{said}: sent to {value}")


def _leads_away(address: str, hostile: Hostile) -> bool:
    """Whether a browser would go to another host than the one that was asked."""
    host = urllib.parse.urlsplit(address.replace("\\", "/")).netloc
    return host not in ("", HOST, hostile.headers.get("Host"))


def _written(asker: Asker, hostile: Hostile) -> bytes:
    headers = {"Host": HOST, **asker.headers, **hostile.headers, "Connection": "close"}
    if hostile.body is not None:
        headers["Content-Length"] = str(len(hostile.body))
    lines = [
        f"{hostile.method} {hostile.path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode("utf-8", "replace") + b"\r\n\r\n" + (hostile.body or b"")


def _read(connection: socket.socket) -> bytes:
    answer = b""
    while len(answer) < MOST_READ:
        if b"text/event-stream" in answer:
            connection.settimeout(STREAM_FOR)
        try:
            data = connection.recv(65536)
        except TimeoutError:
            break
        if not data:
            break
        answer += data
    return answer
