"""The forms of settings: what stands in their fields while something holds, and what somebody typed there.

For each kind `type_...` gives the fields that a browser sends of a page which nobody has changed. `read_...`
reads settings of fields; it raises UnusableSettings, with a sentence for each field that cannot be used.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from functools import partial

from werkzeug.datastructures import MultiDict

from ordertrack.backoffice.settings import order_handling_form
from ordertrack.i18n import formats, time_zones
from ordertrack.i18n.form_fields import Reading, Rows, Typed, day, member, minutes, time_of_day, whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import naming
from ordertrack.restaurants.calendar import EVERY_WEEKDAY, Rules, Shift
from ordertrack.restaurants.checks import (
    LONGEST_FORGOTTEN,
    MOST_SHIFTS,
    MOST_STATIONS,
    problems_of_operations,
    problems_of_rules,
    reasons_field,
    undo_field,
)
from ordertrack.restaurants.operations import MOVES, Asked, OperationSettings
from ordertrack.restaurants.stations import Station
from ordertrack.restaurants.targets import Target
from ordertrack.restaurants.versioned import refuse
from ordertrack.rules.stages import HEADLINE, Stage
from ordertrack.rules.state_machine import Fulfilment

SHIFTS = Rows(
    "shift",
    ("name", "starts", "ends"),
    MOST_SHIFTS,
    {"weekday": [str(each) for each in sorted(EVERY_WEEKDAY)]},
)
STATIONS = Rows("station", ("name", "dishes"), MOST_STATIONS)
_A_DAY = dt.date(2026, 11, 20)
_BETWEEN_DISHES = re.compile(r"[\r\n,;،؛]+")


def type_rules(rules: Rules) -> Typed:
    """`forgotten_after` in minutes, `early_before` in seconds, a row for each shift."""
    shifts = [
        {
            "name": naming.shift(shift.name),
            "weekday": [str(weekday) for weekday in sorted(shift.weekdays)],
            "starts": f"{shift.starts:%H:%M}",
            "ends": f"{shift.ends:%H:%M}",
        }
        for shift in rules.shifts
    ]
    fields = {
        "timezone": rules.timezone,
        "day_starts": f"{rules.day_starts:%H:%M}",
        "forgotten_after": formats.typed(rules.forgotten_after / 60),
        "early_before": formats.typed(rules.early_before),
    }
    return Typed(MultiDict(SHIFTS.fields(shifts) | fields))


def read_rules(typed: Typed) -> Rules:
    """Rules without the day from which on they hold."""
    reading = Reading(typed)
    day_starts = reading.value(
        "day_starts", time_of_day, _("Give a time of day in hours and minutes, as 04:00."), None
    )
    forgotten_after = reading.value(
        "forgotten_after", minutes, _("Give a number of minutes, as 240."), LONGEST_FORGOTTEN
    )
    early_before = reading.value("early_before", whole, _("Give a number of seconds, as 60."), 0)
    shifts = {number: _read_shift(row) for number, row in SHIFTS.typed(typed).items()}
    for number in (number for number, shift in shifts.items() if shift is None):
        reading.problems[f"shift-{number}"] = _("Give both times in hours and minutes, for example 16:00.")
    # By which day a shift is to end is not known without the start of the day.
    known = {
        number: shift for number, shift in shifts.items() if shift is not None and day_starts is not None
    }
    rules = Rules(
        dt.date.min,
        time_zones.find(typed["timezone"]) or typed["timezone"].strip(),
        day_starts or dt.time(),
        tuple(known.values()),
        forgotten_after,
        early_before,
    )
    refuse(SHIFTS.in_rows(problems_of_rules(rules), known) | reading.problems)
    return rules


def type_target(today: dt.date, begun: Mapping[str, str]) -> Typed:
    """A target that is still to be thought of: `minutes`, and `fulfilment` (blank: every order).

    `begun` has what is in these fields already.
    """
    return Typed(MultiDict({"stage": HEADLINE.value, "valid_from": today.isoformat(), **begun}))


def read_target(typed: Typed) -> Target:
    """Without `minutes`: none from that day on."""
    reading = Reading(typed)
    target = Target(
        reading.value("stage", partial(member, Stage), _("Choose a stage."), HEADLINE),
        reading.optional(
            "fulfilment", partial(member, Fulfilment), _("Choose a fulfilment, or every order.")
        ),
        reading.value(
            "valid_from", day, _("Give a day, as %(example)s.", example=formats.iso(_A_DAY)), _A_DAY
        ),
        reading.optional(
            "minutes",
            minutes,
            _(
                "Give a number of minutes, as 15 or %(decimal)s; or nothing for no target.",
                decimal=formats.typed(7.5),
            ),
        ),
    )
    refuse(reading.problems)
    return target


def type_operations(held: OperationSettings) -> Typed:
    """Undo in seconds, `rest_after` and `recall_within` in minutes; reasons and dishes one a line."""
    stations = [{"name": each.name, "dishes": "\n".join(each.dishes)} for each in held.stations]
    fields = {undo_field(status): str(held.undo_for(status)) for status in MOVES}
    fields |= {"rest_after": f"{held.rest_after / 60:g}", "arabic_digits": "1" if held.arabic_digits else "0"}
    fields |= {reasons_field(asked): "\n".join(held.reasons.get(asked, ())) for asked in Asked}
    fields["recall_within"] = f"{held.recall_within / 60:g}"
    fields |= order_handling_form.typed(held.orders)
    return Typed(MultiDict(STATIONS.fields(stations) | fields))


def read_operations(typed: Typed, restaurant_id: uuid.UUID) -> OperationSettings:
    """Settings of this restaurant."""
    reading = Reading(typed)
    no_seconds = _("Give a number of seconds, as 3; 0 for no undo.")
    stations = {number: _read_station(row) for number, row in STATIONS.typed(typed).items()}
    wanted = OperationSettings(
        restaurant_id,
        {status: reading.value(undo_field(status), whole, no_seconds, 0) for status in MOVES},
        reading.value("rest_after", whole, _("Give a number of minutes, as 5."), 1) * 60,
        reading.value("arabic_digits", {"0": False, "1": True}.get, _("Choose the digits."), False),
        tuple(stations.values()),
        reading.value("recall_within", whole, _("Give a number of minutes, as 10."), 0) * 60,
        {asked: read for asked in Asked if (read := _read_reasons(typed[reasons_field(asked)]))},
        order_handling_form.read(reading, typed),
    )
    refuse(STATIONS.in_rows(problems_of_operations(wanted), stations) | reading.problems)
    return wanted


def _read_reasons(text: str) -> tuple[str, ...]:
    """The reasons of a text, one a line, each once."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _read_shift(row: Typed) -> Shift | None:
    """None where a time is none."""
    starts, ends = time_of_day(row["starts"].strip()), time_of_day(row["ends"].strip())
    if starts is None or ends is None:
        return None
    chosen = row.every("weekday")
    weekdays = frozenset(each for each in EVERY_WEEKDAY if str(each) in chosen)
    return Shift(naming.shift_typed(row["name"]), weekdays, starts, ends)


def _read_station(row: Typed) -> Station:
    dishes = (dish.strip() for dish in _BETWEEN_DISHES.split(row["dishes"]))
    return Station(row["name"], tuple(dict.fromkeys(dish for dish in dishes if dish)))
