"""How times, shares, days and doubts read on the reports, in words and in the numbers of the reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import reduce
from zoneinfo import ZoneInfo

from babel.dates import format_interval, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from ordertrack import moments, words
from ordertrack.languages import current, digits, ngettext, number
from ordertrack.languages import gettext as _
from ordertrack.orders.state_machine import OrderStatus
from ordertrack.sla import naming
from ordertrack.sla.figures import Over, RunningShift
from ordertrack.sla.stages import LeftOut

NOTHING = "–"
_HOUR = 3600
_LEFT_TO_RIGHT, _END = "\u2066", "\u2069"


def typed(value: float) -> str:
    """As it is typed into a field: no marks of thousands."""
    language = current()
    said = format_decimal(
        value, group_separator=False, locale=language.locale, numbering_system=language.digits
    )
    return digits(said)


def time(seconds: float | None) -> str:
    """As `14 min 05 s` or `over 36 h`; a dash for None."""
    if seconds is None:
        return NOTHING
    said = words.duration(dt.timedelta(seconds=round(seconds)))
    if not isinstance(seconds, Over):
        return said
    if seconds % _HOUR == 0:
        said = _("%(hours)s h", hours=number(int(seconds // _HOUR)))
    return _("over %(time)s", time=said)


def target(seconds: int) -> str:
    """As `15 min` or `1 min 30 s`."""
    if seconds % 60 or seconds >= _HOUR:
        return time(seconds)
    return _("%(minutes)s min", minutes=seconds // 60)


def percent(part: float) -> str:
    """As `87%`, of a share from 0 to 1."""
    language = current()
    said = format_percent(part, locale=language.locale, numbering_system=language.digits)
    # Babel leaves the sign of the other numbering system.
    return digits(said).replace("%", "٪") if language.digits == "arab" else said


def share(part: float | None) -> str:
    """As `87%`; never rounded up to all or down to none of it."""
    if part is None:
        return NOTHING
    if part not in (0, 1) and round(part * 100) == 0:
        return _("< %(share)s", share=percent(0.01))
    if part not in (0, 1) and round(part * 100) == 100:
        return _("> %(share)s", share=percent(0.99))
    return percent(part)


def left_out(counts: Mapping[LeftOut, int]) -> str:
    """As `24: 3 forgotten, 12 mass, 9 early`, without those there are none of."""
    total = number(sum(counts.values()))
    reasons = _reasons(counts)
    return _("%(total)s: %(reasons)s", total=total, reasons=reasons) if reasons else total


def said_left_out(counts: Mapping[LeftOut, int], are_in: bool = False) -> str:
    """As `24 left out: 3 forgotten, 12 mass, 9 early`; `are_in`: they are counted, doubtful as they are."""
    total = sum(counts.values())
    if not total:
        return _("nothing doubtful") if are_in else _("nothing left out")
    said = {"num": number(total), "reasons": _reasons(counts)}
    if are_in:
        return ngettext(
            "%(num)s doubtful, counted in: %(reasons)s",
            "%(num)s doubtful, counted in: %(reasons)s",
            total,
            **said,
        )
    return ngettext("%(num)s left out: %(reasons)s", "%(num)s left out: %(reasons)s", total, **said)


def _reasons(counts: Mapping[LeftOut, int]) -> str:
    return listed(naming.doubtful(reason, counts[reason]) for reason in LeftOut if counts.get(reason))


def open_orders(shift: RunningShift) -> str:
    """As `2 pending, 5 preparing`; nothing where no order is open."""
    counts = ((status, shift.open.get(status, 0)) for status in OrderStatus)
    return listed(naming.open_orders(status, count) for status, count in counts if count)


def listed(said: Iterable[str]) -> str:
    """As `a, b, c`."""
    return reduce(lambda some, one: _("%(some)s, %(one)s", some=some, one=one), [*said] or [""])


def together(said: Iterable[str]) -> str:
    """As `a, b and c`."""
    return format_list(list(said), locale=current().locale)


def day(date: dt.date) -> str:
    """As `Fri 14 Nov`."""
    return digits(format_skeleton("MMMEd", date, locale=current().locale))


def days(first: dt.date, last: dt.date) -> str:
    """As `Fri, 14 Nov 2025` or `Fri, 14 – Thu, 20 Nov 2025`."""
    return digits(format_interval(first, last, "yMMMEd", locale=current().locale))


def moment(at: dt.datetime, zone: ZoneInfo) -> str:
    """The time of day, with its day unless that is today there."""
    return moments.clock_to_the_second(at, zone)


def clock(time: dt.time) -> str:
    return digits(f"{time:%H:%M}")


def iso(day: dt.date) -> str:
    """As it may be typed where a browser has no field for days; left to right in every language."""
    return code(digits(day.isoformat()))


def hour(of_day: int) -> str:
    return clock(dt.time(of_day))


def quoted(typed: str) -> str:
    """What somebody typed, or called something, as it stands in a sentence; not all of it if it is long."""
    return _("'%(text)s'", text=repr(typed[:40])[1:-1])


def code(text: str) -> str:
    """What is read from left to right in every language, such as 2026-11-20."""
    return f"{_LEFT_TO_RIGHT}{text}{_END}" if current().direction == "rtl" else text
