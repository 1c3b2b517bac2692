"""What is wrong with opening hours that somebody wants to save."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import pairwise

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.restaurants import naming
from ordertrack.restaurants.calendar import EVERY_WEEKDAY
from ordertrack.restaurants.hours import Hours, Span

MOST_WEEKLY, MOST_SPECIAL = 20, 60
FARTHEST_AHEAD = dt.timedelta(days=750)
_DAY = 24 * 60  # minutes
_WEEK = 7 * _DAY


def problems_of_hours(wanted: Hours, today: dt.date) -> dict[str, str]:
    """A sentence for each row, `weekly-<index>` or `special-<index>`, or for all of them."""
    found = [*_of_weekly(wanted), *_of_special(wanted, today)]
    return dict(reversed(found))  # the first of a field is kept


def _of_weekly(wanted: Hours) -> Iterator[tuple[str, str]]:
    if len(wanted.weekly) > MOST_WEEKLY:
        yield "weekly", _("There can be %(most)s lines of hours.", most=number(MOST_WEEKLY))
        return
    for index, each in enumerate(wanted.weekly):
        if not each.weekdays or each.weekdays - EVERY_WEEKDAY:
            yield f"weekly-{index}", _("Choose the weekdays of these hours.")
    spans = sorted(
        (weekday * _DAY + _minutes(each.span.starts), index)
        for index, each in enumerate(wanted.weekly)
        for weekday in each.weekdays
    )
    # Around the week: what begins late on a Sunday runs into the Monday.
    around = [*spans, *((begins + _WEEK, index) for begins, index in spans[:1])]
    for (begins, index), (following, other) in pairwise(around):
        if begins + _length(wanted.weekly[index].span) > following:
            at = following % _WEEK
            said = {"time": formats.clock(_time(at % _DAY)), "days": naming.every(at // _DAY)}
            yield (
                f"weekly-{max(index, other)}",
                _("Two lines say that it is open on %(days)s at %(time)s. Make one of them.", **said),
            )


def _of_special(wanted: Hours, today: dt.date) -> Iterator[tuple[str, str]]:
    if len(wanted.special) > MOST_SPECIAL:
        yield "special", _("There can be %(most)s days that are otherwise.", most=number(MOST_SPECIAL))
        return
    for index, each in enumerate(wanted.special):
        if not today - FARTHEST_AHEAD <= each.day <= today + FARTHEST_AHEAD:
            yield f"special-{index}", _("Give a day of this year or the next.")
    for day in {each.day for each in wanted.special}:
        of_day = [(index, each.span) for index, each in enumerate(wanted.special) if each.day == day]
        if len(of_day) > 1 and not _go_together(span for _, span in of_day):
            said = {"day": formats.day(day)}
            yield f"special-{of_day[-1][0]}", _("What the lines say of %(day)s does not go together.", **said)


def _go_together(spans: Iterable[Span | None]) -> bool:
    """Whether a day is not closed and open at once, and no two of its spans overlap."""
    listed = list(spans)
    if None in listed:
        return False
    known = sorted((span for span in listed if span is not None), key=lambda span: span.starts)
    return all(
        _minutes(one.starts) + _length(one) <= _minutes(following.starts)
        for one, following in pairwise(known)
    )


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def _time(minutes: int) -> dt.time:
    return dt.time(minutes // 60, minutes % 60)


def _length(span: Span) -> int:
    return (_minutes(span.ends) - _minutes(span.starts)) % _DAY or _DAY
