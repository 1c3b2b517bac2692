"""What peers call, outside any sign-in: what comes to a connection's address is kept, then answered."""

from __future__ import annotations

import uuid

import structlog
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from ordertrack.channels import connections, payloads, registry
from ordertrack.channels.interface import Asked, Channel, Received, Way
from ordertrack.channels.models import ChannelConnection
from ordertrack.database.session import release_connection
from ordertrack.i18n.translate import speaking
from ordertrack.monitoring import request_log
from ordertrack.tenants import suspension
from ordertrack.web import request_limits
from ordertrack.web.bodies import LARGEST_PAYLOAD
from ordertrack.web.database_problems import suspended
from ordertrack.web.problems import Refusal

blueprint = Blueprint("channel_calls", __name__)
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_CODE = "string(length=26)"
_log = structlog.get_logger(__name__)


@blueprint.route(f"/channels/<{_CODE}:code>", defaults={"rest": ""}, methods=_METHODS, strict_slashes=False)
@blueprint.route(f"/channels/<{_CODE}:code>/<path:rest>", methods=_METHODS)
def receive(code: str, rest: str) -> ResponseReturnValue:
    """In English, as text: programs call. Whoever makes codes up pays with the share of their address."""
    with speaking("en"):
        try:
            request_limits.count_address("channel")
            return _received(code, rest)
        except Refusal as refusal:
            # Some channels take whatever is below 500 for a thank-you, and tell it nobody again.
            return _text(refusal.problem.detail, 503, refusal.problem.headers)


def _received(code: str, rest: str) -> Response:
    row = connections.by_code(code)
    channel = registry.find(row.channel) if row is not None else None
    if row is None or channel is None:
        return _text("No shop or platform is connected by this address, or not any more.", 404)
    request_log.asked_by(f"channel:{row.id}")
    try:
        request_limits.count_key(f"channel:{row.id}")
    except Refusal as refusal:
        return _text(refusal.problem.detail, channel.not_kept, refusal.problem.headers)
    if suspension.is_suspended(row.tenant_id):
        return _text(suspended().detail, channel.not_kept)
    body = _body()
    if body is None:
        status = 413 if channel.not_kept < 500 else channel.not_kept
        return _text(f"That is too large: {LARGEST_PAYLOAD // 1024} KB may come at once.", status)
    headers = {name.lower(): value for name, value in request.headers.items()}
    received = channel.receive(connections.opened(row), Asked(request.method, rest, headers, body))
    try:
        kept = payloads.keep(row, received.payloads, Way.CALLED)
    except payloads.TooManySuspects:
        unsigned = "Too much came that is not signed as it must be."
        return _text(unsigned, channel.not_kept, {"Retry-After": "3600"})
    _settle(row, channel, kept)
    return _answer(received)


def _settle(row: ChannelConnection, channel: Channel, kept: list[uuid.UUID]) -> None:
    """What cannot be settled now the process beside the workers does: the peer is answered all the same."""
    for payload_id in kept:
        try:
            payloads.settle(row, channel, payload_id)
        except SQLAlchemyError as error:
            release_connection()
            _log.warning("a payload is settled later", payload=str(payload_id), kind=type(error).__name__)


def _body() -> bytes | None:
    request.max_content_length = LARGEST_PAYLOAD
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return None
    # A body that comes in chunks is cut off at the bound without a word; at its end nothing more is there.
    if request.content_length is None and request.environ["wsgi.input"].read(1):
        return None
    return body


def _answer(received: Received) -> Response:
    return _text(received.body, received.status)


def _text(said: str, status: int, headers: dict[str, str] | None = None) -> Response:
    response = Response(said, status, headers, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
