"""Reasons that are often given: offered as buttons, kept in the log in one language, read in everybody's."""

from __future__ import annotations

from flask import Flask

from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked

CANCELLING = (
    marked("Sold out"),
    marked("The customer cancelled"),
    marked("Kitchen is closed"),
    marked("Ordered twice"),
    marked("Address not served"),
)
HOLDING = (
    marked("Customer asked to wait"),
    marked("Waiting for payment"),
    marked("Missing ingredient"),
    marked("Check with the customer"),
)
_OFFERED = frozenset(CANCELLING + HOLDING)


def as_read(reason: str) -> str:
    """A reason in the language spoken, if it is one of those that are offered; else as it was written."""
    return _(reason) if reason in _OFFERED else reason


def for_guests(reason: str | None) -> str:
    """What the guest of a cancelled order reads of its reason, in the language spoken; nothing for None.

    The reasons that are offered are worded for guests too. What somebody wrote is for those who work here.
    """
    return _(reason) if reason in CANCELLING else ""


def as_kept(reason: str | None) -> str | None:
    """What the log keeps of a reason that was given in the language spoken."""
    return next((offered for offered in sorted(_OFFERED) if _(offered) == reason), reason)


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(reason=as_read, reason_for_guests=for_guests)
    app.jinja_env.globals.update(reasons_to_cancel=CANCELLING, reasons_to_hold=HOLDING)
