"""What was saved: read as it holds, only ever added to, told to everybody, one saver after the other."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text

from ordertrack.database.channels import SETTINGS_CHANNEL
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders import transitions
from ordertrack.restaurants import cache as kept
from ordertrack.restaurants import save as saving
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import DEFAULT_SHIFTS, EARLY_BEFORE, FORGOTTEN_AFTER, Rules, Shift
from ordertrack.restaurants.checks import timezones
from ordertrack.restaurants.models import SavedRules, SavedTarget, Stale
from ordertrack.restaurants.targets import Target
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.measure.models import RestaurantDay
from ordertrack.tenants.models import Restaurant
from support.cast import House
from support.database import connect

NOON = dt.datetime(2025, 11, 20, 10, tzinfo=dt.UTC)  # in Beirut
pytestmark = pytest.mark.usefixtures("undisturbed")
TODAY = dt.date(2025, 11, 20)
DAY = dt.timedelta(days=1)


@pytest.fixture
def inside(app: Flask, cedar: House) -> Iterator[None]:
    with tenant_context(app, cedar.tenant_id):
        yield


@pytest.fixture
def hamra(inside: None, cedar: House) -> RestaurantSettings:
    return next(place for place in kept.of_tenant(cedar.tenant_id) if place.slug == "hamra")


@pytest.fixture
def save_rules(cedar: House, hamra: RestaurantSettings) -> Callable[..., Rules | None]:
    """Save Hamra's rules with these fields changed: `save_rules(day_starts=dt.time(5), now=...)`."""

    def save(now: dt.datetime = NOON, seen: int | None = None, **changes: Any) -> Rules | None:
        latest = kept.of_restaurant(cedar.tenant_id, hamra.id).calendar.rules[-1]
        wanted = replace(latest, **changes)
        return saving.save_rules(hamra.id, wanted, by=cedar.maya.principal, now=now, seen=seen)

    return save


@pytest.fixture
def save_target(cedar: House, hamra: RestaurantSettings) -> Callable[..., None]:
    """Save a target of Hamra's kitchen: `save_target(600, valid_from)`."""

    def save(seconds: int | None, valid_from: dt.date = TODAY, fulfilment: Fulfilment | None = None) -> None:
        target = Target(Stage.KITCHEN, fulfilment, valid_from, seconds)
        saving.save_target(hamra.id, target, by=cedar.maya.principal, now=NOON)

    return save


def rows(table: Any) -> list[Any]:
    found = list(db.session.scalars(select(table)))
    db.session.rollback()
    return sorted(found, key=lambda row: getattr(row, "version", 0))


def test_a_restaurant_of_which_nothing_was_saved_has_the_defaults(hamra: RestaurantSettings) -> None:
    (rules,) = hamra.calendar.rules
    assert rules == Rules(
        dt.date.min, "Asia/Beirut", dt.time(4), DEFAULT_SHIFTS, FORGOTTEN_AFTER, EARLY_BEFORE
    )
    assert hamra.targets.at(Stage.KITCHEN, Fulfilment.PICKUP, TODAY) is None


def test_settings_of_a_tenant_come_by_name(cedar: House, inside: None) -> None:
    assert [place.name for place in kept.of_tenant(cedar.tenant_id)] == ["Hamra", "Jounieh"]


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
    place = db.session.scalar(select(Restaurant).where(Restaurant.id == hamra.id))
    assert place is not None
    assert (place.timezone, place.business_day_start) == ("Asia/Dubai", dt.time(5))


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


def test_what_is_refused_leaves_nothing_behind(
    cedar: House,
    hamra: RestaurantSettings,
    save_rules: Callable[..., Rules | None],
    save_target: Callable[..., None],
) -> None:
    save_target(900, TODAY - DAY)
    with pytest.raises(UnusableSettings):
        save_target(600, TODAY - DAY)
    with pytest.raises(UnusableSettings):
        save_rules(early_before=-1)
    assert len(rows(SavedTarget)) == 1
    assert rows(SavedRules) == []
    assert [row.from_date for row in rows(Stale)] == [TODAY - DAY]


