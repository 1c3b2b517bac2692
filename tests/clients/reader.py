"""A client in a process of its own, on a network of its own, and what it was told."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from support.network_proxy import NetworkProxy
from support.programs.node import NODE
from support.server import wait_for

HERE = Path(__file__).parent
PROGRAMS = {
    "httpx-sse": [sys.executable, HERE / "with_httpx_sse.py"],
    "sseclient-py": [sys.executable, HERE / "with_sseclient_py.py"],
    "eventsource": [*NODE, HERE / "node" / "with_eventsource.mjs"],
}
STREAM = "/api/v1/stream"
SPEED = 8_000  # bytes a second: what was missed comes in pieces, and most pieces end within a message
SOON = 0.4  # seconds after it is told something until its connection is cut, at most


class Told(NamedTuple):
    event: str
    id: str
    data: str

    @property
    def json(self) -> Any:
        return json.loads(self.data)


class Event(NamedTuple):
    cursor: str
    order_id: str
    status: str


class Reader:
    """Reads the stream from a cursor on, until it is closed; `cut` breaks its connection so often."""

    def __init__(self, name: str, server: int, key: str, after: str, folder: Path) -> None:
        self.name = name
        self.cuts = 0
        self.events: list[Told] = []
        self.others: list[Told] = []
        self._errors = folder / f"{name}.log"
        self.network = NetworkProxy(server)
        self.network.let_through(SPEED)
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [*PROGRAMS[name], f"{self.network.address}{STREAM}?after={after}", key],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def cut(self, times: int, seed: int, may_cut: threading.Event) -> None:
        """Each time when it has come back since the last and been told something; not while it may not be."""
        at = random.Random(f"{seed} {self.name}")
        asked = 0
        for _ in range(times):
            may_cut.wait()
            self.await_call(asked)
            self.await_events(len(self.events) + 1)
            time.sleep(at.uniform(0, SOON))
            asked = self.cut_off(is_orderly=at.random() < 0.5)
            self.cuts += 1

    def cut_off(self, is_orderly: bool = False) -> int:
        """Break its connection; how often it had asked for one until then."""
        asked = self.network.asked(STREAM)
        if is_orderly:
            self.network.hang_up()
        else:
            self.network.cut()
            self.network.let_through(SPEED)
        return asked

    def await_call(self, asked: int) -> None:
        self._wait_for(lambda: self.network.asked(STREAM) > asked, "to come back")

    def await_events(self, count: int) -> None:
        self._wait_for(lambda: len(self.events) >= count, f"to be told {count} events")

    def _wait_for(self, condition: Callable[[], object], what: str) -> None:
        def is_so() -> bool:
            assert self._process.poll() is None, f"{self.name} has ended: {self._errors.read_text()[-500:]}"
            return bool(condition())

        wait_for(is_so, f"{self.name} {what}; last it said {self._errors.read_text()[-500:]!r}", 40)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listening.join()
        self.network.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                told = Told(**json.loads(line))
                if told.event == "status_update":
                    self.events.append(told)
                elif told.event != "hb":
                    self.others.append(told)


def findings(reader: Reader, log: Sequence[Event]) -> list[str]:
    """What it was told other than these events, once and in order; what happened later does not count."""
    found = [f"{reader.name} was told {told}" for told in reader.others]
    told = [Event(each.id, each.json["order_id"], each.json["status"]) for each in reader.events]
    for number, (is_told, happened) in enumerate(zip_longest(told[: len(log)], log), 1):
        if is_told != happened:
            return [*found, f"{reader.name} was told as number {number} {is_told}, and it is {happened}"]
    return found
