"""What is wrong with rules that somebody wants to save, field by field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from ordertrack.i18n import formats, names
from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.restaurants import naming
from ordertrack.restaurants.calendar import EVERY_WEEKDAY, Rules, Shift, overlapping

MOST_SHIFTS = 20
LONGEST_NAME = 40
SHORTEST_FORGOTTEN, LONGEST_FORGOTTEN = 60, 24 * 3600
MOST_EARLY = 3600
_DAY = dt.timedelta(days=1)


class UnusableRules(ValueError):
    """Rules that cannot hold. `problems` has a sentence for each field; a shift's is `shift-<index>`."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems.values()))


@cache
def timezones() -> frozenset[str]:
    """The zones that may be chosen, by area and city.

    Short names such as EET are left out: to PostgreSQL they are fixed offsets that know no summer time.
    """
    return frozenset({name for name in available_timezones() if "/" in name} | {"UTC"})


def check(rules: Rules) -> None:
    """Raise UnusableRules if they cannot hold."""
    found = problems_of(rules)
    if found:
        raise UnusableRules(found)


def problems_of(rules: Rules) -> dict[str, str]:
    """A sentence for each field that cannot be used as it is."""
    return dict(reversed([*_of_fields(rules), *_of_shifts(rules)]))  # the first of a field is kept


def _of_fields(rules: Rules) -> Iterator[tuple[str, str]]:
    if rules.timezone not in timezones():
        typed = formats.quoted(rules.timezone)
        yield "timezone", _("%(typed)s is not a time zone; one is named like Asia/Beirut.", typed=typed)
    if not _is_minute(rules.day_starts):
        yield "day_starts", _("Give a time of day in hours and minutes, as 04:00.")
    if not SHORTEST_FORGOTTEN <= rules.forgotten_after <= LONGEST_FORGOTTEN:
        yield "forgotten_after", _("Give 1 to %(most)s minutes.", most=number(LONGEST_FORGOTTEN // 60))
    if not 0 <= rules.early_before <= MOST_EARLY:
        yield "early_before", _("Give 0 to %(most)s seconds.", most=number(MOST_EARLY))
    elif rules.early_before >= rules.forgotten_after:
        yield "early_before", _("This must be less than the time after which a tap counts as forgotten.")


def _of_shifts(rules: Rules) -> Iterator[tuple[str, str]]:
    if len(rules.shifts) > MOST_SHIFTS:
        said = {"shifts": number(len(rules.shifts)), "most": number(MOST_SHIFTS)}
        yield "shifts", _("These are %(shifts)s shifts. A restaurant has %(most)s at most.", **said)
        return
    is_whole = True
    for index, shift in enumerate(rules.shifts):
        for sentence in _of_shift(shift, rules.day_starts):
            is_whole = False
            yield f"shift-{index}", sentence
    if is_whole:
        yield from _of_weekdays(rules)


def _of_shift(shift: Shift, day_starts: dt.time) -> Iterator[str]:
    try:
        if plain_text(shift.name, LONGEST_NAME) != shift.name:
            yield _("The name must not begin or end with a blank.")
    except UnusableText as error:
        yield _("The name %(problem)s.", problem=error)
    if not shift.weekdays or shift.weekdays - EVERY_WEEKDAY:
        yield _("Choose the weekdays of this shift.")
    if not (_is_minute(shift.starts) and _is_minute(shift.ends)):
        yield _("Give the times in hours and minutes, as 16:00.")
    elif shift.begins_after(day_starts) + shift.length > _DAY:
        yield _(
            "This shift would reach past %(time)s, when the next business day begins."
            " End it by then, or let the business day begin at another hour.",
            time=formats.clock(day_starts),
        )


def _of_weekdays(rules: Rules) -> Iterator[tuple[str, str]]:
    for weekday in sorted(EVERY_WEEKDAY):
        seen: set[str] = set()
        for index, shift in enumerate(rules.shifts):
            if weekday not in shift.weekdays:
                continue
            if names.key(shift.name) in seen:
                said = {"shift": formats.quoted(shift.name), "days": naming.every(weekday)}
                yield f"shift-{index}", _("There is another shift %(shift)s on %(days)s.", **said)
            seen.add(names.key(shift.name))
        pair = overlapping(rules.shifts, rules.day_starts, weekday)
        if pair is not None:
            index = max(rules.shifts.index(shift) for shift in pair)
            said = {"one": _named(pair[0]), "other": _named(pair[1]), "days": naming.every(weekday)}
            yield f"shift-{index}", _("On %(days)s %(one)s and %(other)s overlap.", **said)


def _named(shift: Shift) -> str:
    said = {"starts": formats.clock(shift.starts), "ends": formats.clock(shift.ends)}
    return _("%(shift)s (%(starts)s–%(ends)s)", shift=formats.quoted(shift.name), **said)


def _is_minute(time: dt.time) -> bool:
    return time.second == 0 and time.microsecond == 0 and time.tzinfo is None
