"""How statuses, moves, roles and lengths of time read, in the language spoken; every template's filters."""

from __future__ import annotations

import datetime as dt
import re

from flask import Flask

from ordertrack.i18n.form_fields import western
from ordertrack.i18n.moments import (
    clock,
    date_and_clock,
    day,
    day_and_clock,
    instant,
    milliseconds,
    moment_attributes,
    when,
)
from ordertrack.i18n.translate import LANGUAGES, add_filters, current, digits, marked, remembered
from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

_NUMBER = re.compile(r"\+?[0-9][0-9 ()./\u00a0-]*", re.ASCII)
_STATUSES = {
    OrderStatus.PENDING: marked("Pending"),
    OrderStatus.CONFIRMED: marked("Confirmed"),
    OrderStatus.PREPARING: marked("Preparing"),
    OrderStatus.READY: marked("Ready"),
    OrderStatus.DELIVERING: marked("Delivering"),
    OrderStatus.COMPLETED: marked("Completed"),
    OrderStatus.CANCELLED: marked("Cancelled"),
}
_FULFILMENTS = {
    Fulfilment.DELIVERY: marked("Delivery"),
    Fulfilment.PICKUP: marked("Pickup"),
    Fulfilment.DINE_IN: marked("Dine in"),
}
_MOVES = {
    OrderStatus.CONFIRMED: marked("Confirm"),
    OrderStatus.PREPARING: marked("Start"),
    OrderStatus.READY: marked("Ready"),
    OrderStatus.DELIVERING: marked("Send out"),
    OrderStatus.COMPLETED: marked("Complete"),
    OrderStatus.CANCELLED: marked("Cancel"),
}
_COMPLETES = {
    Fulfilment.DELIVERY: marked("Delivered"),
    Fulfilment.PICKUP: marked("Handed over"),
    Fulfilment.DINE_IN: marked("Served"),
}
_ORDER_FIELDS = {
    "note": marked("note"),
    "promised_at": marked("promised time"),
    "reference": marked("reference"),
    "table": marked("table"),
    "customer.name": marked("guest's name"),
    "customer.phone": marked("phone"),
    "customer.locale": marked("guest's language"),
    "customer.email": marked("guest's e-mail address"),
    "customer.notify": marked("how the guest is told"),
    "customer.address.lines": marked("address"),
    "customer.address.area": marked("area"),
    "customer.address.city": marked("city"),
    "customer.address.instructions": marked("instructions"),
    "customer.address.latitude": marked("place on the map"),
    "customer.address.longitude": marked("place on the map"),
    "amounts.currency": marked("currency"),
    "amounts.total": marked("total"),
    "amounts.to_collect": marked("what is to be collected"),
}
_ROLES = {
    Role.KITCHEN: marked("Kitchen"),
    Role.DISPATCH: marked("Dispatch"),
    Role.MANAGER: marked("Manager"),
    Role.OWNER: marked("Owner"),
}


def init_app(app: Flask) -> None:
    add_filters(
        app.jinja_env,
        clock=clock,
        day=day,
        date_and_clock=date_and_clock,
        day_and_clock=day_and_clock,
        instant=instant,
        milliseconds=milliseconds,
        moment_attributes=moment_attributes,
        when=when,
        duration=duration,
        fulfilment=fulfilment,
        language_name=language,
        move=move,
        order_field=order_field,
        tel=tel,
        role=role,
        status=status,
    )
    app.jinja_env.globals["now"] = lambda: dt.datetime.now(dt.UTC)


def status(which: OrderStatus) -> str:
    return _(_STATUSES[OrderStatus(which)])


def fulfilment(which: Fulfilment) -> str:
    return _(_FULFILMENTS[Fulfilment(which)])


def move(to: OrderStatus, fulfilment: Fulfilment | None = None) -> str:
    """What the button says that moves an order there; of a `fulfilment`, what its end is called."""
    if to == OrderStatus.COMPLETED and fulfilment is not None:
        return _(_COMPLETES[Fulfilment(fulfilment)])
    return _(_MOVES[OrderStatus(to)])


def role(which: Role) -> str:
    return _(_ROLES[Role(which)])


def language(tag: str) -> str:
    """What it is called in the language that is spoken."""
    return str(LANGUAGES[tag].locale.get_language_name(current().locale))


@remembered
def duration(length: dt.timedelta | None) -> str:
    """Minutes and seconds, and hours where there are any; nothing for None."""
    if length is None:
        return ""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=digits(f"{minutes:02}"))
    return _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=digits(f"{seconds:02}"))


def lasting(minutes: int) -> str:
    """Whole minutes, and hours where there are any, as `static/js/core/i18n.js` says them."""
    if minutes < 60:
        return _("%(minutes)s min", minutes=minutes)
    return _("%(hours)s h %(minutes)s", hours=minutes // 60, minutes=digits(f"{minutes % 60:02}"))


def order_field(name: str) -> str:
    """What a field of an order is called, by the name that the log has for it."""
    return _(_ORDER_FIELDS[name])


def tel(phone: str) -> str:
    """The address by which a device calls the first number in this text; nothing if there is none."""
    found = _NUMBER.search(western(phone))
    return "tel:" + "".join(each for each in found[0] if each in "+0123456789") if found else ""
