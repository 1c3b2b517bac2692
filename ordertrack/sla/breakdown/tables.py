"""The further tables of a report, by the name in their addresses."""

from __future__ import annotations

from collections.abc import Callable

from ordertrack.i18n import formats, labels
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.breakdown import otherwise
from ordertrack.sla.breakdown.times_by import By, times_by
from ordertrack.sla.orders_behind import finding_became
from ordertrack.sla.orders_behind.finding_became import Cancelled
from ordertrack.sla.report import order_links, terms
from ordertrack.sla.report.order_links import Fate
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.report.tables.table import (
    COUNT,
    HOUR,
    IN_TARGET,
    NAME,
    SHARE,
    TEXT,
    TIME,
    Column,
    Kind,
    Row,
    Table,
)

MOST_ROWS = 500
PEOPLE = "people"


def stations(selection: Selection) -> Table:
    return _times(selection, By.STATION, "stations", _("By station"), _("Station"), _("No station"))


def dishes(selection: Selection) -> Table:
    return _times(selection, By.DISH, "dishes", _("By dish"), _("Dish"), formats.NOTHING)


def riders(selection: Selection) -> Table:
    return _times(selection, By.RIDER, "riders", _("By rider"), _("Rider"), _("No rider"))


def channels(selection: Selection) -> Table:
    return _times(selection, By.CHANNEL, "channels", _("By channel"), _("Channel"), _("No channel was said"))


def people(selection: Selection) -> Table:
    nobody = _("A program, or nobody signed on")
    return _times(selection, By.PERSON, PEOPLE, _("By person"), _("Who ended the stage"), nobody)


def cancellations(selection: Selection) -> list[Table]:
    """Those of cancelled orders, by one query."""
    found = finding_became.cancelled(selection)
    makers = (_cancelled_by_reason, _cancelled_by_restaurant, _cancelled_by_hour)
    return [make(selection, found) for make in makers]


def cancelled(selection: Selection) -> Table:
    """By where they stood and why."""
    return _cancelled_by_reason(selection, finding_became.cancelled(selection))


def cancelled_by_restaurant(selection: Selection) -> Table:
    """How many of the orders that began in each."""
    return _cancelled_by_restaurant(selection, finding_became.cancelled(selection))


def cancelled_by_hour(selection: Selection) -> Table:
    """How many of the orders that began in each hour of the clock."""
    return _cancelled_by_hour(selection, finding_became.cancelled(selection))


def _cancelled_by_reason(selection: Selection, found: Cancelled) -> Table:
    rows = [
        Row(
            (terms.cancelled_when(before), _reason(reason), count),
            orders=_cancelled_orders(selection, count, before=before.value, reason=reason),
        )
        for before, reason, count in found.reasons
    ]
    columns = (Column(_("Cancelled"), TEXT), Column(_("Reason"), NAME), Column(_("Orders"), COUNT))
    return Table("cancelled", _("Cancelled orders"), columns, rows[:MOST_ROWS])


def _cancelled_by_restaurant(selection: Selection, found: Cancelled) -> Table:
    by_id = {each.id: each for each in selection.restaurants}
    rows = [
        Row(
            (by_id[each].name, count, orders, count / orders),
            orders=_cancelled_orders(selection.of(by_id[each]), count),
        )
        for each, count, orders in found.restaurants
    ]
    name = "cancelled_by_restaurant"
    return Table(name, _("Cancelled, by restaurant"), _of_all(_("Restaurant"), NAME), rows[:MOST_ROWS])


def _cancelled_by_hour(selection: Selection, found: Cancelled) -> Table:
    rows = [
        Row((hour, count, orders, count / orders), orders=_cancelled_orders(selection, count, hour=hour))
        for hour, count, orders in found.hours
    ]
    caption = _("Cancelled, by the hour in which they began")
    return Table("cancelled_by_hour", caption, _of_all(_("Hour"), HOUR), rows)


def _of_all(first: str, kind: Kind) -> tuple[Column, ...]:
    return (
        Column(first, kind),
        Column(_("Cancelled"), COUNT),
        Column(_("Of orders"), COUNT),
        Column(_("Share"), SHARE),
    )


def _cancelled_orders(selection: Selection, count: int, **of_it: object) -> str | None:
    return order_links.of_fate(selection, Fate.CANCELLED, count, **of_it)


def _reason(reason: str) -> str:
    return _(reason) if reason else _("no reason given")


def returned(selection: Selection) -> Table:
    """Recalled into the kitchen, or come back from the road."""
    rows = [
        Row(
            (
                _("Recalled") if move.after == OrderStatus.PREPARING else _("Came back"),
                _reason(move.reason),
                move.orders,
                move.times,
            )
        )
        for move in otherwise.returned(selection)
    ]
    columns = (
        Column(_("What happened"), TEXT),
        Column(_("Reason"), NAME),
        Column(_("Orders"), COUNT),
        Column(_("Times"), COUNT),
    )
    return Table("returned", _("Recalled and came back"), columns, rows[:MOST_ROWS])


def changed(selection: Selection) -> Table:
    """Changed after they were sent."""
    rows = [
        Row((labels.status(each.status), each.orders, each.times, each.added, each.voided, each.fields))
        for each in otherwise.changes(selection)
    ]
    columns = (
        Column(_("Changed while"), TEXT),
        Column(_("Orders"), COUNT),
        Column(_("Changes"), COUNT),
        Column(_("Lines added"), COUNT),
        Column(_("Lines voided"), COUNT),
        Column(_("Something else"), COUNT),
    )
    return Table("changed", _("Changed after sending"), columns, rows)


TABLES: dict[str, Callable[[Selection], Table]] = {
    make.__name__: make
    for make in (
        stations,
        dishes,
        riders,
        channels,
        cancelled,
        cancelled_by_restaurant,
        cancelled_by_hour,
        returned,
        changed,
        people,
    )
}
TOGETHER = {"cancelled": cancellations}
"""Those that stand on one page, by its name; every other has a page of its own."""
NAMES = {
    "stations": marked("By station"),
    "dishes": marked("By dish"),
    "riders": marked("By rider"),
    "channels": marked("By channel"),
    "cancelled": marked("Cancelled orders"),
    "returned": marked("Recalled and came back"),
    "changed": marked("Changed after sending"),
    PEOPLE: marked("By person"),
}


def _times(selection: Selection, by: By, name: str, caption: str, first: str, nobody: str) -> Table:
    rows = [
        Row(
            (
                each.name or nobody,
                each.figures.count,
                each.figures.mean,
                each.figures.p50,
                each.figures.p90,
                each.figures,
            )
        )
        for each in times_by(selection, by)[:MOST_ROWS]
    ]
    columns = (
        Column(first, NAME),
        Column(_("Orders with a time"), COUNT),
        Column(_("Mean"), TIME),
        Column(_("p50"), TIME),
        Column(_("p90"), TIME),
        Column(_("In target"), IN_TARGET),
    )
    return Table(name, caption, columns, rows)
