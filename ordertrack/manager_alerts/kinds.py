"""What managers can be alerted of, and how long each must stand before anybody is woken."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from ordertrack.i18n.translate import marked


class AlertKind(StrEnum):
    """In the order in which they are offered."""

    UNSEEN = "unseen"
    CONFIRM = "confirm"
    SHIFT = "shift"
    WEBHOOK = "webhook"
    CHANNEL = "channel"


class ReportMail(StrEnum):
    """When a manager gets a mail about how it went; in the order in which they are offered."""

    MORNING = "report_morning"
    SHIFT = "report_shift"


REPORTS_OFFERED = {
    ReportMail.MORNING: marked("Each morning: how the day before went"),
    ReportMail.SHIFT: marked("After each shift: how it went"),
}


OFFERED = {
    AlertKind.UNSEEN: marked("Open orders that no screen shows"),
    AlertKind.CONFIRM: marked("An order that nobody confirms in time"),
    AlertKind.SHIFT: marked("A shift in trouble: many late orders, or too few in target"),
    AlertKind.WEBHOOK: marked("A webhook that fails"),
    AlertKind.CHANNEL: marked("A channel that fails"),
}
"""As the page says it on which they are chosen."""

STANDS_FOR = {
    AlertKind.UNSEEN: dt.timedelta(seconds=60),
    AlertKind.CONFIRM: dt.timedelta(0),
    AlertKind.SHIFT: dt.timedelta(minutes=3),
    AlertKind.WEBHOOK: dt.timedelta(minutes=5),
    AlertKind.CHANNEL: dt.timedelta(minutes=5),
}
"""A tablet that is loaded again, or a server that is started anew, wakes nobody."""

OVER_FOR = dt.timedelta(seconds=60)
"""How long it must be gone until it counts as over: what comes back sooner was never gone."""
