"""Shares that all hosts have together: four times a second each tells the others what it gave of them.

No request waits for that. Who asks for little is never told of, and where nobody asks for much nothing is
said. How much more than a share may be given so stands in `web/buckets` and `live/shares`. While the bus is
not heard, each host gives as much as it would alone.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Iterator

import structlog
from flask import Flask

from ordertrack.database import connecting
from ordertrack.database.channels import SHARES_CHANNEL, notify_at_once
from ordertrack.database.config import Settings
from ordertrack.live.hub import Hub
from ordertrack.live.listener import Listener
from ordertrack.live.shares import TOLD_EVERY, Elsewhere, Holder
from ordertrack.server.share_messages import Message, read, written
from ordertrack.web.buckets import INTERVAL, SECOND, digest
from ordertrack.web.host_locks import HostLocks
from ordertrack.web.request_limits import RequestLimits

_PATIENCE = 2.0  # seconds for the bus
_TIME_TO_END = 1.0  # seconds
_SAYS_AGAIN_AFTER = 60.0  # seconds
_log = structlog.get_logger(__name__)


class Sharing:
    """Streams each process counts for itself; requests a host's workers together, and one speaks for them."""

    def __init__(self, app: Flask, hub: Hub) -> None:
        settings: Settings = app.config["SETTINGS"]
        limits: RequestLimits = app.extensions["request_limits"]
        self._app = app
        self._shares = hub.shares
        self._key = settings.shares_key
        self._buckets = {f"requests_per_{kind}": buckets for kind, buckets in limits.buckets.items()}
        # Made before a server's workers are, which know their host by it, and who speaks for it.
        self._host = secrets.token_hex(8)
        self._locks = HostLocks()
        self._speaks = False
        self._elsewhere = Elsewhere()
        self._shares.elsewhere = lambda holder: self._elsewhere.count(self._called(holder))
        self._told_all_at = self._said_at = float("-inf")
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """In a process that serves: tell the others, and heed what they tell."""
        self._thread = threading.Thread(target=self._tell_on, name="sharing", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Tell what ended with this process."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(_TIME_TO_END)

    def hear(self, payload: str) -> None:
        """What a process told, this one too; raises MalformedPayload."""
        message = read(payload)
        buckets = self._buckets.get(message.limit)
        if buckets is None:
            if (message.host, message.process) != (self._host, _process()):
                self._elsewhere.hear(f"{message.host} {message.process}", message.counts)
        elif message.host != self._host and self._speaks:
            for bucket, count in message.counts.items():
                buckets.owe(bucket, count)

    def tick(self, now: float, *, is_heard: bool) -> list[str]:
        """What is to be told now; nothing where this process does not hear what others tell."""
        self._see_who_speaks(is_heard)
        return list(self._telling(now)) if is_heard else []

    def _see_who_speaks(self, is_heard: bool) -> None:
        if not is_heard:
            self._speaks = False
            self._locks.give_back(0)
        elif not self._speaks and self._locks.take(0):
            self._speaks = True
            for buckets in self._buckets.values():
                buckets.forget_untold()  # of a time in which hosts did not share

    def _telling(self, now: float) -> Iterator[str]:
        counts_by_limit: dict[str, dict[int, int]] = {}
        if self._speaks:
            counts_by_limit = {limit: buckets.tell() for limit, buckets in self._buckets.items()}
        all_again = now - self._told_all_at >= TOLD_EVERY
        if all_again:
            self._told_all_at = now
            self._elsewhere.forget_old()
        for holder, count in self._shares.tell(all_again=all_again).items():
            counts_by_limit.setdefault(holder.kind, {})[self._called(holder)] = count
        for limit, counts in counts_by_limit.items():
            yield from written(Message(self._host, _process(), limit, counts))

    def _tell_on(self) -> None:
        listener: Listener = self._app.extensions["listener"]
        is_over = False
        while not is_over:
            is_over = self._stopped.wait(INTERVAL / SECOND)
            try:
                if said := self.tick(time.monotonic(), is_heard=listener.has_recovered):
                    self._say(said)
            except Exception as error:
                self._warn(error)

    def _say(self, payloads: list[str]) -> None:
        with self._app.app_context(), connecting.within(_PATIENCE):
            notify_at_once(SHARES_CHANNEL, payloads)

    def _warn(self, error: Exception) -> None:
        if time.monotonic() - self._said_at >= _SAYS_AGAIN_AFTER:
            self._said_at = time.monotonic()
            _log.warning("other hosts are not told what this one gave: each gives its own", error=repr(error))

    def _called(self, holder: Holder) -> int:
        return digest(f"{holder.kind} {holder.name}", self._key)


def _process() -> str:
    return str(os.getpid())
