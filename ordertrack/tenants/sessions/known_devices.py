"""A device on which somebody has signed in is known by a cookie of its own, which outlives the sign-in."""

from __future__ import annotations

import datetime as dt
import secrets
from hashlib import sha256
from typing import Any

from flask import Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "device"
PATH = "/login"  # where it is asked for; nothing else has to carry it
LASTS = dt.timedelta(days=400)  # as long as browsers keep one
_MOST_PEOPLE = 12


def known_as(email: str) -> str | None:
    """Under which name the device that asks is counted for this address; None if it is not known."""
    device, people = _read()
    return device if _trace(email) in people else None


def remember(email: str) -> None:
    """Have the answer make the device known for whoever has just signed in with the address."""
    device, people = _read()
    trace = _trace(email)
    said = [device, [trace, *(each for each in people if each != trace)][:_MOST_PEOPLE]]
    g.known_device = str(_serializer().dumps(said))


def write(response: Response) -> None:
    """Give the device its cookie, if somebody has signed in with this request."""
    value = g.pop("known_device", None)
    if value is not None:
        secure = request.is_secure
        response.set_cookie(COOKIE, value, LASTS, path=PATH, httponly=True, samesite="Lax", secure=secure)


def _read() -> tuple[str, list[str]]:
    try:
        said: Any = _serializer().loads(
            request.cookies.get(COOKIE, "")[:2000], max_age=int(LASTS.total_seconds())
        )
    except BadSignature:
        return secrets.token_urlsafe(12), []
    device, people = said
    return device, people


def _trace(email: str) -> str:
    """Tells who it is only to those who know the address."""
    return sha256(f"{current_app.secret_key!r} {email}".encode()).hexdigest()[:16]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="known device")
