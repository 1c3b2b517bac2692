"""How opening hours read, and how a restaurant stands by them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from ordertrack.i18n import formats, moments
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import naming
from ordertrack.restaurants.calendar import EVERY_WEEKDAY
from ordertrack.restaurants.hours import Hours, Span, Special, Weekly
from ordertrack.restaurants.pace import PaceState
from ordertrack.restaurants.versioned import SavedVersion
from ordertrack.sla.estimates.quoting import Standing, Why


def stands(standing: Standing, zone: ZoneInfo) -> str:
    """As `Open`, `Closed until 11:00`, `Paused until 20:15`, or `Closed for good`."""
    until = standing.until and moments.when(standing.until, zone)
    if standing.why == Why.CLOSED:
        return _("Closed for good")
    if standing.why == Why.HOURS:
        return _("Closed until %(time)s", time=until) if until else _("Closed")
    if standing.state == PaceState.PAUSED:
        return _("Paused until %(time)s", time=until) if until else _("Paused")
    return _("Open") if standing.state == PaceState.OPEN else _("Open, busy")


def weekly(rows: Iterable[Weekly]) -> str:
    """As `Mon, Tue 11:00–15:00`, a row after the other."""
    return formats.listed(_weekly(row) for row in rows) or _("always open")


def special(rows: Iterable[Special]) -> str:
    """As `Thu 25 Dec closed`."""
    return formats.listed(_special(row) for row in rows) or "—"


def changes(saved: SavedVersion[Hours]) -> Iterator[str]:
    """A line for each thing that was changed, the first time of what every restaurant begins with."""
    after, before = saved.value, saved.before or Hours(saved.value.restaurant_id)
    if after.weekly != before.weekly:
        yield _("%(name)s: %(value)s", name=_("Hours of the week"), value=weekly(after.weekly))
    if after.special != before.special:
        yield _("%(name)s: %(value)s", name=_("Holidays and other exceptions"), value=special(after.special))


def _weekly(row: Weekly) -> str:
    names = naming.weekdays()
    days = _("every day")
    if row.weekdays != EVERY_WEEKDAY:
        days = " ".join(names[weekday] for weekday in sorted(row.weekdays))
    return f"{days} {_span(row.span)}"


def _special(row: Special) -> str:
    said = _("closed") if row.span is None else _span(row.span)
    return f"{formats.days(row.day, row.day)} {said}"


def _span(span: Span) -> str:
    if span.starts == span.ends == dt.time():
        return _("all day")
    return formats.code(f"{formats.clock(span.starts)}–{formats.clock(span.ends)}")
