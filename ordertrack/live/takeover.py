"""Taking a client's socket over from gunicorn, which then forgets the request."""

from __future__ import annotations

import socket
import ssl
from typing import Any

TAKEN_OVER = "ordertrack.taken_over"


def socket_to_take_over(environ: dict[str, Any]) -> socket.socket | None:
    """The client's socket, if it is gunicorn's and plain: TLS inside gunicorn keeps the generator."""
    client = environ.get("gunicorn.socket")
    if client is None or isinstance(client, ssl.SSLSocket) or environ.get("HTTP_VERSION") == "2":
        return None
    return client  # type: ignore[no-any-return]


class TakeOver:
    """The WSGI layer outside Flask that makes gunicorn forget a connection which the hub has taken over."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        began: list[Any] = []

        def begin(*response: Any) -> None:
            began[:] = response

        body = self._app(environ, begin)
        if environ.get(TAKEN_OVER):
            if hasattr(body, "close"):
                body.close()
            raise StopIteration  # gunicorn closes its own descriptor; the hub's stays open
        start_response(*began)
        return body
