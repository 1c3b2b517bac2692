"""The rows in which a restaurant's opening hours are typed."""

from __future__ import annotations

import datetime as dt
import uuid

from werkzeug.datastructures import MultiDict

from ordertrack.i18n import formats
from ordertrack.i18n.form_fields import Rows, Typed, day, time_of_day
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants.calendar import EVERY_WEEKDAY
from ordertrack.restaurants.hours import Hours, Span, Special, Weekly
from ordertrack.restaurants.hours_check import MOST_SPECIAL, MOST_WEEKLY, problems_of_hours
from ordertrack.restaurants.versioned import refuse

WEEKLY = Rows(
    "weekly",
    ("starts", "ends"),
    MOST_WEEKLY,
    {"weekday": [str(each) for each in sorted(EVERY_WEEKDAY)]},
)
SPECIAL = Rows("special", ("day", "starts", "ends"), MOST_SPECIAL)
_A_DAY = dt.date(2026, 12, 25)


def typed(held: Hours, today: dt.date) -> Typed:
    """A row for each span; days that have passed are left out."""
    weekly = [
        {"weekday": [str(weekday) for weekday in sorted(each.weekdays)], **_times(each.span)}
        for each in held.weekly
    ]
    coming = [each for each in held.special if each.day >= today]
    special = [{"day": each.day.isoformat(), **_times(each.span)} for each in coming]
    return Typed(MultiDict(WEEKLY.fields(weekly) | SPECIAL.fields(special)))


def read(form: Typed, restaurant_id: uuid.UUID) -> Hours:
    """What was typed, by day. Raises UnusableSettings, with a sentence for each row that cannot be used."""
    problems = {}
    weekly, special = {}, {}
    for number, row in WEEKLY.typed(form).items():
        span = _span(row)
        if span is None:
            problems[f"weekly-{number}"] = _("Give both times in hours and minutes, for example 16:00.")
        else:
            chosen = row.every("weekday")
            weekly[number] = Weekly(frozenset(each for each in EVERY_WEEKDAY if str(each) in chosen), span)
    for number, row in SPECIAL.typed(form).items():
        date, is_open = day(row["day"]), bool(row["starts"] or row["ends"])
        span = _span(row) if is_open else None
        if date is None:
            example = formats.iso(_A_DAY)
            problems[f"special-{number}"] = _("Give a day, as %(example)s.", example=example)
        elif is_open and span is None:
            problems[f"special-{number}"] = _(
                "Give both times, for example 16:00, or leave both empty if it is closed."
            )
        else:
            special[number] = Special(date, span)
    wanted = Hours(restaurant_id, tuple(weekly.values()), tuple(special.values()))
    found = problems_of_hours(wanted, dt.datetime.now(dt.UTC).date())
    refuse(WEEKLY.in_rows(SPECIAL.in_rows(found, special), weekly) | problems)
    return wanted


def _times(span: Span | None) -> dict[str, str]:
    if span is None:
        return {"starts": "", "ends": ""}
    return {"starts": f"{span.starts:%H:%M}", "ends": f"{span.ends:%H:%M}"}


def _span(row: Typed) -> Span | None:
    starts, ends = time_of_day(row["starts"].strip()), time_of_day(row["ends"].strip())
    return None if starts is None or ends is None else Span(starts, ends)
