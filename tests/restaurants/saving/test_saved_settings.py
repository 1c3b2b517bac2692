"""What was saved is read as it holds, marks the days that it changes, and is only ever added to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.restaurants import cache as kept
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import DEFAULT_SHIFTS, EARLY_BEFORE, FORGOTTEN_AFTER, Rules, Shift
from ordertrack.restaurants.models import SavedRules, SavedTarget, Stale
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants.models import Restaurant
from restaurants.saving.saved_rows import DAY, NOON, TODAY, rows
from support.cast import House
from support.database import connect

pytestmark = pytest.mark.usefixtures("undisturbed")


def test_a_restaurant_of_which_nothing_was_saved_has_the_defaults(hamra: RestaurantSettings) -> None:
    (rules,) = hamra.calendar.rules
    assert rules == Rules(
        dt.date.min, "Asia/Beirut", dt.time(4), DEFAULT_SHIFTS, FORGOTTEN_AFTER, EARLY_BEFORE
    )
    assert hamra.targets.at(Stage.KITCHEN, Fulfilment.PICKUP, TODAY) is None


def test_settings_of_a_tenant_come_by_name(cedar: House, inside: None) -> None:
    assert [restaurant.name for restaurant in kept.of_tenant(cedar.tenant_id)] == ["Hamra", "Jounieh"]


def test_what_is_saved_is_read_back_and_holds_from_the_running_business_day(
    cedar: House, hamra: RestaurantSettings, save_rules: Callable[..., Rules | None]
) -> None:
    night = (Shift("ليل", frozenset({4, 5}), dt.time(20), dt.time(4)),)
    saved = save_rules(shifts=night, forgotten_after=7200, early_before=30, now=NOON - dt.timedelta(hours=9))
    assert saved == Rules(TODAY - DAY, "Asia/Beirut", dt.time(4), night, 7200, 30)  # it is 03:00 there
    read = kept.of_restaurant(cedar.tenant_id, hamra.id)
    assert read.calendar.rules == [*hamra.calendar.rules, saved]


def test_the_first_save_keeps_what_held_before_as_the_first_version(
    cedar: House, hamra: RestaurantSettings, save_rules: Callable[..., Rules | None]
) -> None:
    save_rules(day_starts=dt.time(5))
    first, second = rows(SavedRules)
    assert (first.version, first.valid_from, first.day_starts) == (1, dt.date.min, dt.time(4))
    assert (second.version, second.valid_from, second.day_starts) == (2, TODAY, dt.time(5))
    assert (second.saved_by, second.actor) == ("Maya", cedar.maya.principal.actor)
    assert first.saved_by != "Maya"


def test_zone_and_start_of_day_are_the_restaurants_from_then_on(
    hamra: RestaurantSettings, save_rules: Callable[..., Rules | None]
) -> None:
    save_rules(timezone="Asia/Dubai", day_starts=dt.time(5))
    restaurant = db.session.scalar(select(Restaurant).where(Restaurant.id == hamra.id))
    assert restaurant is not None
    assert (restaurant.timezone, restaurant.business_day_start) == ("Asia/Dubai", dt.time(5))


def test_saving_what_holds_already_adds_nothing(save_rules: Callable[..., Rules | None]) -> None:
    assert save_rules() is None
    assert rows(SavedRules) == rows(Stale) == []
    save_rules(early_before=30)
    assert save_rules() is None
    assert len(rows(SavedRules)) == 2


def test_rules_saved_right_after_moving_to_another_zone_hold_from_the_same_day_on(
    cedar: House, hamra: RestaurantSettings, save_rules: Callable[..., Rules | None]
) -> None:
    """West of here it may still be the day before: what is saved last has to hold nevertheless."""
    early = NOON - dt.timedelta(hours=7)  # 05:00 in Beirut, 22:00 of the day before in New York
    save_rules(timezone="America/New_York", now=early)
    save_rules(early_before=5, now=early)
    calendar = kept.of_restaurant(cedar.tenant_id, hamra.id).calendar
    assert calendar.rules_on(TODAY).early_before == 5
    assert [row.valid_from for row in rows(SavedRules)] == [dt.date.min, TODAY, TODAY]


@pytest.mark.parametrize(
    ("changes", "from_date"),
    [
        ({"early_before": 5}, TODAY),
        ({"shifts": ()}, TODAY),
        ({"day_starts": dt.time(5)}, dt.date.min),
        ({"timezone": "Africa/Cairo"}, dt.date.min),
    ],
)
def test_rules_mark_the_days_that_they_change(
    save_rules: Callable[..., Rules | None], changes: dict[str, Any], from_date: dt.date
) -> None:
    save_rules(**changes)
    assert [row.from_date for row in rows(Stale)] == [from_date]


def test_of_two_marks_the_earlier_is_kept(
    save_rules: Callable[..., Rules | None], save_target: Callable[..., None]
) -> None:
    save_target(600, TODAY - 5 * DAY)
    save_rules(early_before=5)
    assert [row.from_date for row in rows(Stale)] == [TODAY - 5 * DAY]


def test_a_target_of_a_coming_day_marks_none(save_target: Callable[..., None]) -> None:
    save_target(600, TODAY + DAY)
    assert rows(Stale) == []


def test_a_target_is_read_back_and_its_history_kept(
    cedar: House, hamra: RestaurantSettings, save_target: Callable[..., None]
) -> None:
    save_target(900, TODAY - 7 * DAY)
    save_target(600)
    save_target(None, TODAY, None)
    save_target(300, TODAY, Fulfilment.DELIVERY)
    targets = kept.of_restaurant(cedar.tenant_id, hamra.id).targets
    assert targets.at(Stage.KITCHEN, Fulfilment.PICKUP, TODAY - DAY) == 900
    assert targets.at(Stage.KITCHEN, Fulfilment.PICKUP, TODAY) is None
    assert targets.at(Stage.KITCHEN, Fulfilment.DELIVERY, TODAY) == 300
    saved = [(row.version, row.seconds, row.saved_by) for row in rows(SavedTarget)]
    assert saved == [(1, 900, "Maya"), (2, 600, "Maya"), (3, None, "Maya"), (4, 300, "Maya")]


def test_what_was_saved_can_be_neither_changed_nor_removed(
    settings: Settings, cedar: House, save_target: Callable[..., None]
) -> None:
    save_target(600)
    for statement in (
        "UPDATE sla_targets SET seconds = 1",
        "DELETE FROM sla_targets",
        "DELETE FROM sla_rules",
    ):
        with connect(settings.app_url) as confined:
            confined.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(cedar.tenant_id)])
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                confined.execute(statement)
