"""The open orders of a restaurant on paper: for the night on which nothing else works."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from ordertrack.i18n.translate import gettext as _
from ordertrack.orders import records
from ordertrack.rules.state_machine import OPEN
from ordertrack.tenants.restaurants import find_restaurant
from ordertrack.tenants.sign_in import staff_principal

blueprint = Blueprint("open_orders", __name__)


@blueprint.get("/r/<restaurant>/open")
def show(restaurant: str) -> ResponseReturnValue:
    """Every open order of the restaurant by status, what is due first, with all that is to know of it."""
    principal = staff_principal()
    place = find_restaurant(principal.tenant_id, restaurant)
    if place is None or not principal.may_see(place.id):
        abort(404, _("There is no such restaurant."))
    orders = records.of_restaurant(principal.tenant_id, place.id, OPEN)
    by_status = {status: [order for order in orders if order.status == status] for status in OPEN}
    return render_template(
        "board/open_orders.html",
        principal=principal,
        place=place,
        zone=ZoneInfo(place.timezone),
        by_status={status: found for status, found in by_status.items() if found},
        number=len(orders),
        as_of=dt.datetime.now(dt.UTC),
    )
