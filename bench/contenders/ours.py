"""ordertrack itself as a contender: `ordertrack serve`, as an operator starts it."""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Self

from contenders.contender import Contender
from house import TRACKING, House, Move, metric, plain_url, transition
from ordertrack.database.config import Settings
from processes import answers, beside, command_of, connections, free_port
from programs import Watchers
from stage import Stage

SIGN_INS = 200
# What is measured is not held back by what protects a house from one of its guests.
_LIFTED = ",".join(
    [
        *(f"streams_per_{each}=100000" for each in ("link", "key", "session", "address")),
        *(f"{each}_per_key=1000000" for each in ("requests", "burst")),
    ]
)


class Served(Contender):
    """`ordertrack serve` on a database."""

    name = "ordertrack"

    def __init__(self, stage: Stage, settings: Settings, workers: int = 1) -> None:
        self._expected = workers
        environment = {
            "DATABASE_URL": plain_url(settings.operator_url),
            "SECRET_KEY": settings.secret_key,
            "ORDERTRACK_DATA": str(settings.data_folder),
            "ORDERTRACK_DEMO": "0",
            "ORDERTRACK_LIMITS": _LIFTED,
            "WEB_CONCURRENCY": str(workers),
            "PORT": str(port := free_port()),
        }
        arguments = [sys.executable, "-m", "ordertrack.commands", "serve"]
        super().__init__(stage, arguments, port, **environment)

    @property
    def workers(self) -> list[int]:
        """The processes that serve: what keeps the roll-up up is none of them."""
        return [pid for pid in super().workers if b"gunicorn" in command_of(pid)]

    @property
    def master(self) -> int:
        return self._program.pid

    def beside(self, command: str) -> list[int]:
        """The processes beside the workers that run this command: one, if it was not just ended."""
        return beside(self.master, command)

    def metric(self, name: str) -> float:
        return self.page_of_metrics()(name)

    def page_of_metrics(self) -> Callable[[str], float]:
        """What is counted now: answers one counter after the other."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=20) as answer:
            return partial(metric, answer.read().decode())

    def split(self) -> list[int]:
        """How many connections each worker holds."""
        return [connections(worker, self.port) for worker in self.workers]

    def _is_up(self) -> bool:
        self._program.check()
        if not answers(self.port) or len(self.workers) != self._expected:
            return False
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


class Ordertrack(Served):
    """`ordertrack serve`, watched by kitchen staff who are signed in."""

    path = "/r/bench/kitchen/stream"

    def __init__(self, stage: Stage, house: House, workers: int = 1) -> None:
        super().__init__(stage, house.settings, workers)
        self.house = house

    def __enter__(self) -> Self:
        super().__enter__()
        self.sign_ins = self.house.sign_ins(self.port, SIGN_INS)
        return self

    def watchers(self, count: int, *options: str, behind: int = 0, spread: int = 1) -> Watchers:
        """Signed in by turns; each knows all but the last `behind` events, or up to `spread` more."""
        head = self.house.head()
        after = [f"{head.epoch}-{head.seq - behind - more}" for more in range(spread)]
        headers = [
            f"{self.sign_ins[n % len(self.sign_ins)]}\tLast-Event-ID: {after[n % spread]}"
            for n in range(max(len(self.sign_ins), spread))
        ]
        return Watchers(self.stage.folder, self.port, self.path, count, headers, options)

    def customers(self, count: int) -> Watchers:
        """Each behind the token of an order of their own: the first ones of this house."""
        return Watchers(
            self.stage.folder, self.port, TRACKING, count, [f"Last-Event-ID: {self.house.head()}"]
        )

    def tap(self, move: Move) -> bytes:
        """The request of a tap by somebody who is signed in."""
        return transition(move, self.sign_ins[0])
