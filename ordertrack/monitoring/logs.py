"""Structured logs: one JSON line an event, on standard error."""

from __future__ import annotations

import logging
import sys
import time

import structlog
from flask import Flask, Response, g, request
from structlog.typing import Processor

_log = structlog.get_logger("ordertrack")

_SHARED: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
_json = structlog.processors.JSONRenderer(ensure_ascii=False)


def configure(*, quiet: bool = False) -> None:
    """Send structlog's and the standard library's records to standard error, both as JSON.

    Ours go there directly, for a line a request is worth no detour. `quiet` leaves out the ordinary, so that
    somebody who tries the demo still reads its sign-ins.
    """
    level = logging.WARNING if quiet else logging.INFO
    structlog.configure(
        processors=[*_SHARED, _json],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_SHARED], processor=_json
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def init_app(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    _log.info(
        "request",
        method=request.method,
        path=loggable_path(),
        status=response.status_code,
        ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
        tenant=str(g.tenant_id) if "tenant_id" in g else None,
    )
    return response


def loggable_path() -> str:
    """What a link names is a credential: the log names the page, not the token."""
    for page in ("/track/", "/password/"):
        if request.path.startswith(page):
            return f"{page}…"
    return request.path
