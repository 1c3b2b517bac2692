"""make bench-start: what a server costs to start, and how long nobody is served while it is started again.

Of this checkout, and beside it of others that are named, in turns: each with an embedded database of its own
and two workers. Prints a line a round, and medians: seconds to the first answer of /readyz; CPU seconds of
all its processes once they rest; their memory (PSS); seconds from SIGTERM until its last process has ended,
until it is ready again, and until a board is served; and, where another can take over from it, the longest
time between two answers meanwhile, and how long that takes.
"""

from __future__ import annotations

import argparse
import atexit
import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import NamedTuple

from processes import (
    Program,
    beside,
    command_of,
    cpu_seconds,
    descendants,
    free_port,
    proportional_bytes,
    wait_for,
)

_HERE = Path(__file__).resolve().parent.parent
RESTS = 1.0  # seconds in which nothing was used


class Start(NamedTuple):
    ready: float
    cpu: float
    memory: float
    ended: float
    gap: float
    board: float
    pause: float
    taken_over: float

    def __str__(self) -> str:
        ready, cpu = f"ready {self.ready:.2f} s", f"CPU {self.cpu:.2f} s"
        gap = f"gap {self.gap:.2f} s (ended {self.ended:.2f}, a board {self.board:.2f})"
        pause = f"taken over in {self.taken_over:.2f} s, at most {self.pause:.2f} s between two answers"
        return f"{ready}, {cpu}, memory {self.memory:.0f} MB, {gap}" + (
            f", {pause}" if self.taken_over else ""
        )


class Server:
    def __init__(self, root: Path, folder: Path) -> None:
        self._root, self._log = root, folder / "log"
        self._cookie = ""
        self._port = free_port()
        self._environment = {
            name: value for name, value in os.environ.items() if "DATABASE_URL" not in name
        } | {
            "ORDERTRACK_DEMO": "0",
            "ORDERTRACK_DATA": str(folder),
            "WEB_CONCURRENCY": "2",
            "PORT": str(self._port),
            "SECRET_KEY": "measured",
        }
        self.start()  # the first start makes the database
        self._make_house()
        self._at_rest()
        self._hands_over = b"--take-over" in self._run("serve", "--help")
        self.stop()

    def _run(self, *arguments: str) -> bytes:
        command = [sys.executable, "-m", "ordertrack.commands", *arguments]
        return subprocess.run(
            command, env=self._environment, cwd=self._root, check=True, capture_output=True
        ).stdout

    def _make_house(self) -> None:
        """With a board that somebody sees, whose cookie holds over restarts."""
        at = ("--tenant", "cedar")
        self._run("tenant", "create", "Cedar", "--slug", "cedar")
        self._run("restaurant", "create", "Hamra", *at, "--slug", "hamra", "--timezone", "UTC")
        mail, password = "maya@cedar.example", "a tall cedar on the hill"
        who = ("--role", "manager", "--name", "Maya", "--password", password)
        self._run("staff", "create", mail, *at, *who)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        form = urllib.parse.urlencode({"email": mail, "password": password})
        connection.request("POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
        self._cookie = str(connection.getresponse().headers["Set-Cookie"]).partition(";")[0]
        connection.close()
        assert self._serves("/r/hamra/kitchen")

    def start(self) -> float:
        """Seconds until it was ready."""
        began = time.monotonic()
        command = [sys.executable, "-m", "ordertrack.commands", "serve"]
        self._program = Program(command, self._log, env=self._environment, cwd=self._root)
        atexit.register(self._program.stop)  # if something goes wrong
        wait_for(lambda: self._serves("/readyz"), "the server", 120)
        return time.monotonic() - began

    def stop(self) -> None:
        self._program.stop()

    def measured(self) -> Start:
        ready = self.start()
        cpu = self._at_rest()
        memory = sum(map(proportional_bytes, self._processes())) / 2**20
        began = time.monotonic()
        self.stop()
        ended = time.monotonic() - began
        self.start()
        gap = time.monotonic() - began
        wait_for(lambda: self._serves("/r/hamra/kitchen"), "a board")
        board = time.monotonic() - began
        self._at_rest()
        pause, taken_over = self._taken_over() if self._hands_over else (0.0, 0.0)
        self.stop()
        return Start(ready, cpu, memory, ended, gap, board, pause, taken_over)

    def _taken_over(self) -> tuple[float, float]:
        """The longest time between two answers while another takes over, and how long that takes."""
        before = self._program.process
        began = answered = time.monotonic()
        command = [sys.executable, "-m", "ordertrack.commands", "serve", "--take-over"]
        self._program = Program(command, self._log, env=self._environment, cwd=self._root)
        atexit.register(self._program.stop)
        longest, until = 0.0, float("inf")
        while time.monotonic() < until:
            if self._serves("/readyz"):
                longest, answered = max(longest, time.monotonic() - answered), time.monotonic()
            if until == float("inf") and before.poll() is not None:
                until = time.monotonic() + 1
            time.sleep(0.02)
        self._at_rest()
        return longest, until - 1 - began

    def _at_rest(self) -> float:
        """CPU seconds of all processes, once they use no more of them."""
        used, since = 0.0, time.monotonic()
        while time.monotonic() - since < RESTS or not self._has_all():
            time.sleep(0.2)
            if (now := sum(map(cpu_seconds, self._processes()))) > used + 0.05:
                used, since = now, time.monotonic()
        return used

    def _has_all(self) -> bool:
        """Whether what runs beside the workers is there; in older checkouts its command shows it."""
        commands = [command_of(pid).split(b"\0")[3:4] for pid in self._processes()]
        return bool(beside(self._program.pid, "follow")) or [b"follow"] in commands

    def _processes(self) -> list[int]:
        return [self._program.pid, *descendants(self._program.pid)]

    def _serves(self, path: str) -> bool:
        self._program.check()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            connection.request("GET", path, headers={"Cookie": self._cookie})
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "others", nargs="*", type=Path, help="other checkouts, with what `make` makes in them"
    )
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    folders = [Path(tempfile.mkdtemp(prefix="ordertrack-start-")) for _ in range(1 + len(asked.others))]
    found: dict[Path, list[Start]] = {}
    try:
        servers = {
            root: Server(root, folder)
            for root, folder in zip([_HERE, *map(Path.resolve, asked.others)], folders, strict=True)
        }
        for _ in range(asked.rounds):
            for root, server in servers.items():
                found.setdefault(root, []).append(server.measured())
                sys.stdout.write(f"{root}: {found[root][-1]}\n")
        for root, starts in found.items():
            sys.stdout.write(f"median of {root}: {Start(*map(median, zip(*starts, strict=True)))}\n")
    finally:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The bench was told to end."))
    main()
