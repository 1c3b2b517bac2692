"""The customer's page behind its unguessable token, and its stream."""

from __future__ import annotations

import datetime as dt
from functools import partial

from flask import Blueprint, Flask, Response, abort, current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import speaking
from ordertrack.live.topics import Channel
from ordertrack.orders.log import event_log
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.restaurants import logos
from ordertrack.streams import sse
from ordertrack.tenants.principal import Principal
from ordertrack.tracking import guest_links, language, progress
from ordertrack.tracking.channel import TrackingChannel
from ordertrack.tracking.guest_links import GuestLink
from ordertrack.tracking.positions import Positions
from ordertrack.web import links

blueprint = Blueprint("tracking", __name__)
SHOWN_AFTER_THE_END = dt.timedelta(days=1)
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
    link = guest_links.find(token)
    if link is None:
        return _gone()
    cursor = event_log.head(link.tenant_id)  # before the rows, as on a board
    order = _watchable(link)
    if order is None:
        return _gone()
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
        return _gone()
    watcher = Principal(order.tenant_id, f"customer:{order.id}", "Customer")
    topic = TrackingChannel.topic(order.tenant_id, order.id, language.language_of(order))
    after = sse.requested_cursor(partial(_positions().read, order.id))
    response: Response = sse.answer(watcher, topic, after)
    response.headers.update(_PRIVATE)
    return response


def watched(token: str) -> OrderRecord | None:
    """The order that this link shows, whose tenant is entered; None if it shows none."""
    link = guest_links.find(token)
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


def _watchable(link: GuestLink) -> OrderRecord | None:
    """The order of this link; None if it ended more than a day ago."""
    order = records.find(link.tenant_id, link.order_id)
    assert order is not None
    expires_at = order.status_since + SHOWN_AFTER_THE_END
    if progress.is_over(order) and expires_at < dt.datetime.now(dt.UTC):
        return None
    return order


def _gone() -> Response:
    with speaking(language.language_of_nobody()):
        return make_response(render_template("tracking/link_ended.html"), 404, _PRIVATE)
