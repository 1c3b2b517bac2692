"""A campaign of hostile requests on a running server, and what it found."""

from __future__ import annotations

import random
import socket
import threading
import urllib.parse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from attack.askers import Asker, Gang
from attack.hostile import Hostile, Quiver
from attack.kinds import Kind

PATIENCE = 20.0  # seconds for an answer
STREAM_FOR = 0.2  # seconds for which a stream is read that was let in
MOST_READ = 2_000_000  # bytes of an answer
HOST = "localhost"
RENEWED_AFTER = 500  # requests at the least: nobody may sign in more often than a few times a minute


@dataclass
class Found:
    """What came of it: how often which status was answered, and what must not be, a line each."""

    statuses: Counter[str] = field(default_factory=Counter)
    kinds: defaultdict[Kind, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    leaks: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.statuses.total()

    def count(self, status: str, kinds: Iterable[Kind]) -> None:
        self.statuses[status] += 1
        for kind in kinds:
            self.kinds[kind][status] += 1

    def table(self) -> Iterator[str]:
        """A line for each kind of attack: how many there were, and what they were answered."""
        yield " ".join([f"{'':52}", f"{'requests':>9}", *(f"{each:>7}" for each in _COLUMNS)])
        for kind in Kind:
            told = self.kinds[kind]
            columns = [sum(told[each] for each in told if _column(each) == name) for name in _COLUMNS]
            yield " ".join([f"{kind:52}", f"{told.total():9}", *(f"{each:7}" for each in columns)])


_COLUMNS = ("2xx", "3xx", "4xx", "429", "503", "none", "other")


def _column(status: str) -> str:
    """`none` is a connection that was closed without an answer."""
    if status in _COLUMNS:
        return status
    return f"{status[0]}xx" if status[0] in "234" else "other"


def attack(
    port: int, gang: Gang, quiver: Quiver, secrets: tuple[bytes, ...], count: int, seed: int, found: Found
) -> None:
    """Send so many requests, everybody at once; the same seed draws the same ones."""
    lock = threading.Lock()

    def send_all(asker: Asker, requests: int) -> None:
        at = random.Random(f"{seed} {asker.name}")
        renewed = 0
        for number in range(requests):
            hostile = quiver.draw(at, "Authorization" in asker.headers)
            hostile = replace(hostile, kinds=hostile.kinds | asker.kinds)
            answer = send(port, asker, hostile)
            with lock:
                status = judge(found, asker.name, hostile, answer, (*secrets, *asker.hidden))
                if asker.oversteps(hostile, status):
                    found.errors.append(f"{asker.name}: {hostile.method} {hostile.path[:200]} -> {status}")
            if number - renewed >= RENEWED_AFTER and _is_signed_out(answer):
                asker.renew()
                renewed = number

    many = len(gang.askers)
    shares = [count // many + (number < count % many) for number in range(many)]
    with ThreadPoolExecutor(many) as pool:
        list(pool.map(send_all, gang.askers, shares))


def _is_signed_out(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 401") or b"\r\nlocation: /login" in answer[:2000].lower()


def send(port: int, asker: Asker, hostile: Hostile) -> bytes:
    """The whole answer, head and body; of a stream what comes at once. Empty where none came."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        try:
            connection.sendall(hostile.raw or _written(asker, hostile))
            if hostile.raw:
                connection.shutdown(socket.SHUT_WR)  # there is no more of it to wait for
            return _read(connection)
        except ConnectionError:
            return b""  # hung up on: that is an answer too


def judge(found: Found, who: str, hostile: Hostile, answer: bytes, secrets: tuple[bytes, ...]) -> str:
    """Count the answer, and say what must not be in it; its status."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head[9:12].decode("ascii", "replace") if head.startswith(b"HTTP/") else "none"
    found.count(status, hostile.kinds)
    said = f"{who}: {hostile.method} {hostile.path[:200]} {hostile.body and hostile.body[:200]!r} -> {status}"
    if any(secret in answer for secret in secrets):
        found.leaks.append(said)
    is_busy = status == "503" and b"\r\nretry-after:" in head.lower()
    if status >= "500" and status != "none" and not is_busy:
        found.errors.append(said)
    is_done = status[:1] == "2" or (status == "302" and not _is_signed_out(answer))
    if Kind.ABOVE in hostile.kinds and hostile.method == "POST" and is_done:
        found.errors.append(f"{said}: somebody above")
    if b"Traceback (most recent" in body:
        found.errors.append(f"{said}: a traceback")
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "x-injected":
            found.errors.append(f"{said}: a header was injected")
        if name.lower() == "location" and _leads_away(value.strip(), hostile):
            found.errors.append(f"{said}: sent to {value}")
    return status


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
