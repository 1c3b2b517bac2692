"""What is wrong with settings that somebody wants to save."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ordertrack.i18n import formats, names
from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.time_zones import timezones
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.restaurants import naming
from ordertrack.restaurants.calendar import EVERY_WEEKDAY, Rules, Shift, overlapping
from ordertrack.restaurants.operations import MOVES, Asked, OperationSettings
from ordertrack.restaurants.order_handling import OrderHandling
from ordertrack.restaurants.pace import FARTHEST, LONGEST_BUSY, Pace, PaceState
from ordertrack.restaurants.stations import Station, words_of
from ordertrack.restaurants.targets import Target, Targets
from ordertrack.rules.state_machine import OrderStatus

MOST_SHIFTS, LONGEST_SHIFT_NAME = 20, 40
SHORTEST_FORGOTTEN, LONGEST_FORGOTTEN, MOST_EARLY, LONGEST_TARGET = 60, 24 * 3600, 3600, 24 * 3600  # seconds
EARLIEST, FARTHEST_AHEAD = dt.date(2000, 1, 1), dt.timedelta(days=400)
MOST_UNDO, SHORTEST_REST, LONGEST_REST = 30, 60, 240 * 60  # seconds
MOST_STATIONS, LONGEST_STATION_NAME = 20, 30
MOST_DISHES, LONGEST_DISH = 100, 60  # of one station
LONGEST_RECALL, LONGEST_HANDLING = 60 * 60, 240 * 60  # seconds
MOST_CHANNELS, LONGEST_CHANNEL, MOST_OPEN = 20, 30, 98
MOST_REASONS, LONGEST_OFFERED = 8, 60  # for one thing that is asked
_DAY = dt.timedelta(days=1)


def undo_field(status: OrderStatus) -> str:
    """The name of the field that says how long a move to this status can be taken back."""
    return f"undo-{status.value}"


def reasons_field(asked: Asked) -> str:
    """The name of the field with the reasons that boards offer for this."""
    return f"reasons-{asked.value}"


def problems_of_rules(rules: Rules) -> dict[str, str]:
    """A sentence for each field; a shift's is `shift-<index>`."""
    return dict(reversed([*_of_rules(rules), *_of_shifts(rules)]))  # the first of a field is kept


def problems_of_operations(wanted: OperationSettings) -> dict[str, str]:
    """A sentence for each field; a station's is `station-<index>`."""
    of_orders = _of_handling(wanted.orders)
    found = [*_of_operations(wanted), *_of_reasons(wanted), *of_orders, *_of_stations(wanted.stations)]
    return dict(reversed(found))


def problems_of_pace(wanted: Pace, now: dt.datetime) -> dict[str, str]:
    """A sentence for each field."""
    problems = {}
    if wanted.state == PaceState.BUSY and not 1 <= wanted.minutes <= LONGEST_BUSY:
        problems["minutes"] = _("Give 1 to %(most)s minutes.", most=number(LONGEST_BUSY))
    if wanted.until is not None and not now < wanted.until <= now + FARTHEST:
        problems["until"] = _("Give a moment that is still to come, 7 days ahead at most.")
    return problems


