"""A line for each request: who asked for what from where, and what was answered; no secret."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable
from typing import Any

import structlog
from flask import Flask, Response, g, request

ID = "ordertrack.request_id"
"""Under which name a request's id stands in its environ."""
HEADER = "X-Request-Id"
_TOLD = "ordertrack.told"
_LOOKS_RIGHT = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
# What may be read in the log of what stands in an address; all else there may be a credential.
_SHOWN = frozenset({"restaurant", "board", "order_id"})
_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_STATIC = "/static/"
_log = structlog.get_logger("ordertrack")


class RequestLog:
    """The outermost WSGI layer: gives each request an id, which its answer carries, and logs it.

    The id is the one that the nearest of `proxies` counted proxies gave it, if that looks like one.
    """

    def __init__(self, app: Any, proxies: int) -> None:
        self._app = app
        self._proxies = proxies

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        started = time.perf_counter()
        request_id = environ[ID] = _given_id(environ, self._proxies) or new_id()
        is_static = environ.get("PATH_INFO", "").startswith(_STATIC)
        status = 200  # of a stream that was taken over

        def start(line: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            if not is_static or status >= 400:  # what is kept for ever is the answer to many requests
                headers = [*headers, (HEADER, request_id)]
            return start_response(line, headers, *more)

        try:
            return self._app(environ, start)  # type: ignore[no-any-return]
        except Exception as error:
            if not isinstance(error, StopIteration):
                status = 500
            raise
        finally:
            route = _STATIC if is_static else None
            told = environ.get(_TOLD) or {"route": route}
            log_request(environ, status, time.perf_counter() - started, request_id, **told)


def log_request(environ: dict[str, Any], status: int, seconds: float, request_id: str, **told: Any) -> None:
    """The line of a request."""
    _log.info(
        "request",
        method=environ.get("REQUEST_METHOD"),
        **told,
        status=status,
        ms=round(seconds * 1000, 1),
        address=environ.get("REMOTE_ADDR"),
        id=request_id,
    )


def new_id() -> str:
    return secrets.token_hex(8)


def _given_id(environ: dict[str, Any], proxies: int) -> str | None:
    """What a counted proxy calls the request: who comes past them cannot choose what the log says."""
    passed = [each for each in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if proxies and len(passed) >= proxies and _LOOKS_RIGHT.fullmatch(given) else None


def init_app(app: Flask) -> None:
    app.after_request(_tell)


def asked_by(actor: str) -> None:
    """Have the line of this request name who asks."""
    g.asked_by = actor


def request_id() -> str:
    """The id of the request that is being answered."""
    found: str = request.environ.get(ID, "")
    return found


def route() -> str | None:
    """Which kind of address was asked for; None if there is none such: what was typed may hold anything."""
    return None if request.url_rule is None else request.url_rule.rule


def _tell(response: Response) -> Response:
    tell(request.environ, described(response.status_code))
    return response


def tell(environ: dict[str, Any], what: dict[str, Any]) -> None:
    """Have the line of the request of `environ` say this of it."""
    environ[_TOLD] = what


def described(status: int) -> dict[str, Any]:
    """What the line of this request, which is answered with `status`, says of it."""
    return {
        "route": route(),
        "path": _path() if "asked_by" in g and status != 404 else None,
        "tenant": str(g.tenant_id) if "tenant_id" in g else None,
        "by": g.get("asked_by"),
    }


def _path() -> str | None:
    """The address without its query, and without what in it may be a credential.

    What nobody known typed, or where there is nothing, may be anything: of that the route is enough.
    """
    kind, given = route(), request.view_args or {}
    if kind is None:
        return None
    return _ARGUMENT.sub(lambda found: str(given[found[1]]) if found[1] in _SHOWN else f"<{found[1]}>", kind)
