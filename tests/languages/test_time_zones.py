"""Time zones are found by what people call them, in each language, and none is guessed."""

from __future__ import annotations

import pytest

from ordertrack.i18n import time_zones
from ordertrack.i18n.translate import TAGS, speaking


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Asia/Beirut", "Asia/Beirut"), (" asia/beirut ", "Asia/Beirut"), ("beirut", "Asia/Beirut"),
        ("Beyrouth – Liban", "Asia/Beirut"), ("بيروت", "Asia/Beirut"), ("Lebanon", "Asia/Beirut"),
        ("New York", "America/New_York"), ("Kyiv", "Europe/Kyiv"), ("Asia/Calcutta", "Asia/Calcutta"),
        ("UTC", "UTC"), ("United States", None), ("EET", None), ("Mars", None), ("", None),
    ],
)  # fmt: skip
def test_a_zone_is_found_by_its_city_or_by_a_country_that_has_only_one(typed: str, zone: str | None) -> None:
    assert time_zones.find(typed) == zone


@pytest.mark.parametrize("tag", TAGS)
def test_each_zone_that_is_offered_is_found_again_by_its_name_whatever_language_is_spoken_then(
    tag: str,
) -> None:
    with speaking(tag):
        offered = time_zones.offered()
        assert time_zones.name("Asia/Beirut") == offered["Asia/Beirut"]
    assert len(offered) > 400
    assert [key for key, said in offered.items() if time_zones.find(said) != key] == []
