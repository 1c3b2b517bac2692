"""What is wrong with floor settings that somebody wants to save, field by field."""

from __future__ import annotations

from collections.abc import Iterator

from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants.operations_rows import MOVES, OperationSettings
from ordertrack.restaurants.stations import Station, words_of
from ordertrack.rules.state_machine import OrderStatus

MOST_UNDO = 30  # seconds
SHORTEST_REST, LONGEST_REST = 60, 240 * 60  # seconds
MOST_STATIONS = 20
MOST_DISHES = 100  # words of one station
LONGEST_NAME = 30
LONGEST_DISH = 60


class UnusableOperations(ValueError):
    """Settings that cannot hold; `problems` has a sentence for each field, as for `station-<index>`."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems.values()))


def check(floor: OperationSettings) -> None:
    """Raise UnusableOperations if the settings cannot hold."""
    found = problems_of(floor)
    if found:
        raise UnusableOperations(found)


def problems_of(floor: OperationSettings) -> dict[str, str]:
    """A sentence for each field that cannot be used as it is."""
    return dict(reversed([*_of_fields(floor), *_of_stations(floor.stations)]))  # the first of a field is kept


def undo_field(status: OrderStatus) -> str:
    """The name of the field that says how long a move to this status can be taken back."""
    return f"undo-{status.value}"


def _of_fields(floor: OperationSettings) -> Iterator[tuple[str, str]]:
    for status in MOVES:
        if not 0 <= floor.undo_for(status) <= MOST_UNDO:
            yield undo_field(status), _("Give 0 to 30 seconds.")
    if not SHORTEST_REST <= floor.rest_after <= LONGEST_REST:
        yield "rest_after", _("Give 1 to 240 minutes.")


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
        plain_text(station.name, LONGEST_NAME)
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
