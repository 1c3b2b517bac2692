"""Who asks for more than their share, in a process of their own: it does not hold up who is honest."""

from __future__ import annotations

import http.client
import multiprocessing
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

_PATIENCE = 20.0  # seconds


class Wish(NamedTuple):
    """One request of an attacker."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None = None


class Attackers:
    """Run `attack` in a process; `said` is what they were answered, once they are done or told to end."""

    def __init__(self, attack: Callable[..., None], *arguments: Any) -> None:
        self._theirs, self._mine = multiprocessing.Pipe()
        self._arguments = (attack, self._theirs, *arguments)
        self._process = multiprocessing.Process(target=_run, args=self._arguments, daemon=True)
        self.said: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.join()

    def are_at_it(self) -> bool:
        """Whether they have more to ask; they say by themselves when they are done."""
        return not self._mine.poll()

    def wait(self, seconds: float = 60.0) -> Counter[str]:
        """What they were answered, when they are done."""
        if not self._mine.poll(seconds):
            return Counter({f"no end in {seconds:.0f} s": 1})
        return Counter(self._mine.recv())


def _run(attack: Callable[..., None], pipe: Any, *arguments: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # not what the bench does then
    attack(pipe, *arguments)


def flood(pipe: Any, port: int, wishes: Sequence[Wish], at_once: int, rounds: int = 1) -> None:
    """All wishes, so many clients at once, each on a connection that is kept as long as it lasts."""
    said: Counter[str] = Counter()
    lock = threading.Lock()
    left = iter([*wishes] * rounds)

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        while True:
            with lock:
                wish = next(left, None)
            if wish is None:
                connection.close()
                return
            try:
                connection.request(wish.method, wish.path, wish.body, wish.headers)
                answer = connection.getresponse()
                answer.read()
                status = str(answer.status)
            except (OSError, http.client.HTTPException):
                connection.close()
                status = "cut off"
            with lock:
                said[status] += 1

    clients = [threading.Thread(target=client) for _ in range(at_once)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    pipe.send(dict(said))


def open_streams(pipe: Any, port: int, wish: Wish, count: int) -> None:
    """So many streams, which are kept open; answers are told when all were asked for."""
    said: Counter[str] = Counter()
    kept = []
    head = [f"GET {wish.path} HTTP/1.0", "Host: localhost", *(f"{k}: {v}" for k, v in wish.headers.items())]
    for _ in range(count):
        stream = socket.create_connection(("127.0.0.1", port), _PATIENCE)
        stream.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        try:
            said[stream.recv(12)[9:12].decode() or "cut off"] += 1
        except OSError:
            said["nothing"] += 1
        kept.append(stream)
    pipe.send(dict(said))
    threading.Event().wait()
