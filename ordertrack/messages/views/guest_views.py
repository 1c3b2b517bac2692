"""What guests themselves say: that they have seen their page, and that they want no messages."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from ordertrack.i18n.form_fields import whole
from ordertrack.i18n.translate import speaking
from ordertrack.messages import addresses, pages, stops
from ordertrack.messages.transports import Way
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.tracking import guest_links, language, look
from ordertrack.web import request_limits

blueprint = Blueprint("guest_messages", __name__)
_PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


@blueprint.post("/track/<token>/seen")
def seen(token: str) -> ResponseReturnValue:
    """Form: `revision`, up to which the open and visible page has shown the order. 204, whatever it says."""
    request_limits.count_address("guest")
    link = guest_links.find(token)
    revision = whole(request.form.get("revision", ""))
    if link is not None and revision is not None:
        pages.note(link.tenant_id, link.order_id, revision)
    return Response(status=204, headers=_PRIVATE)


@blueprint.get("/track/<token>/stop")
def ask(token: str) -> ResponseReturnValue:
    """The page on which a guest ends messages; it asks first, for mail programs open links by themselves."""
    return _page(token, is_done=False)


@blueprint.post("/track/<token>/stop")
def stop(token: str) -> ResponseReturnValue:
    """Nothing more goes to the number and the e-mail address of this order, whatever is ordered later.

    Mail programs post here by themselves where their button is pressed (RFC 8058).
    """
    request_limits.count_address("guest")
    order = _order(token)
    if order is not None:
        for way, address in (
            (Way.SMS, addresses.number_of(order)),
            (Way.MAIL, addresses.mail_of(order)),
        ):
            stops.stop(order.tenant_id, [address] if address else [], way)
    return _page(token, is_done=True)


def _order(token: str) -> OrderRecord | None:
    link = guest_links.find(token)
    return records.find(link.tenant_id, link.order_id) if link else None


def _page(token: str, *, is_done: bool) -> Response:
    order = _order(token)
    if order is None:
        with speaking(language.language_of_nobody()):
            return make_response(render_template("tracking/link_ended.html"), 404, _PRIVATE)
    with speaking(language.language_of(order)):
        page = render_template(
            "messages/stop.html",
            token=token,
            is_done=is_done,
            look=look.of_order(order),
            choices=language.choices(order),
        )
    return make_response(page, _PRIVATE)
