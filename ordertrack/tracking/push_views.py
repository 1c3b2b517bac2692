"""A guest's browser asks to be told of an order while its page is closed, or not to be told any more."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.order_record import OrderRecord
from ordertrack.push import guests, keys, subscription
from ordertrack.push.subscription import MalformedSubscription, Subscription
from ordertrack.tracking import language, progress
from ordertrack.tracking.views import watched
from ordertrack.web import assets, links

blueprint = Blueprint("tracking_push", __name__, url_prefix="/track")


@blueprint.get("/worker.js")
def worker() -> Response:
    """The service worker of each tracking page: it may speak for these alone."""
    return assets.worker("push")


@blueprint.get("/<token>/push")
def key(token: str) -> ResponseReturnValue:
    """With which key the browser is to subscribe."""
    order = _found(token)
    return Response(keys.public_key(order.tenant_id), content_type="text/plain")


@blueprint.post("/<token>/push")
def begin(token: str) -> ResponseReturnValue:
    """JSON: the browser's subscription. Query `lang`: the language to be told in."""
    order = _found(token)
    if progress.is_over(order):
        abort(409, _("This order is over: there is nothing more to tell."))
    told = _subscription()
    if not guests.keep(order.tenant_id, order.id, told, language.language_of(order), links.site()):
        abort(409, _("Too many devices are told of this order already."))
    return "", 204


@blueprint.post("/<token>/push/end")
def end(token: str) -> ResponseReturnValue:
    """JSON: the browser's subscription."""
    order = _found(token)
    guests.end(order.tenant_id, order.id, _subscription().digest)
    return "", 204


def _found(token: str) -> OrderRecord:
    order = watched(token)
    if order is None:
        abort(404, _("This link leads to no order"))
    return order


def _subscription() -> Subscription:
    try:
        return subscription.parsed(request.get_json(force=True, silent=True))
    except MalformedSubscription:
        abort(400, _("This is nothing that a browser hands over so that it can be told."))
