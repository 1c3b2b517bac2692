"""What is written in one cell of times: a moment, a day, a time of day, or a number that may be any of them.

Nothing is added to what stands there: a day without a time stays a day. Where day and month could be either,
it is said, and not chosen.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from ordertrack.i18n.translate import gettext as _
from ordertrack.importing.words import plain


class DateOrder(StrEnum):
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


class Unreadable(ValueError):
    """What is written is no time; the message says why, where more is known."""


class Ambiguous(ValueError):
    """Day and month could be either."""


@dataclass(frozen=True, slots=True)
class Number:
    """`decimals`: how many digits were written behind the point."""

    value: float
    decimals: int


Written = dt.datetime | dt.date | dt.timedelta | Number
"""A timedelta is a time of day: since midnight, and over 24 hours on the next day."""

_Made = TypeVar("_Made")

LATEST_HOUR = 29  # as kitchens write what is after midnight and still of the day before

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(?:[.,]([0-9]{1,20}))?")
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]+)?e\+?[0-9]+")
_COMPACT = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[0-9]{4}|[0-9]{6})?")
_COMPACT_ISO = re.compile(r"[0-9]{8}t[0-9]{4,6}.*")
_TIME = re.compile(
    r"(?<![0-9])([0-9]{1,2})\s?[:h]\s?([0-9]{2})(?:\s?[:m]\s?([0-9]{2})s?(?:[.,]([0-9]{1,9}))?)?(?![0-9:])"
    r"\s*([ap]\.?\s?m\b\.?|ص(?:باحا)?(?!\w)|م(?:ساء)?(?!\w))?"
)
_HOUR = re.compile(r"(?<![0-9/.-])([0-9]{1,2})(?:\s*([ap]\.?\s?m\b\.?)|\s?h(?:eures?)?(?!\w))")
_ZONE = re.compile(r"\s*(?:(z|utc|gmt)\b\s*)?(?:([+-])([0-9]{1,2}):?([0-9]{2})?(?![0-9/]))?\s*(?:\([^)]*\))?")
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"(?<![0-9])([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?![0-9])")
_ORDINAL = re.compile(r"(?<=[0-9])(?:st|nd|rd|th|er)\b")
_BETWEEN = re.compile(r"[\s,./-]+")

_MONTHS = (
    "january jan janvier janv يناير كانونالثاني جانفي",
    "february feb février févr fev شباط فبراير فيفري",
    "march mar mars آذار مارس",
    "april apr avril avr نيسان أبريل أفريل",
    "may mai أيار مايو ماي",
    "june jun juin حزيران يونيو جوان",
    "july jul juillet juil تموز يوليو جويلية",
    "august aug août آب أغسطس أوت",
    "september sep sept septembre أيلول سبتمبر",
    "october oct octobre تشرينالأول أكتوبر",
    "november nov novembre تشرينالثاني نوفمبر",
    "december dec décembre déc كانونالأول ديسمبر",
)
_MONTH_OF = {plain(name): number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_BESIDE = frozenset(
    plain(word)
    for word in [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "sun",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "lun",
        "mer",
        "jeu",
        "ven",
        "sam",
        "dim",
        "الاثنين",
        "الإثنين",
        "الثلاثاء",
        "الأربعاء",
        "الخميس",
        "الجمعة",
        "السبت",
        "الأحد",
        "at",
        "on",
        "of",
        "the",
        "à",
        "le",
        "the",
        "في",
        "الساعة",
        "t",
    ]
)


def read(text: str, order: DateOrder | None) -> Written:
    """What the cell says; raises Unreadable, or Ambiguous where only `order` could tell."""
    if len(text) >= 16 and text[4] == "-" and text[10] in "T ":
        try:
            return dt.datetime.fromisoformat(text)
        except ValueError:
            pass  # such as 24:15
    text = tidy(text)
    if (number := _NUMBER.fullmatch(text)) is not None:
        if _COMPACT.fullmatch(text):
            return _compact(text)
        return Number(float(text.replace(",", ".")), len(number[1] or ""))
    if _ROUNDED.fullmatch(text):
        raise Unreadable(_("is rounded: its last digits are lost. Export the column as text"))
    if _COMPACT_ISO.fullmatch(text):
        return _made(lambda: dt.datetime.fromisoformat(text.upper()))
    return _in_parts(text, order)


def tidy(text: str) -> str:
    """Small letters and the digits 0 to 9, whichever were written, without marks that cannot be seen."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(
            str(unicodedata.digit(each)) if each.isdigit() else each
            for each in text
            if unicodedata.category(each) not in ("Cf", "Mn")
        )
        text = text.replace("٫", ".").replace("،", ",").replace("−", "-")
    return text.strip().lower()


