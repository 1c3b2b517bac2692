"""What the bench starts: programs pinned to a core, ended by their id, and what they used meanwhile."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
CORES = sorted(os.sched_getaffinity(0))
OTHER_CORE = CORES[-1]  # load, PostgreSQL and whoever writes; the servers begin at the first
TICK = os.sysconf("SC_CLK_TCK")


class BenchError(RuntimeError):
    """Something that was to be measured did not work; the message says what."""


def wait_for(condition: Callable[[], T], what: str, patience: float = 30) -> T:
    """The first true value of `condition`."""
    deadline = time.monotonic() + patience
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise BenchError(f"waited {patience:.0f} s in vain for {what}")
        time.sleep(0.02)
    return value


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Program:
    """A program of ours: its output goes to a log unless pipes are asked for."""

    def __init__(self, arguments: list[str], log: Path, **options: Any) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(arguments, **{"stdout": output, "stderr": output, **options})

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        for number, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
            self.process.send_signal(number)
            try:
                self.process.wait(patience)
                return
            except subprocess.TimeoutExpired:
                continue

    def check(self) -> None:
        """Raise if it has ended by itself, with what it said."""
        if self.process.poll() is not None:
            raise BenchError(f"{self.process.args!r} ended: {self.log.read_text()[-2000:]}")


def answers(port: int) -> bool:
    """Whether somebody speaks HTTP there: gunicorn takes connections before its workers can."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as caller:
            caller.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return caller.recv(5) == b"HTTP/"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """The processes that this one started and that still run."""
    with suppress(OSError):  # it has ended itself
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def descendants(pid: int) -> list[int]:
    """The processes that this one started, and those that they did."""
    return [each for child in children(pid) for each in (child, *descendants(child))]


def beside(master: int, name: str) -> list[int]:
    """What runs the command of that name beside a server."""
    return [pid for pid in descendants(master) if name_of(pid) == name]


def command_of(pid: int) -> bytes:
    """Its command line, a NUL behind each word; nothing if it has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def name_of(pid: int) -> str:
    """By which it goes where processes are listed; nothing if it has gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def pin(pid: int, core: int) -> None:
    """Keep a process with all its threads on one core."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def cpu_seconds(pid: int) -> float:
    """What a process has used so far, in user and system mode together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def busy_seconds() -> float:
    """What everything on the machine has used so far, and what was stolen from it."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    idle, waiting = fields[3:5]
    return (sum(fields) - idle - waiting) / TICK


def proportional_bytes(pid: int) -> int:
    """The memory of a process (PSS), without what the kernel holds for its sockets."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise BenchError("the kernel does not tell the memory of a process")


def connections(pid: int, port: int) -> int:
    """How many connections to this port a process holds."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    established = {row[9] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "01"}
    files = [os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink()]
    return sum(name[8:-1] in established for name in files if name.startswith("socket:["))
