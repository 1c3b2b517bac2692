"""Clients read the stream while their connections are cut and the database is restarted."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clients.reader import PROGRAMS, Event, Reader, findings
from clients.service import Service
from ordertrack.database import embedded
from support.cast import House
from support.http_client import Caller
from support.server import Server, wait_for

HOW = ("fast", "immediate")  # the database is stopped: in order, or as a crash would


@dataclass(frozen=True)
class Read:
    """How many events happened, and what each client was told other than these, once and in order."""

    events: int
    findings: list[str]


@dataclass(frozen=True)
class Place:
    """A server, one house on it, and the folder of its database."""

    server: Server
    house: House
    data_folder: Path
    socket_folder: str

    def ask(self, path: str) -> Any:
        return Caller(self.server.port, self.house.bearer).call(f"/api/v1{path}").json


def read(place: Place, cuts: int, restarts: int, seed: int) -> Read:
    """Have each client read on through so many cuts of its own, and so many restarts that meet all."""
    after = place.ask("/events")["next"]
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(PROGRAMS)))  # left last: closed readers are not cut
        readers = [_open(stack, place, name, after) for name in PROGRAMS]
        stack.enter_context(Service(place.server.port, place.house))
        may_cut = threading.Event()
        stack.callback(may_cut.set)
        may_cut.set()
        cutting = [pool.submit(reader.cut, cuts, seed, may_cut) for reader in readers]
        for number in range(restarts):
            _until_cut(readers, cutting, (number + 1) * cuts * len(readers) // (restarts + 1))
            may_cut.clear()
            _restart(place, readers, HOW[number % len(HOW)])
            may_cut.set()
        _until_cut(readers, cutting, cuts * len(readers))
        log = list(_log(place, after))
        for reader in readers:
            reader.await_events(len(log))
        return Read(len(log), [found for reader in readers for found in findings(reader, log)])


def _open(stack: contextlib.ExitStack, place: Place, name: str, after: str) -> Reader:
    reader = Reader(name, place.server.port, place.house.key, after, place.server.log.parent)
    stack.callback(reader.close)
    return reader


def _until_cut(readers: list[Reader], cutting: list[Future[None]], times: int) -> None:
    """Wait for so many cuts of all together; raises what went wrong in one."""

    def are_cut() -> bool:
        for each in cutting:
            if each.done():
                each.result()
        return sum(reader.cuts for reader in readers) >= times

    wait_for(are_cut, f"{times} cuts", 60 + 10 * times)


def _restart(place: Place, readers: list[Reader], how: str) -> None:
    """Stop the database, cut everybody off, and start it when each has asked in vain."""
    embedded.pg_ctl(place.data_folder, "stop", "-m", how)
    asked = [reader.cut_off() for reader in readers]
    for reader, times in zip(readers, asked, strict=True):
        reader.await_call(times)
    embedded.start_again(place.data_folder, place.socket_folder)


def _log(place: Place, after: str) -> Iterator[Event]:
    while items := (page := place.ask(f"/events?limit=200&after={after}"))["items"]:
        for item in items:
            yield Event(item["cursor"], item["order_id"], item["to"])
        after = page["next"]
