"""Who was not let in: a line in the log that names the address, and a count."""

from __future__ import annotations

from typing import Literal

import structlog
from flask import request

from ordertrack.monitoring import metrics, request_log

_log = structlog.get_logger(__name__)


def note(shown: Literal["password", "PIN", "key"], why: Literal["wrong", "too often"] = "wrong") -> None:
    """Somebody showed this and was refused. Neither it nor a name is said: people type one for the other."""
    metrics.failed_sign_ins.labels(shown, why).inc()
    _log.warning(
        "sign-in failed", shown=shown, why=why, address=request.remote_addr, id=request_log.request_id()
    )
