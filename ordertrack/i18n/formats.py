"""How numbers, shares, days and times of day read, in the numbers of the reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import reduce

from babel.dates import format_interval, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from ordertrack.i18n.translate import current, digits, remembered
from ordertrack.i18n.translate import gettext as _

NOTHING = "–"
_LEFT_TO_RIGHT, _END = "\u2066", "\u2069"


def typed(value: float) -> str:
    """As it is typed into a field: no marks of thousands."""
    language = current()
    said = format_decimal(
        value, group_separator=False, locale=language.locale, numbering_system=language.digits
    )
    return digits(said)


@remembered
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


def listed(said: Iterable[str]) -> str:
    """As `a, b, c`."""
    return reduce(lambda some, one: _("%(some)s, %(one)s", some=some, one=one), [*said] or [""])


def together(said: Iterable[str]) -> str:
    """As `a, b and c`."""
    return format_list(list(said), locale=current().locale)


@remembered
def day(date: dt.date) -> str:
    """As `Fri 14 Nov`."""
    return digits(format_skeleton("MMMEd", date, locale=current().locale))


def days(first: dt.date, last: dt.date) -> str:
    """As `Fri, 14 Nov 2025` or `Fri, 14 – Thu, 20 Nov 2025`."""
    return digits(format_interval(first, last, "yMMMEd", locale=current().locale))


def days_alone(first: dt.date, last: dt.date) -> str:
    """As `14 – 20 Nov`."""
    return digits(format_interval(first, last, "MMMd", locale=current().locale))


def month(date: dt.date) -> str:
    """As `Nov 2025`."""
    return digits(format_skeleton("yMMM", date, locale=current().locale))


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
