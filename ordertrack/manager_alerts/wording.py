"""How an alert reads: that it began, and that it is over again; with the time where it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ordertrack.i18n.moments import when
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked, speaking
from ordertrack.manager_alerts.kinds import AlertKind
from ordertrack.manager_alerts.troubles import Found

_OVER = {
    AlertKind.UNSEEN: marked("%(restaurant)s: a screen shows the orders again"),
    AlertKind.CONFIRM: marked("%(restaurant)s: nothing waits too long to be confirmed"),
    AlertKind.SHIFT: marked("%(restaurant)s: the shift is out of trouble"),
    AlertKind.WEBHOOK: marked("The webhook works again"),
    AlertKind.CHANNEL: marked("The channel works again"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """In one language (a tag)."""

    title: str
    body: str
    language: str


def begun(found: Found, began_at: dt.datetime, zone: ZoneInfo, language: str) -> Words:
    with speaking(language):
        since = _("Since %(time)s.", time=when(began_at, zone))
        return Words(found.title(), f"{found.said()} {since}", language)


def over(
    kind: AlertKind,
    restaurant: str,
    began_at: dt.datetime,
    gone_at: dt.datetime,
    zone: ZoneInfo,
    language: str,
) -> Words:
    """`restaurant` is its name; empty for what is no restaurant's."""
    with speaking(language):
        title = _(_OVER[kind], restaurant=restaurant)
        times = {"time": when(gone_at, zone), "began": when(began_at, zone)}
        return Words(title, _("Over again since %(time)s. It began at %(began)s.", **times), language)
