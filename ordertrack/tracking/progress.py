"""What a customer sees of an order: the steps really made, the one it is in, what may come next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial

from flask import current_app

from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.restaurants import pace
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, OrderStatus
from ordertrack.sla import card_timers
from ordertrack.tracking import cancelled, host, look

_USUAL_WAY = (
    OrderStatus.PENDING,
    OrderStatus.CONFIRMED,
    OrderStatus.PREPARING,
    OrderStatus.READY,
    OrderStatus.DELIVERING,
    OrderStatus.COMPLETED,
)
_SAID = {
    OrderStatus.PENDING: marked("Order received"),
    OrderStatus.CONFIRMED: marked("Confirmed by the restaurant"),
    OrderStatus.PREPARING: marked("Being prepared"),
    OrderStatus.READY: marked("Ready"),
    OrderStatus.DELIVERING: marked("On its way to you"),
    OrderStatus.COMPLETED: marked("Completed"),
    OrderStatus.CANCELLED: marked("Cancelled"),
}
_STEPS_BACK = {
    (OrderStatus.READY, OrderStatus.PREPARING): marked("Being prepared again"),
    (OrderStatus.DELIVERING, OrderStatus.READY): marked("Back at the restaurant"),
}
_COMPLETED_AS = {
    Fulfilment.DELIVERY: marked("Delivered"),
    Fulfilment.PICKUP: marked("Picked up"),
    Fulfilment.DINE_IN: marked("Served"),
}


@dataclass(frozen=True)
class Milestone:
    """A line of the page: `at` is None for what may still come (`is_ahead`), and where nobody knows when."""

    status: OrderStatus
    title: str
    at: dt.datetime | None
    is_current: bool
    is_ahead: bool = False


def milestones(order: OrderRecord) -> list[Milestone]:
    """Steps that were made, each with its own time; then those still ahead on the usual way."""
    made = [
        Milestone(
            step.status,
            _title_of_step(order, number),
            step.at if step.is_timed else None,
            step is order.steps[-1] and not is_over(order),
        )
        for number, step in enumerate(order.steps)
    ]
    if order.status in TERMINAL:
        return made
    ahead = [
        status
        for status in _USUAL_WAY[_USUAL_WAY.index(order.status) + 1 :]
        if status != OrderStatus.DELIVERING or order.fulfilment == Fulfilment.DELIVERY
    ]
    return made + [Milestone(status, _title(order, status), None, False, is_ahead=True) for status in ahead]


def is_over(order: OrderRecord) -> bool:
    return order.status in TERMINAL


def progress(order: OrderRecord) -> str:
    """The message that replaces the page's progress."""
    return current_app.jinja_env.get_template("tracking/_progress_message.html").render(**values(order))


def values(order: OrderRecord) -> dict[str, object]:
    """What the progress template shows; no token, and of the customer where it goes to."""
    end = card_timers.expected_end_of(order)
    return {
        "order": order,
        "look": look.of_order(order),
        "headline": host.headline(order),
        "way": host.way(order),
        "milestones": milestones(order),
        "is_over": is_over(order),
        "expected_end": end,
        "waits_until": host.waits_until(order),
        "first_promise": order.promised_at and order.promised_at - dt.timedelta(minutes=order.delayed_by),
        "delay": list(host.delay(order, end)),
        "is_earlier": host.is_earlier(order, end),
        "left": end and host.left(end, dt.datetime.now(dt.UTC)),
        "closes_at": _closes_at(order),
        "owed": host.owed(order),
        "why_of": partial(cancelled.why, order),
        "advice": cancelled.advice(order),
        "payment": list(host.payment(order)),
    }


def _closes_at(order: OrderRecord) -> dt.datetime | None:
    """Until when somebody who fetches an order finds the restaurant open, if that is known."""
    if order.fulfilment != Fulfilment.PICKUP or is_over(order):
        return None
    now = dt.datetime.now(dt.UTC)
    wanted_at = max(order.promised_at or now, now)
    closes_at = pace.of_restaurant(order.tenant_id, order.restaurant_id).hours.closes_after(wanted_at)
    return closes_at if closes_at is not None and closes_at - wanted_at < dt.timedelta(days=1) else None


def _title_of_step(order: OrderRecord, number: int) -> str:
    """A step back is said as one, or the guest reads *Ready* twice and wonders."""
    status = order.steps[number].status
    back = _STEPS_BACK.get((order.steps[number - 1].status, status)) if number else None
    return _(back) if back else _title(order, status)


def _title(order: OrderRecord, status: OrderStatus) -> str:
    if status == OrderStatus.COMPLETED:
        return _(_COMPLETED_AS[order.fulfilment])
    if status == OrderStatus.READY and order.fulfilment == Fulfilment.PICKUP:
        return _("Ready to pick up")
    return _(_SAID[status])
