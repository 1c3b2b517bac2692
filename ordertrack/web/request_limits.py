"""How often a key or a network address may ask, and how it is told: `RateLimit` and `RateLimit-Policy`.

The fields are those of draft-ietf-httpapi-ratelimit-headers: of a bucket that holds `q`, `w` is how many
seconds it takes to fill, `r` how many are left, `t` in how many seconds it is full.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request

from ordertrack.database.config import Settings
from ordertrack.i18n.translate import gettext as _
from ordertrack.monitoring import metrics
from ordertrack.web import client_address
from ordertrack.web.buckets import SECOND, Buckets, Rate, Taken
from ordertrack.web.problems import Problem, Refusal

SAYS_AGAIN_AFTER = 60.0  # seconds
_log = structlog.get_logger(__name__)


class RequestLimits:
    """Counts requests in buckets that all workers of the host share; hosts of one `key` name them alike."""

    def __init__(self, rates: Mapping[str, Rate], key: bytes) -> None:
        self.buckets = {kind: Buckets(rate, key) for kind, rate in rates.items()}
        self._said_at: dict[str, float] = {}

    def take(self, kind: str, holder: str) -> Taken:
        taken = self.buckets[kind].take(f"{kind} {holder}")
        if not taken.is_given:
            metrics.refused_requests.labels(kind).inc()
            self._say(kind, holder)
        return taken

    def _say(self, kind: str, holder: str) -> None:
        now = time.monotonic()
        if now - self._said_at.get(kind, float("-inf")) >= SAYS_AGAIN_AFTER:
            self._said_at[kind] = now
            _log.warning("more is asked than may be: some are told to come again", limit=kind, by=holder)


def init_app(app: Flask) -> None:
    """Made before a server's workers are, whose buckets they are then."""
    settings: Settings = app.config["SETTINGS"]
    limits = settings.limits
    app.extensions["request_limits"] = RequestLimits(
        {
            "key": Rate(limits.requests_per_key, limits.burst_per_key),
            "address": Rate(limits.requests_per_address, limits.burst_per_address),
        },
        settings.shares_key,
    )
    app.after_request(_tell)


def count_key(actor: str) -> None:
    """One more request of an API key; raises Refusal (429) if those are too many."""
    _count("key", actor)


def count_address(who: str) -> None:
    """One more request from this one's network address, where that is known; raises Refusal (429).

    `who` of an address asks: guests beside the house's own screens do not take from them.
    """
    settings: Settings = current_app.config["SETTINGS"]
    address = client_address.address_of(request.environ, settings.proxies)
    if address is not None:
        _count("address", f"{who} {address}")


def may_ask(who: str, environ: Mapping[str, Any]) -> bool:
    """Count one more as `count_address`, outside of Flask's request; whether it is not one too many."""
    address = client_address.address_of(environ, current_app.config["SETTINGS"].proxies)
    limits: RequestLimits = current_app.extensions["request_limits"]
    return address is None or limits.take("address", f"{who} {address}").is_given


def _count(kind: str, holder: str) -> None:
    limits: RequestLimits = current_app.extensions["request_limits"]
    taken = limits.take(kind, holder)
    rate = limits.buckets[kind].rate
    g.counted = (kind, rate, taken)
    if not taken.is_given:
        raise Refusal(_too_often(kind, rate, taken))


def _too_often(kind: str, rate: Rate, taken: Taken) -> Problem:
    wait = _seconds(taken.next_in)
    if request.path.startswith("/api/"):
        whose = "this API key" if kind == "key" else "this address"
        said = (
            f"Too many requests of {whose}: {rate.a_second} a second may come, and {rate.burst} at once after"
            f" a pause. Wait {wait} s, then try again."
        )
    else:
        said = _("Too much is asked from your network at once. Wait a moment, then try again.")
    fields = {"limit": f"requests_per_{kind}", "most": rate.a_second, "burst": rate.burst}
    return Problem(429, said, fields, {"Retry-After": str(wait)})


def _tell(response: Response) -> Response:
    """Programs are told with each answer, and everybody who asks too often."""
    if "counted" in g and (request.path.startswith("/api/") or response.status_code == 429):
        kind, rate, taken = g.counted
        response.headers["RateLimit-Policy"] = f'"{kind}";q={rate.burst};w={_seconds(rate.step * rate.burst)}'
        response.headers["RateLimit"] = f'"{kind}";r={taken.left};t={_seconds(taken.full_in)}'
    return response


def _seconds(nanoseconds: int) -> int:
    return -(-nanoseconds // SECOND)
