"""The body of a request, which is here before anybody looks at it."""

from __future__ import annotations

import io
from typing import Any

from gunicorn.http.errors import NoMoreData, ParseException

from ordertrack.web.bodies import LARGEST_BODY


class Received:
    """A body that is here; what is wrong with its form is said to whoever reads it to its end."""

    def __init__(self, body: Any, announced: int) -> None:
        self._body = body
        self._error: ParseException | None = None
        received, most = b"", max(announced, LARGEST_BODY)
        try:
            received = body.read(most + 1)
        except ParseException as error:
            self._error = error
        if len(received) < announced:
            raise NoMoreData()
        self._received = io.BytesIO(received)
        self.is_too_large = len(received) > most
        self.is_whole = self._error is None and not self.is_too_large

    def read(self, size: int) -> bytes:
        if data := self._received.read(size):
            return data
        if self._error is not None:
            raise self._error
        return bytes(self._body.read(size))


def with_length(request: Any, length: int) -> list[tuple[str, str]]:
    """The headers as if the body had announced this instead of coming in chunks."""
    others = [(name, value) for name, value in request.headers if name != "TRANSFER-ENCODING"]
    return [*others, ("CONTENT-LENGTH", str(length))]


def announced(request: Any) -> int:
    """How long the body says it is, in bytes; 0 if it does not say."""
    return max((int(value) for name, value in request.headers if name == "CONTENT-LENGTH"), default=0)
