"""A real server for tests: `ordertrack serve` as an operator starts it, on the suite's database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ordertrack.database.config import ROOT, Settings
from support.suite import left_behind

T = TypeVar("T")
PATIENCE = 20.0  # seconds
_COMPRESSED = ROOT / ".pytest_cache" / "static"
# A test asks as fast as it can; what holds others back is tested by itself.
UNHURRIED = "requests_per_key=1000000,burst_per_key=1000000"
# They are private ones, and nobody waits hours for another try: whichever has the turn to follow the logs.
_WAITS = "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7"
_REACHES_US = {"ORDERTRACK_OUTGOING_PRIVATE": "1", "ORDERTRACK_WEBHOOK_WAITS": _WAITS}
START = 60.0  # seconds: migrations, and on a busy machine imports alone take ten


def wait_for(condition: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """The first true value of `condition`; fails the test if it does not come in time."""
    began = time.monotonic()
    while not (value := condition()):
        waited = time.monotonic() - began
        assert waited < patience, f"waited {patience} s in vain for {what}"
        # Looking costs as much as what is waited for, so it is looked less often the longer it takes.
        time.sleep(min(max(waited / 10, 0.02), 0.25, patience - waited))
    return value


def environment_of(settings: Settings, folder: Path, **changes: str) -> dict[str, str]:
    """The environment of a command that works on the suite's database."""
    operator = settings.operator_url.set(drivername="postgresql")
    return {
        **os.environ,
        "DATABASE_URL": operator.render_as_string(hide_password=False),
        "SECRET_KEY": settings.secret_key,
        "ORDERTRACK_DATA": str(folder),
        "ORDERTRACK_LIMITS": UNHURRIED,
        **changes,
    }


def share_static(folder: Path) -> None:
    """Have a data folder find the compressed static files of all: their address is their content."""
    _COMPRESSED.mkdir(parents=True, exist_ok=True)
    if not (folder / "static").exists():
        (folder / "static").symlink_to(_COMPRESSED)


class Server:
    """gunicorn with its workers, listeners and streams, on one port that outlives restarts."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        workers: int = 2,
        descriptors: int | None = None,
        **environment: str,
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.log_begins = 0  # where in the log what now runs began, in bytes
        share_static(folder)
        self._environment = environment_of(
            settings,
            folder,
            ORDERTRACK_DEMO="0",
            WEB_CONCURRENCY=str(workers),
            PORT=str(self.port),
            **(_REACHES_US | environment),
        )
        self._descriptors = descriptors
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.log_begins = log.tell()
            self._process = subprocess.Popen(
                self._command(),
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        left_behind.end_with_us(self._process)
        try:
            wait_for(self._is_ready, "the server", START)
        except AssertionError as late:
            self._process.terminate()
            self._process.wait(PATIENCE)
            raise AssertionError(self.log.read_text()[-2000:]) from late

    def take_over(self, **environment: str) -> None:
        """Another one takes over from the one that runs, which ends; `environment` is what it has besides."""
        before = self._process
        assert before is not None
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command(), "--take-over"], env=self._environment | environment, stdout=log, stderr=log
            )
        left_behind.end_with_us(self._process)
        wait_for(lambda: before.poll() is not None or self._process_ended(), "the other to take over", START)
        assert before.poll() == 0 and not self._process_ended(), self.log.read_text()[-2000:]

    def _process_ended(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None

    def _command(self) -> list[str]:
        serve = [sys.executable, "-m", "ordertrack.commands", "serve"]
        if self._descriptors is None:
            return serve
        return ["/bin/sh", "-c", f'ulimit -n {self._descriptors} && exec "$@"', "sh", *serve]

    def kill(self) -> None:
        """As a crash would end it."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def terminate(self) -> None:
        """As an operator would end it."""
        assert self._process is not None
        self._process.terminate()

    def wait(self) -> None:
        assert self._process is not None
        assert self._process.wait(PATIENCE) == 0, self.log.read_text()[-2000:]

    def stop(self) -> None:
        self.terminate()
        self.wait()

    def _is_ready(self) -> bool:
        assert self._process is not None and self._process.poll() is None, self.log.read_text()[-2000:]
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False
