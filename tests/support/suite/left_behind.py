"""Ends servers and databases with the process that started them, however that ends: killed, too.

A process of its own waits until the pipe to it closes, and then ends what it was told of and is still there.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO

PATIENCE = 10.0  # seconds for each to end in order


def end_with_us(process: subprocess.Popen[bytes]) -> None:
    """Have a process end when this one has."""
    _tell(f"process {process.pid} {begun_at(process.pid)}")


def end_database_with_us(data_folder: Path) -> None:
    """Have the embedded database of a data folder end when this process has, and the folder go with it."""
    _tell(f"database {data_folder}")


def _tell(line: str) -> None:
    stdin = _watcher(os.getpid()).stdin
    assert stdin is not None
    stdin.write(line + "\n")


@cache
def _watcher(_pid: int) -> subprocess.Popen[str]:
    """The process that waits for this one; one that was forked off has its own."""
    watching = subprocess.Popen(
        [sys.executable, "-I", "-S", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        bufsize=1,
        start_new_session=True,  # what a terminal or a shell sends to all of us is not for it
    )
    atexit.register(watching.communicate)
    return watching


def begun_at(pid: int) -> str:
    """When a process began, which tells it from a later one of the same number; empty if it has ended."""
    try:
        status, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if status == "Z" else rest[18]


def _postmaster(data_folder: Path) -> int | None:
    """The server that its note names, if it is one: the number may be somebody else's by now."""
    try:
        pid = int((data_folder / "postgres" / "postmaster.pid").read_text().partition("\n")[0])
        return pid if Path(f"/proc/{pid}/comm").read_text() == "postgres\n" else None
    except (OSError, ValueError):
        return None


def _end(pid: int, began: str, how: signal.Signals) -> None:
    if not began or begun_at(pid) != began:
        return
    until = time.monotonic() + PATIENCE
    with suppress(OSError):
        os.kill(pid, how)
        while begun_at(pid) == began:
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)


def _watch(lines: IO[str]) -> None:
    told = [line.removesuffix("\n").partition(" ") for line in lines]
    for kind, _, what in told:
        if kind == "process":
            pid, _, began = what.partition(" ")
            _end(int(pid), began, signal.SIGTERM)
    for kind, _, what in told:
        if kind == "database" and (folder := Path(what)).exists():
            if (pid := _postmaster(folder)) is not None:
                _end(pid, begun_at(pid), signal.SIGQUIT)
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _watch(sys.stdin)
