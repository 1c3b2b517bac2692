"""What doubts, groupings and ranges of days are called on the reports."""

from __future__ import annotations

from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number, pgettext, remembered
from ordertrack.rules.stages import LeftOut
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.report.selection import Grouping, Preset


def doubt(reason: LeftOut) -> str:
    return {
        LeftOut.FORGOTTEN: pgettext("doubt", "forgotten"),
        LeftOut.MASS: pgettext("doubt", "mass"),
        LeftOut.EARLY: pgettext("doubt", "early"),
    }[reason]


@remembered
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


def cancelled_from(status: OrderStatus, count: int) -> str:
    """As `3 refused or not answered`; by the status that they were in."""
    num = number(count)
    match status:
        case OrderStatus.PENDING:
            return ngettext(
                "%(num)s refused or never confirmed", "%(num)s refused or never confirmed", count, num=num
            )
        case OrderStatus.CONFIRMED:
            return ngettext(
                "%(num)s confirmed and not begun", "%(num)s confirmed and not begun", count, num=num
            )
        case OrderStatus.PREPARING:
            return ngettext("%(num)s while cooking", "%(num)s while cooking", count, num=num)
        case OrderStatus.READY:
            return ngettext("%(num)s when ready", "%(num)s when ready", count, num=num)
        case OrderStatus.DELIVERING:
            return ngettext("%(num)s on the road", "%(num)s on the road", count, num=num)
    raise ValueError(f"no order is cancelled from {status}")


def cancelled_when(status: OrderStatus) -> str:
    """The same of no number of orders."""
    return {
        OrderStatus.PENDING: _("refused or never confirmed"),
        OrderStatus.CONFIRMED: _("confirmed and not begun"),
        OrderStatus.PREPARING: _("while cooking"),
        OrderStatus.READY: _("when ready"),
        OrderStatus.DELIVERING: _("on the road"),
    }[status]


def explained() -> dict[str, str]:
    """The terms of the page, each with what it means."""
    return {
        _("p50"): _("Half of the orders took no longer. Also called the median."),
        _("p90"): _("9 of 10 orders took no longer; 1 of 10 did."),
        _("p95"): _("19 of 20 orders took no longer; 1 of 20 did."),
        _("In target"): _("Of the orders that had a target, those that met it. Others are not in it."),
        _("between … and …"): _(
            "As few orders as were counted could as well have come out anywhere in between (19 times of 20)."
        ),
        _("no clear change"): _("The difference is no larger than chance makes it with so few orders."),
        _("Each for itself, and mix"): _(
            "A total also changes when more orders go to a fast restaurant. Each for itself says what the"
            " restaurants changed, mix what moved between them."
        ),
    }


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
        Grouping.WEEKDAY: _("Weekday"),
        Grouping.WEEK: _("Week"),
        Grouping.MONTH: _("Month"),
        Grouping.RESTAURANT: _("Restaurant"),
    }
