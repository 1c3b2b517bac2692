"""How statuses, moves and moments read on a page: the filters that every template uses."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from flask import Flask

from ordertrack.orders.state_machine import Fulfilment, OrderStatus

_FULFILMENTS = {
    Fulfilment.DELIVERY: "Delivery",
    Fulfilment.PICKUP: "Pickup",
    Fulfilment.DINE_IN: "Dine in",
}
_MOVES = {
    OrderStatus.CONFIRMED: "Confirm",
    OrderStatus.PREPARING: "Start preparing",
    OrderStatus.READY: "Ready",
    OrderStatus.DELIVERING: "Send out",
    OrderStatus.COMPLETED: "Complete",
    OrderStatus.CANCELLED: "Cancel",
}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        clock=clock,
        day_and_clock=day_and_clock,
        milliseconds=milliseconds,
        duration=duration,
        fulfilment=_FULFILMENTS.__getitem__,
        move=_MOVES.__getitem__,
        status=lambda status: OrderStatus(status).value.capitalize(),
    )
    app.jinja_env.globals["now"] = lambda: dt.datetime.now(dt.UTC)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def clock(moment: dt.datetime, zone: ZoneInfo) -> str:
    """The time of day where the restaurant is."""
    return moment.astimezone(zone).strftime("%H:%M")


def day_and_clock(moment: dt.datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%a %d %b, %H:%M:%S")


def milliseconds(moment: dt.datetime) -> int:
    """Since 1970, as scripts count."""
    return int(moment.timestamp() * 1000)


def duration(length: dt.timedelta | None) -> str:
    """Minutes and seconds, and hours where there are any; nothing for None."""
    if length is None:
        return ""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"
