"""Looking at a running server from outside: its processes, its memory, its metrics."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from support.http_client import Caller
from support.server import Server


def children(pid: int) -> list[int]:
    with suppress(OSError):  # it has ended meanwhile
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def children_of(server: Server) -> list[int]:
    """The processes of a server below its master: its workers, and what runs beside them."""
    assert server._process is not None
    return _descendants(server._process.pid)


def beside(server: Server, name: str) -> int | None:
    """The process beside this server that runs the command of that name."""
    for pid in children_of(server):
        with suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text().strip() == name:
                return pid
    return None


def workers(server: Server) -> list[int]:
    """The worker processes, oldest first: what the master has for children, while it starts nothing."""
    assert server._process is not None
    return sorted(pid for pid in children(server._process.pid) if is_python(pid))


def kill_host(server: Server) -> None:
    """As a power cut would end it: the master, its workers, and what runs beside them."""
    assert server._process is not None
    all_of_it = _descendants(server._process.pid)
    server.kill()
    for pid in all_of_it:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    return [each for child in children(pid) for each in (child, *_descendants(child))]


def is_python(pid: int) -> bool:
    try:
        return b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def memory(pid: int) -> int:
    """Bytes that the process holds for itself."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    private = [int(line.split()[1]) for line in lines if line.startswith("Private")]
    return sum(private) * 1024


def metric(server: Server, name: str, labels: str = "") -> float:
    """The sum of a metric over the server's workers, of those series whose labels hold `labels`."""
    while True:
        try:
            text = Caller(server.port).call("/metrics").text
            break
        except ConnectionError:  # it was a connection to a worker that has just died; the next one is not
            continue
    lines = [line for line in text.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
    return sum(float(line.split()[-1]) for line in lines if labels in line)
