"""The orders behind a figure as a table."""

from __future__ import annotations

from collections.abc import Sequence

from ordertrack.i18n import formats, labels
from ordertrack.i18n.moments import day_and_clock
from ordertrack.i18n.translate import gettext as _
from ordertrack.sla.orders_behind.behind import Sort, Which
from ordertrack.sla.orders_behind.finding import BehindOrder
from ordertrack.sla.report import terms
from ordertrack.sla.report.tables.table import DAY, NAME, ORDER, TEXT, TIME, Column, Kind, Row, Table

# As a person reads it on the restaurant's clock; in a file with its offset.
BEGAN = Kind(
    lambda cell: day_and_clock(cell, cell.tzinfo), lambda cell: (cell.isoformat(timespec="seconds"),), look=""
)


def table_of(orders: Sequence[BehindOrder]) -> Table:
    """Each order leads to its story."""
    columns = (
        Column(_("Order"), ORDER),
        Column(_("Restaurant"), NAME),
        Column(_("Business day"), DAY),
        Column(_("Began"), BEGAN),
        Column(_("Shift"), NAME),
        Column(_("Fulfilment"), TEXT),
        Column(_("Time"), TIME),
        Column(_("Target"), TIME),
        Column(_("Late by"), TIME),
        Column(_("Doubt"), TEXT),
    )
    return Table("orders", _("Orders"), columns, [_row(order) for order in orders])


def _row(order: BehindOrder) -> Row:
    cells = (
        order,
        order.restaurant,
        order.business_date,
        order.began,
        order.shift or formats.NOTHING,
        labels.fulfilment(order.fulfilment),
        order.seconds,
        order.target,
        order.late_by,
        terms.doubt(order.left_out) if order.left_out else "",
    )
    return Row(cells, f"/orders/{order.order_id}")


def which() -> dict[Which, str]:
    return {
        Which.COUNTED: _("Counted"),
        Which.LATE: _("Late"),
        Which.LEFT_OUT: _("Doubtful"),
        Which.AGAIN: _("Again"),
        Which.CANCELLED: _("Cancelled late"),
        Which.SKIPPED: _("Skipped by a channel"),
        Which.DRAWN: _("Times that a replay drew"),
    }


def sorts() -> dict[Sort, str]:
    return {
        Sort.LATE: _("Most late first"),
        Sort.LONGEST: _("Longest first"),
        Sort.SHORTEST: _("Shortest first"),
        Sort.NEWEST: _("Newest first"),
    }
