"""Past what it can do a worker refuses writes at once, rather than let all of them wait longer and longer."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

import structlog

from ordertrack.monitoring import metrics

# Seconds that the last one to be let in has to wait, more or less: half of what a board waits for an answer,
# so that none is given up that is being done, and screens are right soon after the rush is over.
PATIENCE = 4.0
FEW = 32  # writes under way that are no queue
AT_ONCE = 512  # those that may be under way before it is known how long they take
SAYS_AGAIN_AFTER = 60.0  # seconds
_READS = ("GET", "HEAD", "OPTIONS")
_SAID = "More is being written than can be at this moment. Nothing was changed; try again in a moment."
_RETRY_AFTER = "2"  # seconds
_PROBLEM = {"type": "/problems/not-now", "title": "Service Unavailable", "status": 503, "detail": _SAID}
_log = structlog.get_logger(__name__)


class Admission:
    """The outermost WSGI layer of a worker.

    As many writes may be under way as were answered in the last PATIENCE seconds: by Little's law each of
    them waits about that long. While they have queued for less than that nobody can say, and AT_ONCE may be.
    What is refused comes again.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._answered: deque[float] = deque()
        self._queue_since: float | None = None
        self._said_at = float("-inf")
        self.under_way = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in _READS:
            return self._app(environ, start_response)  # type: ignore[no-any-return]
        if self.refuses(environ["REQUEST_METHOD"]):
            headers, body = self.refusal(environ.get("PATH_INFO", ""))
            start_response("503 Service Unavailable", headers)
            return [body]
        self.under_way += 1
        if self._queue_since is None and self.under_way > FEW:
            self._queue_since = time.monotonic()
        try:
            return self._app(environ, start_response)  # type: ignore[no-any-return]
        finally:
            self.under_way -= 1
            self._answered.append(time.monotonic())
            self._lately(self._answered[-1])
            if self.under_way <= FEW:
                self._queue_since = None

    def refuses(self, method: str) -> bool:
        """Whether a request of this method would be refused now."""
        if method in _READS or self._queue_since is None:
            return False
        now = time.monotonic()
        is_measured = now - self._queue_since >= PATIENCE
        return self.under_way >= max(self._lately(now), FEW if is_measured else AT_ONCE)

    def _lately(self, now: float) -> int:
        """How many were answered in the last PATIENCE seconds."""
        while self._answered and self._answered[0] < now - PATIENCE:
            self._answered.popleft()
        return len(self._answered)

    def refusal(self, path: str) -> tuple[list[tuple[str, str]], bytes]:
        """Headers and body of a refusal, which is counted; at `path` a person or a program asked."""
        metrics.refused_writes.inc()
        metrics.refusals.labels("not-now").inc()
        now = time.monotonic()
        if now - self._said_at >= SAYS_AGAIN_AFTER:
            self._said_at = now
            _log.warning("more is written than can be: some are told to come again", under_way=self.under_way)
        return _REFUSALS[path.startswith("/api/")]


def _refusal(kind: str, said: str) -> tuple[list[tuple[str, str]], bytes]:
    body = said.encode()
    headers = {
        "Content-Type": kind,
        "Content-Length": str(len(body)),
        "Retry-After": _RETRY_AFTER,
        "Cache-Control": "no-store",
    }
    return list(headers.items()), body


_REFUSALS = (
    _refusal("text/plain; charset=utf-8", f"{_SAID}\n"),
    _refusal("application/problem+json", json.dumps(_PROBLEM)),
)
