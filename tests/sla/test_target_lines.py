"""The targets beside a report: what held on each of its days, and for whom."""

from __future__ import annotations

import datetime as dt
import uuid

from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import Calendar, Rules
from ordertrack.restaurants.targets import Target, Targets
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.report import target_lines
from ordertrack.sla.report.selection import Selection

FIRST, CHANGE, LAST = dt.date(2026, 11, 16), dt.date(2026, 11, 20), dt.date(2026, 11, 22)


def restaurant(slug: str, *targets: Target) -> RestaurantSettings:
    calendar = Calendar([Rules(dt.date.min, "Asia/Beirut", dt.time(4))])
    return RestaurantSettings(uuid.uuid4(), slug, slug.title(), calendar, Targets(targets))


def kitchen(day: dt.date, minutes: int, fulfilment: Fulfilment | None = None) -> Target:
    return Target(Stage.KITCHEN, fulfilment, day, minutes * 60)


def lines(*restaurants: RestaurantSettings, fulfilment: Fulfilment | None = None) -> list[tuple[int, str]]:
    return target_lines.of(Selection(uuid.uuid4(), FIRST, LAST, restaurants, fulfilment=fulfilment))


def test_one_target_for_everybody_needs_no_words() -> None:
    assert lines(restaurant("hamra", kitchen(FIRST, 20))) == [(1200, "")]


def test_a_target_that_changed_within_the_range_is_drawn_as_it_was_and_as_it_is() -> None:
    changed = restaurant("hamra", kitchen(FIRST, 20), kitchen(CHANGE, 12))
    assert lines(changed) == [(720, "from Fri 20 Nov"), (1200, "until Thu 19 Nov")]


def test_a_fulfilment_and_a_restaurant_of_its_own_are_named() -> None:
    hamra = restaurant("hamra", kitchen(FIRST, 20), kitchen(FIRST, 15, Fulfilment.PICKUP))
    assert lines(hamra) == [(900, "pickups"), (1200, "deliveries and dine-in orders")]
    assert lines(hamra, fulfilment=Fulfilment.PICKUP) == [(900, "")]
    other = restaurant("marina", kitchen(FIRST, 25))
    assert lines(hamra, other)[-1] == (1500, "Marina")


def test_without_a_target_there_is_no_line() -> None:
    assert lines(restaurant("hamra")) == []
