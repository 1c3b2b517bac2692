"""Structured logs: one JSON line an event, on standard error."""

from __future__ import annotations

import logging
import sys

import structlog
from flask import has_request_context
from structlog.typing import EventDict, Processor, WrappedLogger

from ordertrack.database.session import request_id


def _name_request(_logger: WrappedLogger, _method: str, said: EventDict) -> EventDict:
    """Have each line that is written for a request say its id, as the line of the request does."""
    if has_request_context() and (asked := request_id()):
        said.setdefault("request", asked)
    return said


_SHARED: list[Processor] = [
    _name_request,
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
