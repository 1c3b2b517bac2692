"""The customer's page behind its unguessable token, and its stream."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from functools import partial
from typing import NamedTuple

from flask import Blueprint, Flask, Response, abort, current_app, make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import bindparam, select

from ordertrack.database.session import enter_tenant
from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import speaking
from ordertrack.live.topics import Channel
from ordertrack.monitoring import request_log
from ordertrack.orders import event_log, records
from ordertrack.orders.models import TrackingLink
from ordertrack.orders.records import OrderRecord
from ordertrack.restaurants import logos
from ordertrack.streams import sse
from ordertrack.tenants.principal import Principal
from ordertrack.tracking import language, progress
from ordertrack.tracking.channel import TrackingChannel
from ordertrack.tracking.positions import Positions
from ordertrack.web import links

blueprint = Blueprint("tracking", __name__)
SHOWN_AFTER_THE_END = dt.timedelta(days=1)
_LINK = TenantQuery(
    select(TrackingLink.tenant_id, TrackingLink.order_id).where(TrackingLink.token == bindparam("token")),
    "tracking_token",
)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_PICTURE = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
_PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def channels(app: Flask) -> list[Channel]:
    """What this room tells on the live path."""
    positions = app.extensions["guest_positions"] = Positions(app.config["SETTINGS"].secret_key)
    return [TrackingChannel(positions)]


@blueprint.get("/track/<token>")
def show(token: str) -> ResponseReturnValue:
    """The order's progress, true at the cursor that its stream starts from. Query `lang`: a language."""
    link = _find(token)
    if link is None:
        return gone()
    cursor = event_log.head(link.tenant_id)  # before the rows, as on a board
    order = _watchable(link)
    if order is None:
        return gone()
    with speaking(language.language_of(order)):
        page = render_template(
            "tracking/tracking.html",
            token=token,
            position=_positions().tell(order.id, cursor),
            choices=language.choices(order),
            site=links.site,
            **progress.values(order),
        )
    return make_response(page, _PRIVATE)


@blueprint.get("/track/<token>/stream")
def stream(token: str) -> ResponseReturnValue:
    """The order's steps after a cursor, as they are made. Query `lang`: a language."""
    order = watched(token)
    if order is None:
        return gone()
    watcher = Principal(order.tenant_id, f"customer:{order.id}", "Customer")
    topic = TrackingChannel.topic(order.tenant_id, order.id, language.language_of(order))
    after = sse.requested_cursor(partial(_positions().read, order.id))
    response: Response = sse.answer(watcher, topic, after)
    response.headers.update(_PRIVATE)
    return response


def watched(token: str) -> OrderRecord | None:
    """The order that this link shows, whose tenant is entered; None if it shows none."""
    link = _find(token)
    return _watchable(link) if link is not None else None


@blueprint.get("/logo/<digest>.png")
def logo(digest: str) -> ResponseReturnValue:
    """A restaurant's picture, which never changes under this address."""
    png = logos.find(digest)
    if png is None:
        abort(404, _("There is no such picture."))
    return Response(png, content_type="image/png", headers=_PICTURE)


def _positions() -> Positions:
    positions: Positions = current_app.extensions["guest_positions"]
    return positions


class _Link(NamedTuple):
    tenant_id: uuid.UUID
    order_id: uuid.UUID


def _find(token: str) -> _Link | None:
    """The link of this token, whose tenant is entered; None if there is none."""
    if not _TOKEN.fullmatch(token):
        return None
    for link in _LINK.rows(setting=token, token=token):
        enter_tenant(link.tenant_id)
        request_log.asked_by(f"customer:{link.order_id}")
        return _Link(link.tenant_id, link.order_id)
    return None


def _watchable(link: _Link) -> OrderRecord | None:
    """The order of this link; None if it ended more than a day ago."""
    order = records.find(link.tenant_id, link.order_id)
    assert order is not None
    expires_at = order.status_since + SHOWN_AFTER_THE_END
    if progress.is_over(order) and expires_at < dt.datetime.now(dt.UTC):
        return None
    return order


def gone() -> Response:
    """Said of a link that shows no order."""
    with speaking(language.language_of_nobody()):
        return make_response(render_template("tracking/link_ended.html"), 404, _PRIVATE)
