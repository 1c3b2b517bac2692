"""What a host would say of an order: its state, a delay, what is to be paid."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import NamedTuple

from ordertrack.i18n import labels
from ordertrack.i18n.money import money
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked, ngettext
from ordertrack.orders.due.lateness import guest_waits
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, OrderStatus
from ordertrack.sla.estimates.expected_end import ExpectedEnd
from ordertrack.tracking import cancelled

_SAYS = {
    OrderStatus.PENDING: marked("We have your order"),
    OrderStatus.CONFIRMED: marked("Your order is confirmed"),
    OrderStatus.PREPARING: marked("Your food is being made"),
    OrderStatus.READY: marked("Your food is ready"),
    OrderStatus.DELIVERING: marked("Your food is on its way to you"),
}
_SAYS_OF_LATER = {
    OrderStatus.PENDING: marked("We have your order for later"),
    OrderStatus.CONFIRMED: marked("Your order for later is confirmed"),
}
_SAYS_OF_A_STEP_BACK = {
    (OrderStatus.READY, OrderStatus.PREPARING): marked("Your food is being made again"),
    (OrderStatus.DELIVERING, OrderStatus.READY): marked("Your food is back at the restaurant"),
}
_SAYS_AT_THE_END = {
    Fulfilment.DELIVERY: marked("Delivered. Enjoy!"),
    Fulfilment.PICKUP: marked("Picked up. Enjoy!"),
    Fulfilment.DINE_IN: marked("Served. Enjoy!"),
}
_PAID_WHERE = {
    Fulfilment.DELIVERY: marked("To pay at the door"),
    Fulfilment.PICKUP: marked("To pay when you pick it up"),
    Fulfilment.DINE_IN: marked("To pay at the table"),
}


def headline(order: OrderRecord) -> str:
    """The state of an order in a sentence."""
    status = order.status
    if status == OrderStatus.CANCELLED:
        return cancelled.headline(order)
    came_from = order.steps[-2].status if len(order.steps) > 1 else None
    if came_from is not None and (came_from, status) in _SAYS_OF_A_STEP_BACK:
        return _(_SAYS_OF_A_STEP_BACK[came_from, status])
    if status == OrderStatus.COMPLETED:
        return _(_SAYS_AT_THE_END[order.fulfilment])
    if status == OrderStatus.READY and order.fulfilment == Fulfilment.PICKUP:
        return _("Your food is ready to pick up")
    return _(_SAYS_OF_LATER[status] if order.is_later else _SAYS[status])


class Stage(NamedTuple):
    """A quarter of the way as a guest counts it."""

    name: str
    is_reached: bool
    is_current: bool


def way(order: OrderRecord) -> list[Stage]:
    """The four quarters of the way; nothing of an order that was cancelled."""
    if order.status == OrderStatus.CANCELLED:
        return []
    is_delivery = order.fulfilment == Fulfilment.DELIVERY
    names = [_("Received"), _("Kitchen"), _("Ready"), _("Served")]
    if is_delivery:
        names[2:] = [_("On its way"), _("With you")]
    elif order.fulfilment == Fulfilment.PICKUP:
        names[3] = _("Picked up")
    current = {
        OrderStatus.PENDING: 0,
        OrderStatus.CONFIRMED: 0 if order.is_later else 1,
        OrderStatus.PREPARING: 1,
        OrderStatus.READY: 1 if is_delivery else 2,
        OrderStatus.DELIVERING: 2,
        OrderStatus.COMPLETED: 4,
    }[order.status]
    return [Stage(name, place < current, place == current) for place, name in enumerate(names)]


def delay(order: OrderRecord, end: ExpectedEnd | None) -> Iterator[str]:
    """A sentence for each thing that is known to be late, before the guest would notice."""
    if order.status in TERMINAL:
        return
    if order.delayed_now:
        yield ngettext(
            "The restaurant needs about %(num)s minute longer.",
            "The restaurant needs about %(num)s minutes longer.",
            order.delayed_now,
        )
    if end is not None and order.promised_at is not None and order.promised_at < end.low_at:
        has_passed = order.promised_at <= dt.datetime.now(dt.UTC)
        yield _("It is later than promised.") if has_passed else _("It will probably be later than promised.")


def is_earlier(order: OrderRecord, end: ExpectedEnd | None) -> bool:
    """Whether it will probably be there before what was promised."""
    return end is not None and order.promised_at is not None and order.promised_at > end.high_at


def waits_until(order: OrderRecord) -> dt.datetime | None:
    """What was promised of an order for which its guest waits, not it for its guest."""
    return order.promised_at if guest_waits(order.status, order.fulfilment) else None


def left(end: ExpectedEnd, now: dt.datetime) -> str:
    """How long until the end of an estimate, as `static/js/core/clocks.js` goes on counting."""
    return labels.lasting(max(0, math.ceil((end.high_at - now).total_seconds() / 60)))


def owed(order: OrderRecord) -> str:
    """What is to be paid for an order that was cancelled."""
    if order.total is None or order.to_collect is None or order.to_collect == order.total:
        return _("You pay nothing.")
    return _("Nothing more is to be paid. About what you have paid already, ask the restaurant.")


def payment(order: OrderRecord) -> Iterator[tuple[str, str]]:
    """What it costs and what of that is still to be paid, as far as that is known; nothing after the end."""
    if order.status in TERMINAL or order.currency is None:
        return
    if order.total is not None and order.total != order.to_collect:
        yield _("Total"), money(order.total, order.currency)
    if order.to_collect:
        yield _(_PAID_WHERE[order.fulfilment]), money(order.to_collect, order.currency)
    elif order.to_collect == 0:
        yield _("Nothing is left to pay"), money(0, order.currency)
