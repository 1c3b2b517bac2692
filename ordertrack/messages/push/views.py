"""A guest's browser asks to be told of an order while its page is closed, or not to be told any more."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from ordertrack.database.session import db
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked, speaking
from ordertrack.messages import choices, wishes
from ordertrack.messages.transports import Way
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.push import guests, keys, subscription
from ordertrack.push.subscription import MalformedSubscription, Subscription
from ordertrack.tracking import language, look, progress
from ordertrack.tracking.views import watched
from ordertrack.web import assets, links, request_limits

_SAID = {
    "stop": marked("Tell me no more"),
    "told": marked("You will be told on this device, also when this page is closed."),
    "unasked": marked("You were not asked for anything, or said no: nothing was changed."),
    "http": marked("Not over http: a browser can only be told by a page that is open over https."),
    "home": marked(
        "On this device only a page on the home screen can tell you: choose Share, then Add to Home Screen,"
        " and open it from there."
    ),
    "none": marked("This browser cannot tell you anything while the page is closed."),
    "blocked": marked(
        "Notifications of this page are blocked: allow them in the settings of your browser, then try again."
    ),
}
"""What the page says, by the names that `static/js/push/tell.js` knows."""

blueprint = Blueprint("guest_push", __name__, url_prefix="/track")


@blueprint.app_template_global()
def tells_by_push(order: OrderRecord) -> bool:
    """Whether the page of this order offers to tell its guest by the browser: as its restaurant chose."""
    choice = choices.of_restaurant(order.tenant_id, order.restaurant_id)
    return choice.tells and Way.PUSH in choice.ways and not progress.is_over(order)


@blueprint.get("/worker.js")
def worker() -> Response:
    """The service worker of each tracking page: it may speak for these alone."""
    return assets.worker("push")


@blueprint.get("/<token>/app.webmanifest")
def manifest(token: str) -> Response:
    """How the page opens from a home screen. Query `lang`: a language."""
    order = _found(token)
    return assets.manifest(
        look.of_order(order).name, request.full_path.replace("/app.webmanifest", "").rstrip("?")
    )


@blueprint.get("/<token>/push")
def key(token: str) -> ResponseReturnValue:
    """With which key the browser is to subscribe, and what is said of that. Query `lang`: a language."""
    order = _found(token)
    with speaking(language.language_of(order)):
        said = {name: _(sentence) for name, sentence in _SAID.items()}
    return {"key": keys.public_key(order.tenant_id), **said}


@blueprint.post("/<token>/push")
def begin(token: str) -> ResponseReturnValue:
    """JSON: the browser's subscription. Query `lang`: the language to be told in."""
    request_limits.count_address("guest")
    order = _found(token)
    if progress.is_over(order):
        abort(409, _("This order is over: there is nothing more to tell."))
    told = _subscription()
    if not guests.keep(order.tenant_id, order.id, told, language.language_of(order), links.site()):
        abort(409, _("Too many devices are told of this order already."))
    wishes.add(order.tenant_id, order.id, Way.PUSH)
    db.session.commit()
    return "", 204


@blueprint.post("/<token>/push/end")
def end(token: str) -> ResponseReturnValue:
    """JSON: the browser's subscription."""
    request_limits.count_address("guest")
    order = _found(token)
    guests.end(order.tenant_id, order.id, _subscription().digest)
    if not guests.of_order(order.tenant_id, order.id):
        wishes.take_back(order.tenant_id, order.id, Way.PUSH)
        db.session.commit()
    return "", 204


def _found(token: str) -> OrderRecord:
    order = watched(token)
    if order is None:
        abort(404, _("This link leads to no order"))
    return order


def _subscription() -> Subscription:
    try:
        return subscription.read(request.get_data())
    except MalformedSubscription:
        abort(400, _("This is nothing that a browser hands over so that it can be told."))
