"""Whoever saves: refused as a whole or told to everybody, one after the other, in their own house."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from ordertrack.database.channels import SETTINGS_CHANNEL
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.i18n.time_zones import timezones
from ordertrack.orders.moving import transitions
from ordertrack.restaurants import cache as kept
from ordertrack.restaurants import save as saving
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import Rules
from ordertrack.restaurants.models import SavedRules, SavedTarget, Stale
from ordertrack.restaurants.targets import Target
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.measure.models import RestaurantDay
from restaurants.saving.saved_rows import DAY, NOON, TODAY, rows
from support.cast import House
from support.database import connect

pytestmark = pytest.mark.usefixtures("undisturbed")


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
