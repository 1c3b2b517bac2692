"""What stages, doubts, weekdays and kinds of orders are called on the reports and their settings."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_skeleton

from ordertrack.languages import current, ngettext, number, pgettext
from ordertrack.languages import gettext as _
from ordertrack.orders.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.selection import Grouping, Preset
from ordertrack.sla.stages import LeftOut, Stage

_A_MONDAY = dt.date(2024, 1, 1)


def stages() -> dict[Stage, str]:
    return {
        Stage.ACCEPT: pgettext("stage", "Accept"),
        Stage.QUEUE: pgettext("stage", "Queue"),
        Stage.COOK: pgettext("stage", "Cook"),
        Stage.KITCHEN: pgettext("stage", "Kitchen"),
        Stage.HANDOVER: pgettext("stage", "Handover"),
        Stage.ROAD: pgettext("stage", "Road"),
        Stage.TOTAL: pgettext("stage", "Total"),
    }


def stage(which: Stage) -> str:
    return stages()[which]


def measures(which: Stage) -> str:
    """From when until when a stage lasts."""
    return {
        Stage.ACCEPT: _("from the order's coming in until it is confirmed"),
        Stage.QUEUE: _("from confirmed until somebody starts preparing it"),
        Stage.COOK: _("from the start of preparing until it is ready"),
        Stage.KITCHEN: _("from confirmed until it is ready"),
        Stage.HANDOVER: _("from ready until it leaves, or is handed to the guest"),
        Stage.ROAD: _("from leaving until it is delivered"),
        Stage.TOTAL: _("from the order's coming in until it is completed"),
    }[which]


def doubt(reason: LeftOut) -> str:
    return {
        LeftOut.FORGOTTEN: pgettext("doubt", "forgotten"),
        LeftOut.MASS: pgettext("doubt", "mass"),
        LeftOut.EARLY: pgettext("doubt", "early"),
    }[reason]


def doubtful(reason: LeftOut, count: int) -> str:
    """As `12 mass`."""
    num = number(count)
    match reason:
        case LeftOut.FORGOTTEN:
            return ngettext("%(num)s forgotten", "%(num)s forgotten", count, num=num)
        case LeftOut.MASS:
            return ngettext("%(num)s mass", "%(num)s mass", count, num=num)
        case LeftOut.EARLY:
            return ngettext("%(num)s early", "%(num)s early", count, num=num)


def doubts_explained() -> dict[str, str]:
    """What each doubt is called, and what it means."""
    said = {
        LeftOut.FORGOTTEN: _("took longer than a stage can: nobody tapped when it was done"),
        LeftOut.MASS: _("tapped together with others within seconds: when each was really done is not known"),
        LeftOut.EARLY: _("was over too soon to be real: tapped ahead of the work"),
    }
    return {doubt(reason): meaning for reason, meaning in said.items()}


def open_orders(status: OrderStatus, count: int) -> str:
    """As `2 pending`; of a status in which an order is open."""
    num = number(count)
    match status:
        case OrderStatus.PENDING:
            return ngettext("%(num)s pending", "%(num)s pending", count, num=num)
        case OrderStatus.CONFIRMED:
            return ngettext("%(num)s confirmed", "%(num)s confirmed", count, num=num)
        case OrderStatus.PREPARING:
            return ngettext("%(num)s preparing", "%(num)s preparing", count, num=num)
        case OrderStatus.READY:
            return ngettext("%(num)s ready", "%(num)s ready", count, num=num)
        case OrderStatus.DELIVERING:
            return ngettext("%(num)s delivering", "%(num)s delivering", count, num=num)
    raise ValueError(f"no order is open in {status}")


def whom(fulfilment: Fulfilment | None) -> str:
    """For which orders a target is."""
    return {
        None: _("every order"),
        Fulfilment.DELIVERY: _("deliveries"),
        Fulfilment.PICKUP: _("pickups"),
        Fulfilment.DINE_IN: _("dine-in orders"),
    }[fulfilment]


def presets() -> dict[Preset, str]:
    return {
        Preset.TODAY: _("Today"),
        Preset.YESTERDAY: _("Yesterday"),
        Preset.WEEK: _("7 days"),
        Preset.FOUR_WEEKS: _("28 days"),
        Preset.QUARTER: _("90 days"),
    }


def groupings() -> dict[Grouping, str]:
    return {
        Grouping.SHIFT: _("Shift"),
        Grouping.DAY: _("Day"),
        Grouping.RESTAURANT: _("Restaurant"),
    }


def weekdays() -> list[str]:
    """Monday first, as short as the language has them."""
    days = (_A_MONDAY + dt.timedelta(ahead) for ahead in range(7))
    return [format_skeleton("E", day, locale=current().locale) for day in days]


def every(weekday: int) -> str:
    """As `Mondays` in "On Mondays"; Monday is 0."""
    return (
        pgettext("on these days", "Mondays"),
        pgettext("on these days", "Tuesdays"),
        pgettext("on these days", "Wednesdays"),
        pgettext("on these days", "Thursdays"),
        pgettext("on these days", "Fridays"),
        pgettext("on these days", "Saturdays"),
        pgettext("on these days", "Sundays"),
    )[weekday]
