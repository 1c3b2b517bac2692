"""What every contender is: a server on the servers' core."""

from __future__ import annotations

import os
from typing import Self

from house import request
from processes import CORES, Program, answers, children, pin, wait_for
from programs import HERE, Watchers
from stage import Stage


class Contender:
    """A server on the servers' core. `path` is what is watched, `/pub` takes what is to be sent to all."""

    name = ""
    path = "/sub"
    options: tuple[str, ...] = ()

    def __init__(self, stage: Stage, arguments: list[str], port: int, **environment: str) -> None:
        self.stage = stage
        self.port = port
        options = {"env": {**os.environ, **environment}, "cwd": HERE}
        self._program = Program(arguments, stage.folder / f"{type(self).__name__}-{port}.log", **options)

    def __enter__(self) -> Self:
        try:
            wait_for(self._is_up, self.name)
        except BaseException:
            self._program.stop()
            raise
        self.pin_workers()
        return self

    def __exit__(self, *_: object) -> None:
        self._program.stop()

    def pin_workers(self) -> None:
        """A core for each, the first ones."""
        for number, worker in enumerate(self.workers):
            pin(worker, CORES[number % len(CORES)])

    @property
    def workers(self) -> list[int]:
        """The processes that serve."""
        return children(self._program.pid) or [self._program.pid]

    def watchers(self, count: int, *options: str) -> Watchers:
        return Watchers(self.stage.folder, self.port, self.path, count, (), [*self.options, *options])

    def publication(self, position: int, frame: bytes) -> bytes:
        """The request that sends this frame to all, with an id of its own."""
        body = b"%b\nid: 1700000000-%d\n\n" % (frame.rpartition(b"\nid: ")[0], position)
        return request("/pub", "", "text/plain", body)

    def _is_up(self) -> bool:
        self._program.check()
        return answers(self.port)
