"""Who asks too often from a network address is told to wait; others of that address are not.

Health and metrics are never counted. Signing in, the house's own screens and strangers have a share each, so
that who floods the pages that anybody can open, from a guest's phone in the house's own network say, takes
neither a place on a board nor the way to it.
"""

from __future__ import annotations

from flask import Flask, current_app, request

from ordertrack.tenants.signing_in import sign_in
from ordertrack.web import request_limits

NEVER_COUNTED = frozenset({"health", "metrics"})
COUNT_THEMSELVES = frozenset({"api", "channel_calls"})  # once they know whose key, or whose address, it is


def init_app(app: Flask) -> None:
    request_limits.init_app(app)
    app.before_request(_count)


def _count() -> None:
    room = request.blueprint
    if room not in NEVER_COUNTED and room not in COUNT_THEMSELVES:
        request_limits.count_address(_who(room))


def _who(room: str | None) -> str:
    if room == sign_in.blueprint.name:
        return "signing in"
    if room is None:  # no address of ours: to say so takes no looking up
        return "stranger"
    has_cookie = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return "staff" if has_cookie and sign_in.is_signed_in() else "stranger"
