"""How statuses, moves, roles and lengths of time read, in the language spoken; every template's filters."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from ordertrack.i18n.moments import clock, day, day_and_clock, milliseconds, moment_attributes, when
from ordertrack.i18n.translate import digits, marked
from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

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
    OrderStatus.PREPARING: marked("Start preparing"),
    OrderStatus.READY: marked("Ready"),
    OrderStatus.DELIVERING: marked("Send out"),
    OrderStatus.COMPLETED: marked("Complete"),
    OrderStatus.CANCELLED: marked("Cancel"),
}
_ROLES = {
    Role.KITCHEN: marked("Kitchen"),
    Role.DISPATCH: marked("Dispatch"),
    Role.MANAGER: marked("Manager"),
    Role.OWNER: marked("Owner"),
}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        clock=clock,
        day=day,
        day_and_clock=day_and_clock,
        milliseconds=milliseconds,
        moment_attributes=moment_attributes,
        when=when,
        duration=duration,
        fulfilment=fulfilment,
        move=move,
        role=role,
        status=status,
    )
    app.jinja_env.globals["now"] = lambda: dt.datetime.now(dt.UTC)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def status(which: OrderStatus) -> str:
    return _(_STATUSES[OrderStatus(which)])


def fulfilment(which: Fulfilment) -> str:
    return _(_FULFILMENTS[Fulfilment(which)])


def move(to: OrderStatus) -> str:
    """What the button says that moves an order there."""
    return _(_MOVES[OrderStatus(to)])


def role(which: Role) -> str:
    return _(_ROLES[Role(which)])


def duration(length: dt.timedelta | None) -> str:
    """Minutes and seconds, and hours where there are any; nothing for None."""
    if length is None:
        return ""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=digits(f"{minutes:02}"))
    return _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=digits(f"{seconds:02}"))
