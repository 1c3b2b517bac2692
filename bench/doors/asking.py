"""Asking as honest people do, one connection a request, and how they fare."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from statistics import median, quantiles
from typing import Any, NamedTuple

PATIENCE = 5.0  # seconds after which somebody takes the house for down


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    text: str


def ask(
    port: int,
    path: str,
    headers: dict[str, str] | None = None,
    *,
    form: dict[str, str] | None = None,
    body: Any = None,
    patience: float = 20.0,
) -> Answer:
    """The whole answer; `form` or `body` (JSON, or bytes as they are) makes a POST. Raises as sockets do."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    said = dict(headers or {})
    sent = None
    if form is not None:
        sent, said["Content-Type"] = (
            urllib.parse.urlencode(form).encode(),
            "application/x-www-form-urlencoded",
        )
    elif body is not None:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        said["Content-Type"] = "application/json"
    try:
        connection.request("GET" if sent is None else "POST", path, sent, said)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))
    finally:
        connection.close()


def getting(port: int, path: str, headers: dict[str, str]) -> Callable[[], int]:
    """Asks for it when it is called, for as long as somebody has patience; the status."""
    return lambda: ask(port, path, headers, patience=PATIENCE).status


def cookies(answer: Answer) -> str:
    """What a browser would send from then on."""
    jar: SimpleCookie = SimpleCookie()
    for each in answer.headers.get_all("Set-Cookie") or []:
        jar.load(each)
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items() if morsel.value)


@dataclass
class Fared:
    """How those fared who asked: milliseconds of those who were served, and what the others met."""

    took: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)

    @property
    def asked(self) -> int:
        return len(self.took) + self.failed.total()

    @property
    def p50(self) -> float:
        return median(self.took) if self.took else float("inf")

    @property
    def p95(self) -> float:
        if len(self.took) < 2:
            return self.p50
        return quantiles(self.took, n=20, method="inclusive")[-1]


def fare(doing: Iterable[Callable[[], int]], goes_on: Callable[[], bool], pause: float) -> list[Fared]:
    """Each is done again and again as long as it goes on, all at the same time; 2xx and 3xx are served."""
    found = [(each, Fared()) for each in doing]
    threads = [threading.Thread(target=_again, args=(do, fared, goes_on, pause)) for do, fared in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [fared for _, fared in found]


def _again(do: Callable[[], int], fared: Fared, goes_on: Callable[[], bool], pause: float) -> None:
    while True:
        began = time.perf_counter()
        try:
            status = do()
        except TimeoutError:
            fared.failed[f"nothing in {PATIENCE:.0f} s"] += 1
        except (OSError, http.client.HTTPException):
            fared.failed["cut off"] += 1
        else:
            if status < 400:
                fared.took.append((time.perf_counter() - began) * 1000)
            else:
                fared.failed[str(status)] += 1
        if not goes_on():
            return
        time.sleep(pause)


def for_seconds(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() < until


def wait_until_served(do: Callable[[], int], within: float = 60.0) -> None:
    """What an attack leaves behind is no part of the next one."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            if do() < 400:
                return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.2)
