"""The commands that run beside the web server: started by its master, kept if need be, and ended with it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress

import gevent

from ordertrack.background.forks import pause_after
from ordertrack.monitoring import parent

_PATIENCE = 10.0  # seconds that one has to end


class Children:
    """The commands beside one server; made, and used, in its master.

    Those that are kept are handed descriptors of addresses, by the names of `handed_address`.
    """

    def __init__(self, descriptors: Mapping[str, int] | None = None) -> None:
        self._master = os.getpid()
        self._descriptors = descriptors or {}
        self._running: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}
        self._keepers: list[gevent.Greenlet] = []

    def in_master(self) -> bool:
        """Whether this is their master: what waits there waits in each worker that it forks meanwhile too."""
        return os.getpid() == self._master

    def start(self, *arguments: str, descriptors: Mapping[str, int] | None = None) -> subprocess.Popen[bytes]:
        """Run `ordertrack` with these arguments, in a session of its own: Ctrl-C reaches the server alone."""
        descriptors = descriptors or {}
        child = subprocess.Popen(  # noqa: S603 (our own interpreter and commands)
            [sys.executable, "-m", "ordertrack.commands", *arguments],
            stdout=subprocess.DEVNULL,
            env=parent.as_parent() | {name: str(each) for name, each in descriptors.items()},
            pass_fds=tuple(descriptors.values()),
            start_new_session=True,
        )
        self._running[arguments] = child
        return child

    def keep(self, *arguments: str) -> None:
        """Run it as long as the server runs: whenever it ends, it is started again."""
        self._keepers.append(gevent.spawn(self._keep, arguments))

    def _keep(self, arguments: tuple[str, ...]) -> None:
        while self.in_master():
            began = time.monotonic()
            self.start(*arguments, descriptors=self._descriptors).wait()
            gevent.sleep(pause_after(time.monotonic() - began))

    def begin_to_end(self) -> None:
        """Tell all of them to end; waits for nobody."""
        for keeper in self._keepers:
            keeper.kill(block=False)
        for child in self._running.values():
            with suppress(ProcessLookupError):  # ended before, and the master collected it
                child.terminate()

    def end(self) -> None:
        """End all of them, and wait until they have."""
        self.begin_to_end()
        for child in self._running.values():
            with suppress(ProcessLookupError):
                try:
                    child.wait(_PATIENCE)
                except subprocess.TimeoutExpired:
                    child.kill()  # the database that it works on is stopped next