def _in_parts(text: str, order: DateOrder | None) -> Written:
    """A time somewhere in the text, the zone after it, and what is left is the day."""
    found = _TIME.search(text)
    hour = None if found is not None else _HOUR.search(text)
    zone: dt.tzinfo | None = None
    if found is not None:
        of_day = _of_day(found[1], found[2], found[3], found[4], found[5])
        before, after = text[: found.start()], text[found.end() :]
        zone, after = _zone(after)
    elif hour is not None:
        of_day = _of_day(hour[1], None, None, None, hour[2])
        before, after = text[: hour.start()], text[hour.end() :]
    else:
        return _day(text, order)
    left = f"{before.rstrip('t')} {after}" if before[-2:-1].isdigit() else f"{before} {after}"
    if not left.strip(" ,"):
        if zone is not None:
            raise Unreadable
        return of_day
    return _made(lambda: dt.datetime.combine(_day(left, order), dt.time(), zone) + of_day)


def _of_day(
    hour: str, minute: str | None, second: str | None, fraction: str | None, half: str | None
) -> dt.timedelta:
    hours, minutes, seconds = int(hour), int(minute or 0), int(second or 0)
    if half is not None:
        is_afternoon = half[0] in "pم"
        if hours > 23 or (hours > 12 and not is_afternoon):
            raise Unreadable
        hours = hours % 12 + 12 * is_afternoon if hours <= 12 else hours
    if hours > LATEST_HOUR or minutes > 59 or seconds > 59:
        raise Unreadable
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    return dt.timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micro)


def _zone(after: str) -> tuple[dt.tzinfo | None, str]:
    match = _ZONE.match(after)
    if match is None or (match[1] is None and match[2] is None):
        return None, after
    offset = dt.timedelta(hours=int(match[3] or 0), minutes=int(match[4] or 0))
    if offset >= dt.timedelta(hours=24):
        raise Unreadable
    return dt.timezone(-offset if match[2] == "-" else offset), after[match.end() :]


def _day(text: str, order: DateOrder | None) -> dt.date:
    text = text.strip(" ,")
    if (match := _YEAR_LAST.fullmatch(text)) is not None:
        return _of_three(match, order)
    if (match := _YEAR_FIRST.fullmatch(text)) is not None:
        return _of_three(match, order)
    text = _ORDINAL.sub("", text)
    words = [word for word in _BETWEEN.split(text) if word and plain(word) not in _BESIDE]
    bare = words[0] if len(words) == 1 else text
    if _COMPACT.fullmatch(bare) and len(bare) == 8:
        return _made(lambda: dt.datetime.strptime(bare, "%Y%m%d").date())  # noqa: DTZ007
    if len([word for word in words if word.isdigit()]) == 3 == len(words):
        # A weekday may have stood beside it.
        if (match := _YEAR_LAST.search(text) or _YEAR_FIRST.search(text)) is None:
            raise Unreadable
        return _of_three(match, order)
    return _named(words)


def _of_three(match: re.Match[str], order: DateOrder | None) -> dt.date:
    if len(match[1]) == 4:
        return _made(lambda: dt.date(int(match[1]), int(match[3]), int(match[4])))
    first, second, year = int(match[1]), int(match[3]), _year(match[4])
    if order is None:
        if first == second or first > 12 or second > 12:
            order = DateOrder.DAY_FIRST if first > 12 else DateOrder.MONTH_FIRST
        else:
            _made(lambda: dt.date(year, second, first))
            raise Ambiguous
    day, month = (first, second) if order == DateOrder.DAY_FIRST else (second, first)
    return _made(lambda: dt.date(year, month, day))


def _named(words: list[str]) -> dt.date:
    """A day whose month is a word, in three languages."""
    joined = [*words, "".join(plain(word) for word in words if not word.isdigit())]
    months = {_MONTH_OF[plain(word)] for word in joined if plain(word) in _MONTH_OF}
    numbers = [word for word in words if word.isdigit()]
    unknown = [word for word in words if not word.isdigit() and plain(word) not in _MONTH_OF]
    if len(months) != 1 or len(numbers) != 2 or (unknown and plain("".join(unknown)) not in _MONTH_OF):
        raise Unreadable
    year = next((word for word in numbers if len(word) == 4), numbers[1])
    day = numbers[1] if year is numbers[0] else numbers[0]
    return _made(lambda: dt.date(_year(year), months.pop(), int(day)))


def _compact(text: str) -> Written:
    if len(text) == 8:
        return _made(lambda: dt.datetime.strptime(text, "%Y%m%d").date())  # noqa: DTZ007
    form = "%Y%m%d%H%M" if len(text) == 12 else "%Y%m%d%H%M%S"
    return _made(lambda: dt.datetime.strptime(text, form))  # noqa: DTZ007


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _made(make: Callable[[], _Made]) -> _Made:
    try:
        return make()
    except (ValueError, OverflowError) as error:
        if isinstance(error, Unreadable | Ambiguous):
            raise
        raise Unreadable from None


def order_told(text: str) -> DateOrder | None:
    """What this cell tells of the order of day and month; None if it could be either."""
    match = _YEAR_LAST.search(_TIME.sub(" ", tidy(text)))
    if match is None:
        return None
    first, second = int(match[1]), int(match[3])
    if first > 12 >= second:
        return DateOrder.DAY_FIRST
    return DateOrder.MONTH_FIRST if second > 12 >= first else None
