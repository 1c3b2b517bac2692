"""The orders behind a count of what became of orders, as a table, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from ordertrack.i18n import formats, labels
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.orders_behind.became import AskedFate
from ordertrack.sla.orders_behind.finding_became import BecameOrder
from ordertrack.sla.orders_behind.order_table import BEGAN
from ordertrack.sla.report import terms
from ordertrack.sla.report.order_links import Fate
from ordertrack.sla.report.tables.table import DAY, NAME, ORDER, TEXT, Column, Row, Table


def table_of(orders: Sequence[BecameOrder], restaurants: Mapping[UUID, RestaurantSettings]) -> Table:
    """Each order leads to its story."""
    columns = (
        Column(_("Order"), ORDER),
        Column(_("Restaurant"), NAME),
        Column(_("Business day"), DAY),
        Column(_("Began"), BEGAN),
        Column(_("Fulfilment"), TEXT),
        Column(_("What became of it"), TEXT),
        Column(_("Since"), BEGAN),
        Column(_("Reason"), NAME),
    )
    return Table(
        "became", _("Orders"), columns, [_row(each, restaurants[each.restaurant_id]) for each in orders]
    )


def _row(order: BecameOrder, restaurant: RestaurantSettings) -> Row:
    day = restaurant.calendar.day_of(order.began)
    zone = restaurant.calendar.zone_on(day)
    cells = (
        order,
        restaurant.name,
        day,
        order.began.astimezone(zone),
        labels.fulfilment(order.fulfilment),
        _became(order),
        order.since.astimezone(zone),
        _(order.reason) if order.reason else "",
    )
    return Row(cells, f"/orders/{order.order_id}")


def _became(order: BecameOrder) -> str:
    said = labels.status(order.status)
    if order.status == OrderStatus.CANCELLED and order.before is not None:
        return formats.listed([said, terms.cancelled_when(order.before)])
    return formats.listed([said, _("never finished")]) if order.is_unfinished else said


def fates() -> dict[Fate, str]:
    return {
        Fate.ALL: _("All"),
        Fate.COMPLETED: _("Completed"),
        Fate.CANCELLED: _("Cancelled"),
        Fate.NOT_ENDED: _("Not ended"),
        Fate.OPEN: _("Still open"),
        Fate.UNFINISHED: _("Never finished"),
        Fate.PROMISED: _("Had a promise"),
        Fate.KEPT: _("On time against the promise"),
        Fate.BROKEN: _("Later than promised"),
        Fate.MOVED: _("On time only as a delay had moved the promise"),
        Fate.HELD: _("Held for a while"),
        Fate.DELIVERIES: _("Deliveries completed"),
        Fate.UNLEFT: _("Nobody tapped Leaving"),
    }


def about(asked: AskedFate) -> list[str]:
    """What is chosen besides days and restaurants."""
    said = [fates()[asked.fate]]
    if asked.before is not None:
        said.append(terms.cancelled_when(asked.before))
    if asked.reason is not None:
        reason = _(asked.reason) if asked.reason else _("no reason given")
        said.append(_("Reason: %(reason)s", reason=reason))
    if asked.hour is not None:
        said.append(formats.hour(asked.hour))
    return said
