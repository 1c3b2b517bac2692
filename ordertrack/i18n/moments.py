"""How moments read, in the language spoken, on the restaurant's clock: what is not of today says its day.

Today is the calendar day there, as a guest counts it, not the business day. The next six days are called by
their weekday, all others by weekday and date, so that a day that is past is never taken for one to come.
The hours of a shift are no moments: they are said by themselves.
Where the clock is set back, the times that it shows twice say how far they are from UTC.
`static/js/core/moments.js` says the same.

Clocks show twenty-four hours in every language: a service crosses midnight, and a card has no room to say
which half of the day is meant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from markupsafe import Markup

from ordertrack.i18n.translate import current, digits
from ordertrack.i18n.translate import gettext as _

_CALLED_BY_WEEKDAY = range(1, 7)  # days ahead
_LEFT_TO_RIGHT, _END = "\u2066", "\u2069"


def when(moment: dt.datetime, zone: ZoneInfo, now: dt.datetime | None = None) -> str:
    """The time of day where the restaurant is, with its day unless that is today.

    In a page that stays open `static/js/core/days.js` keeps it true inside of what has a `data-zone`: in a
    `time`, or in an element that has the `moment_attributes`.
    """
    local = moment.astimezone(zone)
    today = (now or dt.datetime.now(dt.UTC)).astimezone(zone).date()
    time = _told_apart(clock(moment, zone), local)
    ahead = (local.date() - today).days
    if ahead == 0:
        return time
    shape = "E" if ahead in _CALLED_BY_WEEKDAY else "MMMEd"
    return f"{digits(format_skeleton(shape, local, locale=current().locale))} {time}"


def moment_attributes(moments: Iterable[dt.datetime], zone: ZoneInfo) -> Markup:
    """The attributes of an element whose text says these moments by `when`, a dash between two."""
    pairs = [(each.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ"), when(each, zone)) for each in moments]
    return Markup('data-at="{}" data-said="{}"').format(*map("–".join, zip(*pairs, strict=True)))


def clock(moment: dt.datetime, zone: ZoneInfo) -> str:
    """The time of day where the restaurant is, and nothing else."""
    return digits(moment.astimezone(zone).strftime("%H:%M"))


def day(date: dt.date) -> str:
    """A date as it is written where its year matters."""
    return digits(format_date(date, "long", locale=current().locale))


def day_and_clock(moment: dt.datetime, zone: ZoneInfo) -> str:
    """The day and the time to the second, where the restaurant is."""
    local = moment.astimezone(zone)
    date = format_skeleton("MMMEd", local, locale=current().locale)
    time = _told_apart(digits(local.strftime("%H:%M:%S")), local)
    return _("%(day)s, %(time)s", day=digits(date), time=time)


def date_and_clock(moment: dt.datetime, zone: ZoneInfo) -> str:
    """As `20 Nov 2025, 16:05`: the date with its year and the time, where the restaurant is."""
    local = moment.astimezone(zone)
    date = digits(format_skeleton("yMMMd", local, locale=current().locale))
    return _("%(day)s, %(time)s", day=date, time=_told_apart(clock(moment, zone), local))


def milliseconds(moment: dt.datetime) -> int:
    """Since 1970, as scripts count."""
    return int(moment.timestamp() * 1000)


def instant(moment: dt.datetime) -> int:
    """As `milliseconds`, of the whole second: the digits below it would be much of what a card weighs."""
    return int(moment.timestamp()) * 1000


def _told_apart(time: str, local: dt.datetime) -> str:
    """The time as it is, or with its offset where the clock shows it twice."""
    offset, other = local.utcoffset(), local.replace(fold=1 - local.fold).utcoffset()
    assert offset is not None
    if offset == other:
        return time
    minutes = int(offset.total_seconds()) // 60
    hours, minutes = divmod(abs(minutes), 60)
    sign = "-" if offset < dt.timedelta() else "+"
    code = digits(f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else ""))
    is_against = current().direction == "rtl"
    return f"{time} {_LEFT_TO_RIGHT}{code}{_END}" if is_against else f"{time} {code}"
