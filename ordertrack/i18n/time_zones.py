"""Time zones by the names that people have for them: a city and its country, in each language spoken here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from flask import Flask

from ordertrack.i18n import names
from ordertrack.i18n.locales import LANGUAGES
from ordertrack.i18n.translate import add_filters, current

_NOWHERE = "001"  # the world: what no country has


@cache
def timezones() -> frozenset[str]:
    """The zones that may be chosen, by area and city.

    Short names such as EET are left out: to PostgreSQL they are fixed offsets that know no summer time.
    """
    return frozenset({name for name in available_timezones() if "/" in name} | {"UTC"})


def init_app(app: Flask) -> None:
    add_filters(app.jinja_env, time_zone=name)


def offered() -> Mapping[str, str]:
    """By its key the name of each zone that a country has, in the language spoken now, in their order."""
    return _names(current().locale.language)


def name(key: str) -> str:
    """What people call it, in the language spoken now: `Beirut – Lebanon`; what has no such name as it is."""
    return offered().get(key, key)


def find(text: str) -> str | None:
    """The key of the zone that somebody names: by its key, as it is offered, or by its city or country alone.

    A country that has several zones names none.
    """
    return _known().get(names.key(text))


@cache
def _names(language: str) -> Mapping[str, str]:
    named = {key: " – ".join(dict.fromkeys(parts)) for key, parts in _parts(language)}
    counted = Counter(named.values())
    found = {key: said if counted[said] == 1 else f"{said} ({key})" for key, said in named.items()}
    return dict(sorted(found.items(), key=lambda each: names.key(each[1])))


def _parts(language: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each zone of a country, with the names of its city and of the country."""
    locale = Locale(language)
    for key, territory in get_global("zone_territories").items():
        if territory != _NOWHERE and key in timezones():
            yield key, (_city(locale, key), locale.territories.get(territory, territory))


def _city(locale: Locale, key: str) -> str:
    """The names may be filed under a key of before."""
    filed = (locale.time_zones.get(each, {}).get("city") for each in (key, *_former().get(key, ())))
    return next((city for city in filed if city), key.rpartition("/")[2].replace("_", " "))


@cache
def _former() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for former, key in get_global("zone_aliases").items():
        found.setdefault(key, []).append(former)
    return found


@cache
def _known() -> Mapping[str, str]:
    """The zone by each name that names one alone, in any language."""
    meant: dict[str, set[str]] = {}
    for language in {each.locale.language for each in LANGUAGES.values()}:
        for key, said in _names(language).items():
            meant.setdefault(names.key(said), set()).add(key)
        for key, parts in _parts(language):
            for part in parts:
                meant.setdefault(names.key(part), set()).add(key)
    found = {said: only for said, (only, *more) in meant.items() if not more}
    return found | {names.key(key): key for key in timezones()}
