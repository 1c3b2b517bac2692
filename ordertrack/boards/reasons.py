"""Reasons that are often given: offered as buttons, kept in the log in one language, read in everybody's."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import Flask

from ordertrack.i18n.translate import add_filters, marked
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.imported import NO_REASON
from ordertrack.orders.moving import house
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import operations
from ordertrack.restaurants.operations import Asked
from ordertrack.rules.state_machine import CAME_BACK, NOT_DELIVERED, RECALL, Move, OrderStatus

USUAL: Mapping[Asked, tuple[str, ...]] = {
    Asked.CANCEL: (
        marked("Sold out"),
        marked("The customer cancelled"),
        marked("Kitchen is closed"),
        marked("Ordered twice"),
        marked("Address not served"),
    ),
    Asked.RECALL: (
        marked("Called ready by mistake"),
        marked("Something is missing"),
        marked("To be made again"),
        marked("The order was changed"),
    ),
    Asked.CAME_BACK: (
        marked("Nobody was there"),
        marked("Address not found"),
        marked("The customer refused it"),
        marked("Something is missing"),
    ),
    Asked.NOT_DELIVERED: (
        marked("Nobody was there"),
        marked("Address not found"),
        marked("Refused at the door"),
        marked("Damaged on the way"),
    ),
}
"""What boards offer where the restaurant has no reasons of its own."""
_USUAL_TO_GUESTS = (*USUAL[Asked.CANCEL], *USUAL[Asked.NOT_DELIVERED])

HOLDING = (
    marked("Customer asked to wait"),
    marked("Waiting for payment"),
    marked("Missing ingredient"),
    marked("Check with the customer"),
)
_OFFERED = frozenset({*HOLDING, house.NOT_CONFIRMED, NO_REASON}).union(*USUAL.values())


def asked_of(move: Move) -> Asked:
    """What a reason is asked for, of a move that asks for one."""
    asked = {RECALL: Asked.RECALL, CAME_BACK: Asked.CAME_BACK, NOT_DELIVERED: Asked.NOT_DELIVERED}
    return asked.get(move, Asked.CANCEL)


def offered(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Mapping[Asked, tuple[str, ...]]:
    """What the boards of a restaurant offer."""
    own = operations.of_restaurant(tenant_id, restaurant_id).reasons
    return {asked: own.get(asked) or usual for asked, usual in USUAL.items()}


def as_read(reason: str) -> str:
    """A reason in the language spoken, if it is a usual one or the log's own; else as it was written."""
    return _(reason) if reason in _OFFERED else reason


def for_guests(order: OrderRecord) -> str:
    """What the guest of a cancelled order reads of its reason, in the language spoken; nothing of any other.

    The reasons that are offered are worded for guests too. What somebody wrote is for those who work here.
    """
    reason = order.steps[-1].reason
    if order.status != OrderStatus.CANCELLED or reason is None:
        return ""
    said = offered(order.tenant_id, order.restaurant_id)
    for_guests = (house.NOT_CONFIRMED, *said[Asked.CANCEL], *said[Asked.NOT_DELIVERED], *_USUAL_TO_GUESTS)
    return as_read(reason) if reason in for_guests else ""


def as_kept(reason: str | None) -> str | None:
    """What the log keeps of a reason that was given in the language spoken."""
    return next((offered for offered in sorted(_OFFERED) if _(offered) == reason), reason)


def init_app(app: Flask) -> None:
    add_filters(app.jinja_env, reason=as_read, reason_for_guests=for_guests)
    app.jinja_env.globals["reasons_to_hold"] = HOLDING
