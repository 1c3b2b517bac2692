"""The guest's ticket: what was ordered and what it costs, with the code that leads to the order's page."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import speaking
from ordertrack.messages import wording
from ordertrack.order_entry import along
from ordertrack.orders.moving.transitions import OrderNotFound
from ordertrack.orders.reading import records
from ordertrack.restaurants import brand
from ordertrack.tenants.signing_in.sign_in import staff_principal

blueprint = Blueprint("tickets", __name__)
PAPERS = ("80mm", "a6")


@blueprint.get("/orders/<uuid:order_id>/ticket")
def show(order_id: uuid.UUID) -> ResponseReturnValue:
    """The ticket in the guest's language. Query `paper`: `80mm` (a roll) or `a6`."""
    principal = staff_principal()
    order = records.find(principal.tenant_id, order_id)
    if order is None or not principal.may_see(order.restaurant_id):
        raise OrderNotFound(order_id)
    if not principal.may_open("dispatch", order.restaurant_id):
        abort(403, _("Dispatch and managers print what goes to the guest."))
    paper = request.args.get("paper", PAPERS[0])
    if paper not in PAPERS:
        abort(400, _("Say in `paper` on what it is printed: 80mm or a6."))
    held = brand.of_restaurant(order.tenant_id, order.restaurant_id)
    goes_along = along.of_order(order)
    with speaking(wording.language_of(order)):
        return render_template(
            "order_entry/ticket.html", order=order, brand=held, paper=paper, along=goes_along
        )
