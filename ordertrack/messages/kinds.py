"""What a guest can be told of an order, and how long each of it is worth telling."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from ordertrack.i18n.translate import marked
from ordertrack.orders.due.lateness import guest_waits
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.state_machine import Fulfilment, OrderStatus


class Kind(StrEnum):
    """One message of each kind at most goes to the guest of an order."""

    CONFIRMED = "confirmed"
    DELAYED = "delayed"
    READY = "ready"
    ON_THE_WAY = "on_the_way"
    CANCELLED = "cancelled"


NAMES = {
    Kind.CONFIRMED: marked("Confirmed"),
    Kind.DELAYED: marked("Delayed"),
    Kind.READY: marked("Ready"),
    Kind.ON_THE_WAY: marked("On its way"),
    Kind.CANCELLED: marked("Cancelled"),
}
WHEN = {
    Kind.CONFIRMED: marked("as soon as the restaurant has confirmed the order"),
    Kind.DELAYED: marked("when it will be later than was promised"),
    Kind.READY: marked("when it can be fetched, or is served"),
    Kind.ON_THE_WAY: marked("when the rider has left"),
    Kind.CANCELLED: marked("when it was cancelled"),
}
OF_STATUS = {
    OrderStatus.CONFIRMED: Kind.CONFIRMED,
    OrderStatus.READY: Kind.READY,
    OrderStatus.DELIVERING: Kind.ON_THE_WAY,
    OrderStatus.CANCELLED: Kind.CANCELLED,
}
"""What is told as soon as an order has this status."""

_STATUSES = {
    Kind.CONFIRMED: frozenset({OrderStatus.CONFIRMED, OrderStatus.PREPARING}),
    Kind.READY: frozenset({OrderStatus.READY}),
    Kind.ON_THE_WAY: frozenset({OrderStatus.DELIVERING}),
    Kind.CANCELLED: frozenset({OrderStatus.CANCELLED}),
}
WITHIN = {
    Kind.CONFIRMED: dt.timedelta(minutes=30),
    Kind.DELAYED: dt.timedelta(minutes=20),
    Kind.READY: dt.timedelta(minutes=30),
    Kind.ON_THE_WAY: dt.timedelta(minutes=30),
    Kind.CANCELLED: dt.timedelta(hours=2),
}
"""How long after it happened it is still told; providers are told to give up then too."""


def concerns(kind: Kind, fulfilment: Fulfilment) -> bool:
    """Whether guests of such orders are told: what is brought is not fetched when it is ready."""
    return kind != Kind.READY or fulfilment != Fulfilment.DELIVERY


def is_still_true(kind: Kind, order: OrderRecord, since: dt.datetime, now: dt.datetime) -> bool:
    """Whether the moment of a message that became due at `since` has not passed."""
    if now >= since + WITHIN[kind]:
        return False
    if kind == Kind.DELAYED:
        return guest_waits(order.status, order.fulfilment)
    return order.status in _STATUSES[kind]
