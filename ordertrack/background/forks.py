"""Commands beside a server, each in a process forked from one that has imported what they need."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from ordertrack.monitoring import parent

READY = "ORDERTRACK_READY_FD"
"""The descriptor by which it says that it can begin, where a server takes over from another."""
# Seconds before one that ended is started again; one that ran well until then is missed.
_PAUSE, _AT_ONCE = 2.0, 0.1
_RAN_WELL = 10.0
_LOOKS_EVERY = 0.25
_PATIENCE = 7.0  # that all have to end; who started this one waits a little longer
_ENDING = (signal.SIGINT, signal.SIGTERM)


def pause_after(seconds: float) -> float:
    """How long to wait before something is started again that ran for so long."""
    return _AT_ONCE if seconds > _RAN_WELL else _PAUSE


def keep(commands: Mapping[str, Callable[[], object]]) -> NoReturn:
    """Run each, and fork it again whenever it ends, until this process is told to end or its parent is gone.

    Nothing is shared but what was imported: there must be no thread and no connection here. Each goes by its
    name where processes are listed.
    """
    has_parent = parent.watched()
    os.environ.update(parent.as_parent())
    for number in _ENDING:
        signal.signal(number, _leave)
    gc.collect()
    gc.freeze()  # or looking for garbage would give each its own copy of what they share
    _say_ready()
    running: dict[int, tuple[str, float]] = {}
    due = dict.fromkeys(commands, time.monotonic())
    try:
        while has_parent():
            for name in [name for name, at in due.items() if at <= time.monotonic()]:
                del due[name]
                running[_fork(name, commands[name])] = (name, time.monotonic())
            time.sleep(_LOOKS_EVERY)
            for pid in [pid for pid in running if _has_ended(pid)]:
                name, began = running.pop(pid)
                due[name] = time.monotonic() + pause_after(time.monotonic() - began)
    finally:
        _end(set(running))
    sys.exit()


def _say_ready() -> None:
    if said := os.environ.pop(READY, ""):
        os.write(int(said), b".")
        os.close(int(said))


def _leave(*_: object) -> NoReturn:
    sys.exit()


def _fork(name: str, command: Callable[[], object]) -> int:
    # Or the fork could take itself for the one that it comes from, and end its siblings.
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    if pid := os.fork():
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        return pid
    code: object = 1
    try:
        for number in _ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        with suppress(OSError):  # where there is no /proc
            Path("/proc/self/comm").write_text(name)
        command()
        code = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:  # it was told to leave in between, and had it already
        return True


def _end(running: set[int]) -> None:
    """End them, and wait; who takes longer notices within a second that this process is gone."""
    for pid in running:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + _PATIENCE
    while running and time.monotonic() < until:
        running = {pid for pid in running if not _has_ended(pid)}
        time.sleep(0.02)
