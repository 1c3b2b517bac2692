"""What doubts, groupings and ranges of days are called on the reports."""

from __future__ import annotations

from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number, pgettext
from ordertrack.rules.stages import LeftOut
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.report.selection import Grouping, Preset


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
