"""The load client: everybody's screens, in as many processes as their descriptors take, and the requests."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from processes import OTHER_CORE, BenchError, cpu_seconds, pin
from programs import BUILD, Steered

OTHERS = 2500  # descriptors that a client needs besides its screens
QUIET, PATIENCE = 1.5, 30.0  # seconds without a frame after which all has come; and the most that is waited
SLOWEST = 50  # screens that are live, a second, at least
_CAME = np.dtype([("at", "i8"), ("position", "u8"), ("high", "u8"), ("stream", "u4"), ("whole", "u4")])
_ANSWERS = np.dtype([("sent", "i8"), ("answered", "i8"), ("status", "i4"), ("tries", "i4")])


@dataclass
class Played:
    """What came: rows of time, position, stream and whether whole; of each request when it was sent, when
    answered, its status and how often it was sent. A board's position is that of the log, a guest's the 128
    bits that their page is told. `began` is when the play began, `cpu` the seconds that it took the clients.
    """

    came: list[tuple[int, int, int, int]]
    answers: list[tuple[int, int, int, int]]
    began: int
    cpu: float
    counts: dict[str, int]


class Crowd:
    """One line a stream: the id that it stands at, path and headers, divided by tabs."""

    def __init__(self, folder: Path, port: int, streams: Sequence[str]) -> None:
        room = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - OTHERS
        self.count = -(-len(streams) // room)
        self.streams = streams
        self._folder, self._port = folder, port
        self._clients: list[Steered] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for nth in range(self.count):
            lines = self._folder / f"streams-{nth}"
            lines.write_text("".join(line + "\n" for line in self.streams[nth :: self.count]))
            arguments = [str(BUILD / "many"), str(self._port), str(lines)]
            client = self._stack.enter_context(Steered(arguments, self._folder / "many.log"))
            self._clients.append(client)
            pin(client.pid, OTHER_CORE)
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    @property
    def pids(self) -> list[int]:
        return [client.pid for client in self._clients]

    def ready(self) -> float:
        """Wait until every screen is live; the seconds that it took."""
        patience = 60 + len(self.streams) / SLOWEST
        said = [client.hear("ready", patience) for client in self._clients]
        if failed := sum(each["failed"] for each in said):
            raise BenchError(f"{failed} of {len(self.streams)} screens were sent away; see the server's log")
        return max(float(each["seconds"]) for each in said)

    def play(self, requests: bytes, seconds: float, turnover: float) -> Played:
        """Send the requests while so many screens a second go and come back; until nothing comes any more."""
        path = self._folder / "requests"
        path.write_bytes(requests)
        before = self._cpu()
        for client in self._clients:
            client.say(f"play {path if client is self._clients[0] else '-'} {turnover / self.count}")
        began = min(client.hear("playing", 10)["began_ns"] for client in self._clients)
        time.sleep(seconds)
        self.settle()
        cpu = self._cpu() - before
        came, answers, counts = [], [], []
        for nth, client in enumerate(self._clients):
            files = [self._folder / f"{kind}-{nth}" for kind in ("came", "answers")]
            client.say("stop {} {}".format(*files))
            counts.append(client.hear("stopped", 30))
            for at, position, high, stream, whole in np.fromfile(files[0], _CAME).tolist():
                came.append((at, high << 64 | position, stream * self.count + nth, whole))
            answers += np.fromfile(files[1], _ANSWERS).tolist()
        names = ("busy", "cut_requests", "turned", "cut", "refused", "repeated")
        total = {name: sum(each[name] for each in counts) for name in names}
        return Played(sorted(came), answers, began, cpu, total)

    def frames(self) -> int:
        """How many have come so far."""
        return sum(self._report(client)["frames"] for client in self._clients)

    def settle(self, quiet: float = QUIET) -> None:
        """Wait until every request was answered, and no frame has come for so many seconds."""
        deadline, seen, since = time.monotonic() + PATIENCE, -1, time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - since < quiet:
            time.sleep(0.1)
            said = [self._report(client) for client in self._clients]
            frames = sum(each["frames"] for each in said)
            if frames != seen or any(each["answered"] < each["requests"] for each in said):
                seen, since = frames, time.monotonic()

    @staticmethod
    def _report(client: Steered) -> dict[str, Any]:
        client.say("report")
        return client.hear("report", 10)

    def _cpu(self) -> float:
        return sum(map(cpu_seconds, self.pids))
