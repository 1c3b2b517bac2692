"""What this server saw of a request, told piece by piece: for `ordertrack doctor`, which asks from outside.

Whoever asks shows that they know the secret of the house; to all others there is nothing here.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator

from flask import Blueprint, Response, abort, current_app, request

from ordertrack.database.config import Settings
from ordertrack.web import client_address

BEATS, PAUSE = 3, 0.5  # how many pieces follow the first, and the seconds between
_GOOD_FOR = 60.0  # seconds that a code is
blueprint = Blueprint("mirror", __name__)


def code(secret_key: str, now: float | None = None) -> str:
    """What opens it for a minute."""
    at = str(int(time.time() if now is None else now))
    return f"{at}.{_signed(secret_key, at)}"


@blueprint.get("/mirror/<code>")
def mirror(code: str) -> Response:
    """An event stream: `seen`, with what was seen as JSON, and some heartbeats."""
    settings: Settings = current_app.config["SETTINGS"]
    at, _, signature = code.partition(".")
    signed = _signed(settings.secret_key, at).encode()
    is_ours = hmac.compare_digest(signature.encode(errors="replace"), signed)
    if not is_ours or not at.isdecimal() or abs(time.time() - int(at)) > _GOOD_FOR:
        abort(404)
    forwarded = request.headers.get("X-Forwarded-For", "")
    seen = {
        "scheme": request.scheme,
        "host": request.host,
        "address": client_address.address_of(request.environ, settings.proxies),
        "proxies": settings.proxies,
        "forwarded": len([each for each in forwarded.split(",") if each.strip()]),
    }
    response = Response(_told(json.dumps(seen)), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _told(seen: str) -> Iterator[str]:
    yield f"event: seen\ndata: {seen}\n\n"
    for _ in range(BEATS):
        time.sleep(PAUSE)
        yield "event: hb\ndata: {}\n\n"


def _signed(secret_key: str, at: str) -> str:
    key = hmac.digest(secret_key.encode(), b"ordertrack mirror", hashlib.sha256)
    return hmac.digest(key, at.encode(errors="replace"), hashlib.sha256).hex()
