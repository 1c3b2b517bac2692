"""Past what it can do a worker refuses writes at once, rather than let all of them wait longer and longer."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

import structlog

from ordertrack.monitoring import metrics

# Seconds that the last one to be let in has to wait, more or less. To wait costs nothing and to be refused
# some, so this is as long as a board waits for an answer.
PATIENCE = 8.0
ALWAYS = 512  # writes under way that are let in whatever was answered lately
SAYS_AGAIN_AFTER = 60.0  # seconds
_READS = ("GET", "HEAD", "OPTIONS")
_SAID = "More is being written than can be at this moment. Nothing was changed; try again in a moment."
_RETRY_AFTER = "2"  # seconds
_PROBLEM = {"type": "/problems/not-now", "title": "Service Unavailable", "status": 503, "detail": _SAID}
_log = structlog.get_logger(__name__)


class Admission:
    """The outermost WSGI layer of a worker.

    As many writes may be under way as are answered in PATIENCE: by Little's law each of them waits about that
    long. What is refused comes again.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._answered: deque[float] = deque()
        self._said_at = float("-inf")
        self.under_way = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in _READS:
            return self._app(environ, start_response)  # type: ignore[no-any-return]
        if self.under_way >= max(ALWAYS, self._lately() * PATIENCE):
            return self._refuse(environ, start_response)
        self.under_way += 1
        try:
            return self._app(environ, start_response)  # type: ignore[no-any-return]
        finally:
            self.under_way -= 1
            self._answered.append(time.monotonic())

    def _lately(self) -> int:
        """How many were answered in the last second."""
        since = time.monotonic() - 1
        while self._answered and self._answered[0] < since:
            self._answered.popleft()
        return len(self._answered)

    def _refuse(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        metrics.refused_writes.inc()
        metrics.refusals.labels("not-now").inc()
        now = time.monotonic()
        if now - self._said_at >= SAYS_AGAIN_AFTER:
            self._said_at = now
            _log.warning("more is written than can be: some are told to come again", under_way=self.under_way)
        kind, body = "text/plain; charset=utf-8", f"{_SAID}\n"
        if environ.get("PATH_INFO", "").startswith("/api/"):
            kind, body = "application/problem+json", json.dumps(_PROBLEM)
        encoded = body.encode()
        headers = [
            ("Content-Type", kind),
            ("Content-Length", str(len(encoded))),
            ("Retry-After", _RETRY_AFTER),
            ("Cache-Control", "no-store"),
        ]
        start_response("503 Service Unavailable", headers)
        return [encoded]
