"""HubRise's statuses and ours, both ways.

By https://www.hubrise.com/developers/api/orders#status: orders need not go through all of them.
"""

from __future__ import annotations

from enum import StrEnum

from ordertrack.channels.hubrise import wording
from ordertrack.channels.interface import Refused
from ordertrack.rules.state_machine import CAME_BACK, Fulfilment, OrderStatus, RuleSet


class HubRiseStatus(StrEnum):
    NEW = "new"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    IN_PREPARATION = "in_preparation"
    AWAITING_SHIPMENT = "awaiting_shipment"
    AWAITING_COLLECTION = "awaiting_collection"
    IN_DELIVERY = "in_delivery"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    DELIVERY_FAILED = "delivery_failed"


_TO_OURS = {
    HubRiseStatus.NEW: OrderStatus.PENDING,
    HubRiseStatus.RECEIVED: OrderStatus.PENDING,
    HubRiseStatus.ACCEPTED: OrderStatus.CONFIRMED,
    HubRiseStatus.IN_PREPARATION: OrderStatus.PREPARING,
    HubRiseStatus.AWAITING_SHIPMENT: OrderStatus.READY,
    HubRiseStatus.AWAITING_COLLECTION: OrderStatus.READY,
    HubRiseStatus.IN_DELIVERY: OrderStatus.DELIVERING,
    HubRiseStatus.COMPLETED: OrderStatus.COMPLETED,
    HubRiseStatus.REJECTED: OrderStatus.CANCELLED,
    HubRiseStatus.CANCELLED: OrderStatus.CANCELLED,
}
_TO_THEIRS = {
    OrderStatus.PENDING: HubRiseStatus.RECEIVED,
    OrderStatus.CONFIRMED: HubRiseStatus.ACCEPTED,
    OrderStatus.PREPARING: HubRiseStatus.IN_PREPARATION,
    OrderStatus.DELIVERING: HubRiseStatus.IN_DELIVERY,
    OrderStatus.COMPLETED: HubRiseStatus.COMPLETED,
    OrderStatus.CANCELLED: HubRiseStatus.CANCELLED,
}


def read(value: object) -> HubRiseStatus:
    """Raises Refused."""
    try:
        return HubRiseStatus(str(value))
    except ValueError:
        raise Refused(wording.NO_STATUS, field="status", value=str(value)[:40]) from None


def ours(told: HubRiseStatus, rule_set: RuleSet) -> OrderStatus:
    """Where the order is to be. What could not be delivered comes back where the company's rules know that,
    and is cancelled where they do not."""
    if told == HubRiseStatus.DELIVERY_FAILED:
        return CAME_BACK[1] if rule_set == RuleSet.EXTENDED else OrderStatus.CANCELLED
    return _TO_OURS[told]


def theirs(left: OrderStatus | None, status: OrderStatus, fulfilment: Fulfilment) -> HubRiseStatus:
    """What HubRise is told of a move."""
    if (left, status) == CAME_BACK:
        return HubRiseStatus.DELIVERY_FAILED
    if status == OrderStatus.READY:
        is_delivered = fulfilment == Fulfilment.DELIVERY
        return HubRiseStatus.AWAITING_SHIPMENT if is_delivered else HubRiseStatus.AWAITING_COLLECTION
    return _TO_THEIRS[status]
