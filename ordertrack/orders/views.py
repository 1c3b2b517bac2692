"""The story of an order: who moved it, when, and why."""

from __future__ import annotations

import uuid

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ordertrack.orders import event_log, records
from ordertrack.orders.transitions import OrderNotFound
from ordertrack.tenants.sign_in import staff_principal

blueprint = Blueprint("orders", __name__)


@blueprint.get("/orders/<uuid:order_id>")
def story(order_id: uuid.UUID) -> ResponseReturnValue:
    """Everything that the log says about one order of the asker's tenant."""
    principal = staff_principal()
    order = records.find(principal.tenant_id, order_id)
    if order is None:
        raise OrderNotFound(order_id)
    events = event_log.events_after(principal.tenant_id, 0, 100, order_id=order_id)
    return render_template("story.html", principal=principal, order=order, events=events)
