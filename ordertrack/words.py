"""How statuses, moves, roles and moments read on a page, in the language spoken: filters of every template.

Clocks show twenty-four hours in every language: a service crosses midnight, and a card has no room to say
which half of the day is meant.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from flask import Flask

from ordertrack.languages import current, digits, marked
from ordertrack.languages import gettext as _
from ordertrack.orders.state_machine import Fulfilment, OrderStatus, Role

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


def clock(moment: dt.datetime, zone: ZoneInfo) -> str:
    """The time of day where the restaurant is."""
    return digits(moment.astimezone(zone).strftime("%H:%M"))


def day(date: dt.date) -> str:
    """A date as it is written where its year matters."""
    return digits(format_date(date, "long", locale=current().locale))


def day_and_clock(moment: dt.datetime, zone: ZoneInfo) -> str:
    """The day and the time to the second, where the restaurant is."""
    local = moment.astimezone(zone)
    date = format_skeleton("MMMEd", local, locale=current().locale)
    return _("%(day)s, %(time)s", day=digits(date), time=digits(local.strftime("%H:%M:%S")))


def milliseconds(moment: dt.datetime) -> int:
    """Since 1970, as scripts count."""
    return int(moment.timestamp() * 1000)


def duration(length: dt.timedelta | None) -> str:
    """Minutes and seconds, and hours where there are any; nothing for None."""
    if length is None:
        return ""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=digits(f"{minutes:02}"))
    return _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=digits(f"{seconds:02}"))