def test_a_zone_that_only_python_knows_is_refused(
    save_rules: Callable[..., Rules | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ordertrack.restaurants.checks.timezones", lambda: {"Asia/Beirut", "Asia/Nowhere"})
    with pytest.raises(UnusableSettings, match="knows no time zone 'Asia/Nowhere'"):
        save_rules(timezone="Asia/Nowhere")


def test_every_zone_that_may_be_chosen_is_known_to_the_database(inside: None) -> None:
    known = set(db.session.scalars(text("SELECT name FROM pg_timezone_names")))
    assert timezones() <= known


def test_rules_thought_of_before_somebody_else_saved_are_refused(
    save_rules: Callable[..., Rules | None],
) -> None:
    save_rules(early_before=5, seen=0)
    with pytest.raises(UnusableSettings, match="Somebody else"):
        save_rules(early_before=6, seen=0)
    assert save_rules(early_before=6, seen=2) is not None


def test_two_managers_at_once_save_one_after_the_other(
    app: Flask, cedar: House, hamra: RestaurantSettings
) -> None:
    together = 4
    start = threading.Barrier(2 * together)
    rules = hamra.calendar.rules[-1]

    def save(number: int) -> None:
        with tenant_context(app, cedar.tenant_id):
            start.wait(20)
            by = cedar.maya.principal
            if number < together:
                saving.save_rules(hamra.id, replace(rules, early_before=number), by=by, now=NOON)
            else:
                target = Target(Stage.KITCHEN, None, TODAY, number)
                saving.save_target(hamra.id, target, by=by, now=NOON)

    with ThreadPoolExecutor(2 * together) as pool:
        list(pool.map(save, range(2 * together)))
    assert [row.version for row in rows(SavedRules)] == list(range(1, together + 2))
    assert {row.early_before for row in rows(SavedRules)[1:]} == set(range(together))
    assert [row.version for row in rows(SavedTarget)] == list(range(1, together + 1))


def test_orders_move_and_figures_are_kept_up_while_somebody_saves(
    app: Flask,
    cedar: House,
    hamra: RestaurantSettings,
    place: Callable[..., uuid.UUID],
    status_of: Callable[..., OrderStatus],
    save_target: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order_id = place(cedar)

    def move() -> None:
        with tenant_context(app, cedar.tenant_id):
            transitions.advance(order_id, OrderStatus.CONFIRMED, by=cedar.program)
            day = {"tenant_id": cedar.tenant_id, "restaurant_id": hamra.id, "business_date": TODAY}
            db.session.add(RestaurantDay(**day, stage=Stage.KITCHEN, cells=b"", slowest=b""))
            db.session.commit()

    def check_meanwhile(*_: Any) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(move).result()

    monkeypatch.setattr(saving, "problems_of_target", check_meanwhile)
    save_target(600)
    assert status_of(cedar, order_id) is OrderStatus.CONFIRMED


def test_everybody_who_listens_is_told_once_it_is_saved(
    settings: Settings,
    cedar: House,
    hamra: RestaurantSettings,
    save_rules: Callable[..., Rules | None],
    save_target: Callable[..., None],
) -> None:
    with connect(settings.app_url, autocommit=True) as listening:
        listening.execute(f"LISTEN {SETTINGS_CHANNEL}")
        save_rules()  # changes nothing
        with pytest.raises(UnusableSettings):
            save_target(0)
        save_target(600)
        save_rules(early_before=5)
        listening.execute("SELECT pg_notify(%s, 'the last')", [SETTINGS_CHANNEL])
        heard = [each.payload for each in listening.notifies(timeout=10, stop_after=3)]
    assert heard == [f"{cedar.tenant_id}:{hamra.id}"] * 2 + ["the last"]


def _save_elsewhere(settings: Settings, cedar: House, hamra: RestaurantSettings) -> None:
    """As another process would, of which this one hears nothing."""
    with connect(settings.operator_url) as other:
        other.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(cedar.tenant_id)])
        other.execute(
            "INSERT INTO sla_targets (tenant_id, restaurant_id, version, stage, valid_from, seconds,"
            " saved_by, actor) VALUES (%s, %s, 1, 'kitchen', '2025-11-20', 600, 'Maya', 'staff:maya')",
            [cedar.tenant_id, hamra.id],
        )


def _target(cedar: House, hamra: RestaurantSettings) -> int | None:
    read = kept.of_restaurant(cedar.tenant_id, hamra.id)
    return read.targets.at(Stage.KITCHEN, Fulfilment.PICKUP, TODAY)


@pytest.mark.parametrize("of", ["restaurant", "tenant", "everybody"])
def test_what_was_read_is_kept_until_it_is_forgotten(
    settings: Settings, cedar: House, hamra: RestaurantSettings, of: str
) -> None:
    assert _target(cedar, hamra) is None
    _save_elsewhere(settings, cedar, hamra)
    assert _target(cedar, hamra) is None
    if of == "everybody":
        kept.forget_all()
    else:
        kept.forget(cedar.tenant_id, hamra.id if of == "restaurant" else None)
    assert _target(cedar, hamra) == 600


def test_what_was_read_is_read_anew_after_a_while_where_nobody_listens(
    settings: Settings, cedar: House, hamra: RestaurantSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ordertrack.database.ttl_cache.KEPT_FOR", 0.0)
    kept.forget_all()
    assert _target(cedar, hamra) is None
    _save_elsewhere(settings, cedar, hamra)
    assert _target(cedar, hamra) == 600


def test_what_was_read_just_before_it_changed_is_not_kept(
    settings: Settings, cedar: House, hamra: RestaurantSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.forget_all()
    read = kept.read

    def read_too_early(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None) -> list[RestaurantSettings]:
        found = read(tenant_id, restaurant_id)
        _save_elsewhere(settings, cedar, hamra)
        kept.forget(tenant_id, restaurant_id)
        monkeypatch.undo()
        return found

    monkeypatch.setattr(kept, "read", read_too_early)
    assert _target(cedar, hamra) is None
    assert _target(cedar, hamra) == 600


def test_rules_that_are_read_anew_and_are_the_same_keep_the_days_worked_out(
    cedar: House, hamra: RestaurantSettings
) -> None:
    kept.forget_all()
    assert kept.of_restaurant(cedar.tenant_id, hamra.id).calendar is hamra.calendar


def test_nobody_reads_or_saves_the_settings_of_another_tenant(
    app: Flask, cedar: House, rival: House, hamra: RestaurantSettings
) -> None:
    with tenant_context(app, rival.tenant_id):
        assert kept.of_tenant(cedar.tenant_id) == []
        with pytest.raises(LookupError):
            kept.of_restaurant(cedar.tenant_id, hamra.id)
        with pytest.raises(LookupError):
            kept.of_restaurant(rival.tenant_id, hamra.id)
        for by in (rival.maya.principal, cedar.maya.principal):
            with pytest.raises(LookupError):
                saving.save_target(hamra.id, Target(Stage.KITCHEN, None, TODAY, 600), by=by, now=NOON)
            with pytest.raises(LookupError):
                saving.save_rules(hamra.id, hamra.calendar.rules[-1], by=by, now=NOON)


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
