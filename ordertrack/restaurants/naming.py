"""What stages, weekdays, kinds of orders and the shifts of a new restaurant are called."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_skeleton
from flask import Flask

from ordertrack.i18n.translate import add_filters, current, pgettext
from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment

_A_MONDAY = dt.date(2024, 1, 1)


def init_app(app: Flask) -> None:
    add_filters(app.jinja_env, shift=shift)


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


def whom(fulfilment: Fulfilment | None) -> str:
    """For which orders a target is."""
    return {
        None: _("every order"),
        Fulfilment.DELIVERY: _("deliveries"),
        Fulfilment.PICKUP: _("pickups"),
        Fulfilment.DINE_IN: _("dine-in orders"),
    }[fulfilment]


def shift(name: str) -> str:
    """A shift as its reader calls it: one that nobody has renamed has a name in every language."""
    return _usual_shifts().get(name, name)


def shift_typed(name: str) -> str:
    """The name to save of what was typed where `shift` stood."""
    return {said: usual for usual, said in _usual_shifts().items()}.get(name, name)


def _usual_shifts() -> dict[str, str]:
    return {"Lunch": pgettext("shift", "Lunch"), "Dinner": pgettext("shift", "Dinner")}


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
