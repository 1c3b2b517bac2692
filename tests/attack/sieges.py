"""Attacks that take many requests: shares used up, passwords guessed. Nobody else is kept out by them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

from attack.campaign import Found
from attack.kinds import Kind
from attack.victim import Victim
from support.cast import House
from support.http_client import Caller, EventStream

AT_ONCE = 8


def lay(port: int, gang: House, token: str, victim: Victim, requests: int, found: Found) -> None:
    """All of them, with so many requests together at the most; of more than the shares, none is needed."""
    _streams(port, f"/track/{token}/stream", {}, min(30, requests // 30), victim, found)
    _streams(port, "/api/v1/stream", gang.bearer, min(120, requests // 20), victim, found)
    key = Caller(port, gang.bearer)
    _flood(lambda: key.call("/api/v1/restaurants").status, min(1000, requests // 10), Kind.BURST, found)
    if Caller(port, victim.house.bearer).call("/api/v1/restaurants").status != 200:
        found.errors.append("a key's burst kept another house out")
    guess = {"email": victim.house.maya.email, "password": "quite-wrong"}
    # Few in a short campaign: the address that is counted is the one of all tests.
    tries = min(60, requests // 200)
    _flood(lambda: Caller(port).call("/login", form=guess).status, tries, Kind.PASSWORDS, found)


def _streams(port: int, path: str, headers: dict[str, str], count: int, victim: Victim, found: Found) -> None:
    """Open so many at once. Meanwhile a guest of the other house opens theirs."""
    with ExitStack() as streams:
        for _ in range(count):
            stream = streams.enter_context(closing(EventStream(port, path, headers)))
            found.count(str(stream.status), frozenset({Kind.STREAMS}))
        with closing(EventStream(port, f"/track/{victim.tokens[0]}/stream", {})) as honest:
            if honest.status != 200:
                found.errors.append(f"{count} streams of {path} kept a guest out: {honest.status}")


def _flood(ask: Callable[[], int], count: int, kind: Kind, found: Found) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for status in pool.map(lambda _: ask(), range(count)):
            found.count(str(status), frozenset({kind}))
            if status >= 500 and status != 503:
                found.errors.append(f"{kind} -> {status}")
