"""Stations of a kitchen, and which of them makes a dish: the one whose words stand in the dish's name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

# What Arabic writes in two ways without meaning two things, after its marks and hamzas have gone.
_ONE_SPELLING = str.maketrans({"ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ـ": None})


@dataclass(frozen=True, slots=True)
class Station:
    """A place in the kitchen, and the words or phrases that say which dishes are made there."""

    name: str
    dishes: tuple[str, ...]


def station_of(stations: Sequence[Station], dish: str) -> str | None:
    """The name of the station that makes a dish; None if none of them does.

    A word counts only as a whole one, whatever its case and its accents. The longest that is found wins; of
    equally long ones, that of the station named first.
    """
    name = f" {words_of(dish)} "
    found = [(len(words), station) for words, station in _routes(tuple(stations)) if f" {words} " in name]
    return max(found, key=lambda route: route[0])[1] if found else None


@lru_cache(4096)
def words_of(text: str) -> str:
    """The words of a text, one blank between them, without case, accents and marks."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(_kept(plain)).translate(_ONE_SPELLING).split())


def _kept(text: str) -> Iterator[str]:
    """Letters, digits and what belongs to them; a blank for anything else, nothing for a mark."""
    for character in text:
        kind = unicodedata.category(character)
        if kind == "Nd":
            yield str(unicodedata.digit(character))  # Arabic digits and Western ones are the same
        elif kind in ("Mn", "Me", "Cf"):
            continue
        else:
            yield character if kind[0] in "LNM" else " "


@lru_cache(512)
def _routes(stations: tuple[Station, ...]) -> tuple[tuple[str, str], ...]:
    """The words of every station with its name, in the order of the stations."""
    routes = ((words_of(dish), station.name) for station in stations for dish in station.dishes)
    return tuple((words, name) for words, name in routes if words)
