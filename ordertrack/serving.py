"""What happens around the web server: before it starts, in each worker, and when it ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

import click
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from ordertrack import database, embedded, schema
from ordertrack.config import ROOT, Settings

CLAIM_PATIENCE = 8.0  # seconds
_rush: subprocess.Popen[bytes] | None = None


class DataFolderInUse(RuntimeError):
    """Another server runs on this data folder."""


def run(settings: Settings) -> NoReturn:
    """Bring the database up to date, then become gunicorn: this process is its master from then on."""
    lock = _claim(settings.data_folder)
    schema.upgrade(settings)
    refuse_unsafe_role(settings)
    if settings.demo:
        from ordertrack.demo.house import prepare

        prepare(settings)
    metrics_folder = settings.data_folder / "metrics"
    shutil.rmtree(metrics_folder, ignore_errors=True)
    metrics_folder.mkdir(parents=True)
    environment = {
        **os.environ,
        "PROMETHEUS_MULTIPROC_DIR": str(metrics_folder),
        # Workers never need the address of the schema's owner.
        "ORDERTRACK_APP_DATABASE_URL": settings.app_url.render_as_string(hide_password=False),
        "SECRET_KEY": settings.secret_key,
        "ORDERTRACK_OWNS_DATABASE": "1" if settings.database_url is None else "",
    }
    environment.pop("DATABASE_URL", None)
    os.chdir(ROOT)
    sys.stdout.flush()
    sys.stderr.flush()
    os.set_inheritable(lock, True)
    arguments = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "app:app"]
    os.execve(sys.executable, arguments, environment)  # noqa: S606 (our own interpreter, no shell)


def _claim(folder: Path) -> int:
    """Make this the one server of its data folder, until its last process has gone; the open lock.

    A second one would end the first one's database on its way out. One that was just killed needs a moment
    to go, so the claim waits a little before it raises DataFolderInUse.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + CLAIM_PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise DataFolderInUse(
                    f"Another server is using {folder}. Stop it, or give this one a folder of its own with"
                    " ORDERTRACK_DATA."
                ) from None
            time.sleep(0.1)


def refuse_unsafe_role(settings: Settings) -> None:
    """Raise UnsafeDatabaseRole unless the application's role is confined."""
    engine = create_engine(settings.app_url, poolclass=NullPool)
    with engine.connect() as connection:
        database.refuse_unsafe_role(connection)


def announce(settings: Settings, server: Any) -> None:
    """In the master, once the server answers: say where, and set the demo's rush going."""
    global _rush
    host, port = server.LISTENERS[0].sock.getsockname()[:2]
    click.echo(f"\nordertrack is open at http://{host}:{port}/", err=False)
    if settings.demo:
        from ordertrack.demo.house import sign_ins

        for role, email, password in sign_ins(settings):
            click.echo(f"{role}  {email}  {password}")
        # A session of its own: Ctrl-C reaches the server alone, which then ends it.
        _rush = subprocess.Popen(
            [sys.executable, "-m", "ordertrack.commands", "rush", "--endless"],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    sys.stdout.flush()
    # gunicorn's own answer to Ctrl-C cuts off requests under way; an operator's SIGTERM lets them end.
    signal.signal(signal.SIGINT, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


def listen(worker: Any) -> None:
    """In a worker: start its listener, and end its streams as soon as the worker is told to go."""
    from ordertrack import streaming

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the master says when to go
    listener = streaming.start(worker.app.wsgi())

    def watch() -> None:
        while worker.alive:
            time.sleep(0.1)
        listener.stop()

    threading.Thread(target=watch, name="shutdown", daemon=True).start()


def forget_worker(pid: int) -> None:
    """In the master: a dead worker's gauges no longer count."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def finish(settings: Settings) -> None:
    """In the master, at the end: no rush and no embedded database outlives the server."""
    if _rush is not None:
        _rush.terminate()
        _rush.wait(10)
    if os.environ.get("ORDERTRACK_OWNS_DATABASE"):
        embedded.stop(settings.data_folder)
