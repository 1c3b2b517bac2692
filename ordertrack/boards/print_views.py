"""The open orders of a restaurant on paper: for the night on which nothing else works."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ordertrack.boards.room import MOST_CARDS, MOST_LATER, that_fit
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import OPEN
from ordertrack.tenants.restaurants import restaurant_or_404
from ordertrack.tenants.signing_in.sign_in import staff_principal

blueprint = Blueprint("open_orders", __name__)


@blueprint.get("/r/<restaurant>/open")
def show(restaurant: str) -> ResponseReturnValue:
    """Every open order of the restaurant by status, what is due first, with all that is to know of it; and
    what is for later. Of very many, the most urgent ones."""
    principal = staff_principal()
    found = restaurant_or_404(principal, restaurant)
    most_urgent, left_out = records.most_urgent(principal.tenant_id, found.id, OPEN, {}, MOST_CARDS)
    later, more = records.later(principal.tenant_id, found.id, MOST_LATER)
    listed = [*most_urgent, *later]
    room = that_fit(listed)
    orders = sorted(most_urgent[:room], key=lambda order: (order.due_at, order.number))
    left_out += max(len(most_urgent) - room, 0)
    more += min(len(listed) - room, len(later))
    later = later[: max(room - len(most_urgent), 0)]
    by_status = {status: [order for order in orders if order.status == status] for status in OPEN}
    return render_template(
        "board/open_orders.html",
        principal=principal,
        restaurant=found,
        zone=ZoneInfo(found.timezone),
        by_status={status: those for status, those in by_status.items() if those},
        later=later,
        number=len(orders) + left_out + len(later) + more,
        left_out=left_out,
        later_left_out=more,
        as_of=dt.datetime.now(dt.UTC),
    )
