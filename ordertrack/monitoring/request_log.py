"""A line for each request and its counters: who asked for what from where, and the answer; no secret."""

from __future__ import annotations

import mmap
import re
import secrets
import time
from collections.abc import Iterable
from functools import cache
from multiprocessing import Lock
from typing import Any

import structlog
from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

from ordertrack.database.session import REQUEST_ID as ID
from ordertrack.monitoring import metrics

HEADER = "X-Request-Id"
FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")
"""By which a proxy says whom it asks for."""
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
_TOLD = "ordertrack.told"
_LOOKS_RIGHT = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
# What may be read in the log of what stands in an address; all else there may be a credential.
_SHOWN = frozenset({"restaurant", "board", "order_id"})
_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_STATIC = "/static/"
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_READS = ("GET", "HEAD", "OPTIONS")
_ASKED_AGAIN = 503  # what tells a probe that this server is not ready
_log = structlog.get_logger("ordertrack")


class RequestLog:
    """The outermost WSGI layer: gives each request an id, which its answer carries, and logs it.

    The id is the one that the nearest of `proxies` counted proxies gave it, if that looks like one.
    """

    def __init__(self, app: Any, proxies: int) -> None:
        self._app = app
        self._proxies = proxies
        # Of all workers together, as they are forked from this process.
        self._has_warned = mmap.mmap(-1, 1)
        self._warns = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        started = time.perf_counter()
        if not self._proxies and not self._has_warned[0]:
            self._warn_of_proxy(environ)
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

    def _warn_of_proxy(self, environ: dict[str, Any]) -> None:
        """Say once what somebody has to know who put a proxy in front and did not count it."""
        said = [name for name in FORWARDED if environ.get(name)]
        if not said:
            return
        with self._warns:
            if self._has_warned[0]:
                return
            self._has_warned[0] = 1
        _log.warning(
            "a request says that a proxy forwarded it, and ORDERTRACK_PROXIES is 0: all who come through it"
            " count as one address, and cookies and links are made as for http. If a proxy stands in front,"
            " say how many there are, such as ORDERTRACK_PROXIES=1.",
            headers=[name.removeprefix("HTTP_").replace("_", "-").title() for name in said],
            address=environ.get("REMOTE_ADDR"),
        )


def log_request(environ: dict[str, Any], status: int, seconds: float, request_id: str, **told: Any) -> None:
    """Count a request, and log it; not those of probes, which say every few seconds what they said before."""
    _count(environ, status, seconds, told.get("route"))
    if environ.get("PATH_INFO") in PROBES and (status < 400 or status == _ASKED_AGAIN):
        return
    _log.info(
        "request",
        method=environ.get("REQUEST_METHOD"),
        **told,
        status=status,
        ms=round(seconds * 1000, 1),
        address=environ.get("REMOTE_ADDR"),
        id=request_id,
    )


def _count(environ: dict[str, Any], status: int, seconds: float, route: str | None) -> None:
    given = environ.get("REQUEST_METHOD", "")
    method = given if given in _METHODS else "other"
    _counted(method, route or "none", status).inc()
    if status == 500:
        metrics.errors.inc()
    if route is not None and route not in PROBES:
        _timed(method, route).observe(seconds)


# To look for a series by its labels costs more than to count in it, and there are a few hundred.
@cache
def _counted(method: str, route: str, status: int) -> Counter:
    return metrics.requests.labels(method, route, status)


@cache
def _timed(method: str, route: str) -> Histogram:
    """Of the kind of such requests: those of one are expected to take about as long."""
    if route == _STATIC:
        kind = "static"
    elif route.endswith("/stream"):
        kind = "stream"
    elif route.startswith("/api/"):
        kind = "api read" if method in _READS else "api write"
    else:
        kind = "page" if method in _READS else "form"
    return metrics.request_seconds.labels(kind)


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
