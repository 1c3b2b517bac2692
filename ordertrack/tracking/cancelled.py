"""What the guest of a cancelled order reads: who ended it and why, as far as a guest may know."""

from __future__ import annotations

from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.orders.moving import house
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.state_machine import OrderStatus

_AS_ASKED = "The customer cancelled"
_BY_THE_RESTAURANT = {
    house.NOT_CONFIRMED: marked("It could not confirm it in time."),
    "Sold out": marked("Something that you ordered is sold out."),
    "Kitchen is closed": marked("Its kitchen is closed."),
    "Address not served": marked("It does not deliver to your address."),
}
_OTHERWISE = {
    _AS_ASKED: marked("The restaurant noted that you asked for it."),
    "Ordered twice": marked("The restaurant noted that it was ordered twice."),
    "Nobody was there": marked("Nobody was there to take it."),
    "Address not found": marked("Your address was not found."),
    "Refused at the door": marked("It was not taken at the door."),
    "Damaged on the way": marked("It was damaged on the way."),
}


def headline(order: OrderRecord) -> str:
    reason = order.steps[-1].reason
    if reason == _AS_ASKED:
        return _("Your order was cancelled, as you asked")
    if _was_on_its_way(order):
        return _("Your order could not be delivered")
    if reason in _BY_THE_RESTAURANT:
        return _("The restaurant had to cancel your order")
    return _("Your order was cancelled")


def why(order: OrderRecord, said: str) -> str:
    """In a sentence to the guest, where the reason is one that is `said` to guests."""
    reason = order.steps[-1].reason or ""
    usual = _BY_THE_RESTAURANT.get(reason) or _OTHERWISE.get(reason)
    if said and usual:
        return _(usual)
    return _("The reason: %(reason)s", reason=said) if said else ""


def advice(order: OrderRecord) -> str:
    """What a guest who does not agree can do."""
    if order.steps[-1].reason == _AS_ASKED:
        return _("If you did not ask for this, please tell the restaurant.")
    if _was_on_its_way(order):
        return _("Please ask the restaurant what can be done now.")
    return _("Please ask the restaurant if you did not expect this.")


def _was_on_its_way(order: OrderRecord) -> bool:
    return len(order.steps) > 1 and order.steps[-2].status == OrderStatus.DELIVERING
