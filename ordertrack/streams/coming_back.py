"""Screens that come back: who asks in the same words as before is let in by what was found out then.

Screens come back every few minutes, and all at once after a cut. What their request asks for, and whether
they may have it, is found out by the whole of the web layer: once. After that it is only looked at whether
all that it went by still is as it was. Nothing is refused here: whatever is not as it was goes the whole way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b
from itertools import islice
from typing import Any, NamedTuple

import structlog
from flask import Flask

from ordertrack.database.session import REQUEST_ID, enter_tenant
from ordertrack.live.cursor import Cursor, MalformedCursor
from ordertrack.live.takeover import TAKEN_OVER, socket_to_take_over
from ordertrack.live.topics import Topic
from ordertrack.monitoring import request_log
from ordertrack.streams import beginning
from ordertrack.streams.handing import Handed
from ordertrack.tenants.principal import Principal
from ordertrack.web import request_limits

MOST_KEPT = 20_000  # as many as streams; half a kilobyte each
POSITION = "HTTP_LAST_EVENT_ID"
_WORDS = "ordertrack.words"
# Whatever else a request says may be what it was let in by.
_NEW_EACH_TIME = (POSITION, "HTTP_X_REQUEST_ID")
_SAID = ("PATH_INFO", "QUERY_STRING", "SERVER_PROTOCOL", "wsgi.url_scheme")
_log = structlog.get_logger(__name__)


class _Known(NamedTuple):
    """What came of a request, and whether all that it went by still is as it was."""

    watcher: Principal
    topic: Topic
    said: str
    after: str  # where its query says that the page stands
    is_as_it_was: Callable[[], bool]
    line: dict[str, Any]


class ComingBack:
    """The WSGI layer around Flask that begins the streams of screens which it knows."""

    def __init__(self, app: Flask, inner: Any) -> None:
        self._app = app
        self._inner = inner
        self._known: dict[bytes, _Known] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].endswith("/stream"):
            words = environ[_WORDS] = _digest(environ)
            known = self._known.get(words)
            if known is not None and self._begins(known, environ):
                return []
        return self._inner(environ, start_response)  # type: ignore[no-any-return]

    def keep(
        self,
        environ: dict[str, Any],
        stream: Handed,
        after: str,
        is_as_it_was: Callable[[], bool],
    ) -> None:
        """Know this request when it comes again; to be called in it, once its stream has begun."""
        words = environ.get(_WORDS)
        if words is None:
            return
        self._known.pop(words, None)  # so that the oldest come first
        for oldest in list(islice(self._known, max(0, len(self._known) - MOST_KEPT + 1))):
            self._known.pop(oldest, None)
        line = request_log.described(200)
        self._known[words] = _Known(stream.watcher, stream.topic, stream.said, after, is_as_it_was, line)

    def _begins(self, known: _Known, environ: dict[str, Any]) -> bool:
        """Whether the stream has begun; if not, the whole way says why."""
        client = socket_to_take_over(environ)
        if client is None:
            return False
        with self._app.app_context():
            enter_tenant(known.watcher.tenant_id)
            request_log.asked_by(known.watcher.actor)  # and so waits for a connection as requests do
            try:
                if known.is_as_it_was() and request_limits.may_ask("staff", environ):
                    request_log.tell(environ, known.line)
                    beginning.begin(self._app, self._stream(known, environ), client, environ)
            except Exception as error:
                if environ.get(TAKEN_OVER):
                    _log.warning("a stream ended while it was caught up", error=str(error))
        return TAKEN_OVER in environ

    def _stream(self, known: _Known, environ: dict[str, Any]) -> Handed:
        holders = beginning.holders_of(known.watcher, environ, self._app.config["SETTINGS"])
        try:
            after = Cursor.parse(environ.get(POSITION) or known.after)
        except MalformedCursor:
            after = None
        request_id = environ.get(REQUEST_ID, "")
        return Handed(known.watcher, known.topic, after, holders, known.said, request_id)


def _digest(environ: dict[str, Any]) -> bytes:
    """What a request says, but for what is new each time."""
    said = [environ[name] for name in _SAID]
    said += [
        item for item in environ.items() if item[0].startswith("HTTP_") and item[0] not in _NEW_EACH_TIME
    ]
    return blake2b(repr(said).encode(), digest_size=16).digest()