def problems_of_target(target: Target, saved: Targets, today: dt.date) -> dict[str, str]:
    """A sentence for each field of a target that is to be added to what is saved, on this business day."""
    problems = {}
    if target.seconds is not None and not 0 < target.seconds <= LONGEST_TARGET:
        problems["minutes"] = _(
            "A target is more than nothing and no longer than %(most)s minutes.",
            most=number(LONGEST_TARGET // 60),
        )
    if problem := _of_valid_from(target, saved, today):
        problems["valid_from"] = problem
    elif target.seconds is None and saved.own_at(target.stage, target.fulfilment, target.valid_from) is None:
        problems["minutes"] = _("There is no such target on that day that could end. Give its minutes.")
    return problems


def problems_of_past(held: Rules | Target, today: dt.date) -> dict[str, str]:
    """A sentence for each field of what held on days that are over."""
    problems = problems_of_rules(held) if isinstance(held, Rules) else {}
    if isinstance(held, Target) and held.seconds is not None and not 0 < held.seconds <= LONGEST_TARGET:
        problems["minutes"] = _(
            "A target is more than nothing and no longer than %(most)s minutes.",
            most=number(LONGEST_TARGET // 60),
        )
    if not EARLIEST <= held.valid_from <= today:
        said = {"first": formats.iso(EARLIEST), "last": formats.iso(today)}
        problems["valid_from"] = _("Choose a day from %(first)s to %(last)s.", **said)
    return problems


def no_time_zone(typed: str) -> str:
    said = formats.quoted(typed)
    return _("%(typed)s is not a time zone: choose a city from the list, like Beirut.", typed=said)


def _of_rules(rules: Rules) -> Iterator[tuple[str, str]]:
    if rules.timezone not in timezones():
        yield "timezone", no_time_zone(rules.timezone)
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
        if plain_text(shift.name, LONGEST_SHIFT_NAME) != shift.name:
            yield _("The name must not begin or end with a blank.")
    except UnusableText as error:
        yield _("The name %(problem)s.", problem=error)
    if not shift.weekdays or shift.weekdays - EVERY_WEEKDAY:
        yield _("Choose the weekdays of this shift.")
    if not (_is_minute(shift.starts) and _is_minute(shift.ends)):
        yield _("Give the times in hours and minutes, for example 16:00.")
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
                said = {"shift": formats.quoted(naming.shift(shift.name)), "days": naming.every(weekday)}
                yield f"shift-{index}", _("There is another shift %(shift)s on %(days)s.", **said)
            seen.add(names.key(shift.name))
        pair = overlapping(rules.shifts, rules.day_starts, weekday)
        if pair is not None:
            index = max(rules.shifts.index(shift) for shift in pair)
            said = {"one": _named(pair[0]), "other": _named(pair[1]), "days": naming.every(weekday)}
            yield f"shift-{index}", _("On %(days)s %(one)s and %(other)s overlap.", **said)


def _named(shift: Shift) -> str:
    said = {"starts": formats.clock(shift.starts), "ends": formats.clock(shift.ends)}
    return _("%(shift)s (%(starts)s–%(ends)s)", shift=formats.quoted(naming.shift(shift.name)), **said)


def _is_minute(time: dt.time) -> bool:
    return time.second == 0 and time.microsecond == 0 and time.tzinfo is None


def _of_valid_from(target: Target, saved: Targets, today: dt.date) -> str | None:
    """Past days stay as they were judged: they get a target only if they and those after them had none."""
    day = target.valid_from
    if not EARLIEST <= day <= today + FARTHEST_AHEAD:
        latest = formats.iso(today + FARTHEST_AHEAD)
        return _("Choose a day from %(first)s to %(last)s.", first=formats.iso(EARLIEST), last=latest)
    judging = (target.fulfilment, None)
    if day >= today or not any(saved.holds_since(target.stage, each, day) for each in judging):
        return None
    return _(
        "A target held on %(day)s or after it, and past days stay as they were judged."
        " Let this one hold from %(today)s or later.",
        day=formats.iso(day),
        today=formats.iso(today),
    )


def _of_operations(wanted: OperationSettings) -> Iterator[tuple[str, str]]:
    for status in MOVES:
        if not 0 <= wanted.undo_for(status) <= MOST_UNDO:
            yield undo_field(status), _("Give 0 to 30 seconds.")
    if not SHORTEST_REST <= wanted.rest_after <= LONGEST_REST:
        yield "rest_after", _("Give 1 to 240 minutes.")
    if not 0 <= wanted.recall_within <= LONGEST_RECALL:
        yield "recall_within", _("Give 0 to 60 minutes.")


def _of_handling(wanted: OrderHandling) -> Iterator[tuple[str, str]]:
    if not 0 <= wanted.busy_over <= MOST_OPEN:
        yield "busy_over", _("Give 0 to %(most)s orders.", most=number(MOST_OPEN))
    if not 0 <= wanted.busy_minutes <= LONGEST_BUSY:
        yield "busy_minutes", _("Give 0 to %(most)s minutes.", most=number(LONGEST_BUSY))
    for name in ("kitchen_takes", "road_takes", "margin", "accept_within"):
        if not 0 <= getattr(wanted, name) <= LONGEST_HANDLING:
            yield name, _("Give 0 to %(most)s minutes.", most=number(LONGEST_HANDLING // 60))
    if len(wanted.confirmed_channels) > MOST_CHANNELS:
        yield "confirmed_channels", _("Name %(most)s channels at most.", most=number(MOST_CHANNELS))
    for channel in wanted.confirmed_channels:
        try:
            plain_text(channel, LONGEST_CHANNEL)
        except UnusableText as error:
            yield "confirmed_channels", _("A channel %(problem)s.", problem=error)


def _of_reasons(wanted: OperationSettings) -> Iterator[tuple[str, str]]:
    for asked, offered in wanted.reasons.items():
        if len(offered) > MOST_REASONS:
            yield reasons_field(asked), _("Offer 8 reasons at most: a board has no room for more.")
        for reason in offered:
            try:
                plain_text(reason, LONGEST_OFFERED)
            except UnusableText as error:
                yield reasons_field(asked), _("A reason %(problem)s.", problem=error)


def _of_stations(stations: tuple[Station, ...]) -> Iterator[tuple[str, str]]:
    if len(stations) > MOST_STATIONS:
        yield "stations", _("A restaurant can have 20 stations.")
    named: set[str] = set()
    spoken_for: dict[str, str] = {}
    for index, station in enumerate(stations):
        for sentence in _of_station(station, named, spoken_for):
            yield f"station-{index}", sentence


def _of_station(station: Station, named: set[str], spoken_for: dict[str, str]) -> Iterator[str]:
    try:
        plain_text(station.name, LONGEST_STATION_NAME)
    except UnusableText:
        yield _("Give the station a name of 1 to 30 plain characters.")
    if (name := words_of(station.name) or station.name) in named:
        yield _("Another station has this name.")
    named.add(name)
    if len(station.dishes) > MOST_DISHES:
        yield _("A station can have 100 dish words.")
    for dish in station.dishes:
        yield from _of_dish(dish, station.name, spoken_for)


def _of_dish(dish: str, station: str, spoken_for: dict[str, str]) -> Iterator[str]:
    words = words_of(dish)
    try:
        plain_text(dish, LONGEST_DISH)
    except UnusableText:
        yield _("“%(words)s” is no dish word: use up to 60 plain characters.", words=dish[:20])
        return
    if not words:
        yield _("“%(words)s” has no letter or digit to look for.", words=dish[:20])
    elif (other := spoken_for.setdefault(words, station)) != station:
        yield _("“%(words)s” stands at %(station)s too: a dish has one station.", words=dish, station=other)
