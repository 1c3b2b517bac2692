"""The one way settings are kept: versions of every kind, their history, savers in turn, and who is told."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask

from ordertrack.database.channels import SETTINGS_CHANNEL
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import brand, cache, operations, pace, versioned
from ordertrack.restaurants.brand import BRAND, Brand
from ordertrack.restaurants.cache import RULES, TARGETS
from ordertrack.restaurants.calendar import Rules
from ordertrack.restaurants.hours import HOURS, Hours, Special
from ordertrack.restaurants.operations import OPERATIONS, OperationSettings
from ordertrack.restaurants.pace import PACE
from ordertrack.restaurants.save import save_operations, save_rules
from ordertrack.restaurants.targets import Target
from ordertrack.restaurants.versioned import Kind, UnusableSettings, refuse, saved_lately, saving
from ordertrack.rules.stages import Stage
from support.cast import House
from support.database import connect

TODAY = dt.date(2025, 11, 20)
KINDS: dict[str, Kind[Any]] = {
    "rules": RULES,
    "targets": TARGETS,
    "operations": OPERATIONS,
    "brand": BRAND,
    "hours": HOURS,
}
EACH = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


def a_value(kind: Kind[Any], restaurant_id: uuid.UUID, number: int) -> Any:
    """One of a kind, another for each number."""
    if kind is RULES:
        return Rules(TODAY, "Asia/Beirut", dt.time(4), early_before=number)
    if kind is TARGETS:
        return Target(Stage.COOK, None, TODAY, 60 + number)
    if kind is HOURS:
        return Hours(restaurant_id, special=(Special(TODAY + dt.timedelta(number), None),))
    if kind is BRAND:
        return Brand(restaurant_id, f"#{number:06x}", "Seven Lemons", address=("Bliss St", "Hamra"))
    return OperationSettings(restaurant_id, rest_after=60 + number)


@pytest.fixture
def add(cedar: House, hamra: uuid.UUID) -> Callable[..., int]:
    """Save the value of this number, as Maya."""

    def save(kind: Kind[Any], number: int, seen: int | None = None) -> int:
        with saving(hamra, cedar.maya.principal) as saved:
            saved.newest(kind, seen)
            return saved.add(kind, a_value(kind, hamra, number))

    return save


@EACH
def test_versions_are_counted_and_the_history_has_each_beside_the_one_before(
    cedar: House, rival: House, hamra: uuid.UUID, add: Callable[..., int], kind: Kind[Any]
) -> None:
    assert kind.history(cedar.tenant_id, hamra) == []
    assert [add(kind, number) for number in range(3)] == [1, 2, 3]
    history = kind.history(cedar.tenant_id, hamra)
    said = [
        replace(version.value, version=0) if kind in (OPERATIONS, BRAND, HOURS) else version.value
        for version in history
    ]
    assert said == [a_value(kind, hamra, number) for number in (2, 1, 0)]
    assert [later.before for later in history] == [*(earlier.value for earlier in history[1:]), None]
    assert {version.saved_by for version in history} == {"Maya"}
    assert all(later.saved_at > earlier.saved_at for later, earlier in pairwise(history))
    assert kind.history(cedar.tenant_id, uuid.uuid4()) == kind.history(rival.tenant_id, hamra) == []


@EACH
def test_kinds_are_counted_each_by_itself_and_restaurants_too(
    cedar: House, hamra: uuid.UUID, add: Callable[..., int], kind: Kind[Any]
) -> None:
    for other in KINDS.values():
        if other is not kind:
            add(other, 1)
    jounieh = next(restaurant.id for restaurant in cache.of_tenant(cedar.tenant_id) if restaurant.id != hamra)
    with saving(jounieh, cedar.maya.principal) as saved:
        saved.add(kind, a_value(kind, jounieh, 1))
    assert add(kind, 1) == 1


@EACH
def test_of_savers_with_forms_of_one_version_one_wins_and_the_others_are_refused(
    app: Flask, cedar: House, hamra: uuid.UUID, add: Callable[..., int], kind: Kind[Any]
) -> None:
    add(kind, 0)
    together = 4
    start = threading.Barrier(together)

    def save(number: int) -> int | dict[str, str]:
        with tenant_context(app, cedar.tenant_id):
            start.wait(20)
            try:
                return add(kind, number, seen=1)
            except UnusableSettings as error:
                return error.problems

    with ThreadPoolExecutor(together) as pool:
        answers = list(pool.map(save, range(1, together + 1)))
    assert [answer for answer in answers if isinstance(answer, int)] == [2]
    refused = [answer for answer in answers if not isinstance(answer, int)]
    assert [list(problems) for problems in refused] == [["seen"]] * (together - 1)
    assert len(kind.history(cedar.tenant_id, hamra)) == 2


def test_a_form_that_somebody_overtook_is_refused_on_every_page_that_says_what_it_has_seen(
    cedar: House, hamra: uuid.UUID
) -> None:
    by = cedar.maya.principal
    held = cache.of_restaurant(cedar.tenant_id, hamra).calendar.rules[-1]
    save_rules(hamra, replace(held, early_before=5), by=by, seen=0)
    save_operations(OperationSettings(hamra, rest_after=120), by=by, seen=0)
    for save in (
        lambda seen: save_rules(hamra, replace(held, early_before=6), by=by, seen=seen),
        lambda seen: save_operations(OperationSettings(hamra, rest_after=180), by=by, seen=seen),
    ):
        with pytest.raises(UnusableSettings, match="Somebody else saved other") as refused:
            save(0)
        assert list(refused.value.problems) == ["seen"]
    assert save_rules(hamra, replace(held, early_before=6), by=by, seen=2) is not None
    assert save_operations(OperationSettings(hamra, rest_after=180), by=by, seen=1) is not None


@EACH
def test_everybody_is_told_of_what_is_saved_and_of_nothing_that_is_not(
    settings: Settings, cedar: House, hamra: uuid.UUID, add: Callable[..., int], kind: Kind[Any]
) -> None:
    with connect(settings.app_url, autocommit=True) as listening:
        listening.execute(f"LISTEN {SETTINGS_CHANNEL}")
        with pytest.raises(UnusableSettings):
            add(kind, 1, seen=7)
        with suppress(UnusableSettings), saving(hamra, cedar.maya.principal) as saved:
            saved.add(kind, a_value(kind, hamra, 1))
            refuse({"field": "It cannot be."})
        with saving(hamra, cedar.maya.principal):
            pass
        add(kind, 2)
        listening.execute("SELECT pg_notify(%s, 'the last')", [SETTINGS_CHANNEL])
        heard = [each.payload for each in listening.notifies(timeout=10, stop_after=2)]
    assert heard == [f"{cedar.tenant_id}:{hamra}", "the last"]
    assert len(kind.history(cedar.tenant_id, hamra)) == 1


@EACH
def test_who_saves_reads_it_at_once_and_who_missed_it_finds_out(
    cedar: House, hamra: uuid.UUID, add: Callable[..., int], kind: Kind[Any]
) -> None:
    def shown() -> tuple[int, ...]:
        read: tuple[Callable[..., Any], ...] = (
            cache.of_restaurant,
            operations.of_restaurant,
            brand.of_restaurant,
            lambda *of: pace.of_restaurant(*of).hours,
        )
        return tuple(of_restaurant(cedar.tenant_id, hamra).version for of_restaurant in read)

    place = {id(OPERATIONS): 1, id(BRAND): 2, id(HOURS): 3}.get(id(kind), 0)
    saved_once = tuple(int(each == place) for each in range(4))
    assert shown() == (0, 0, 0, 0)
    assert saved_lately(cedar.tenant_id, dt.timedelta(hours=1)) == []
    add(kind, 1)
    assert shown() == saved_once
    assert saved_lately(cedar.tenant_id, dt.timedelta(hours=1)) == [hamra]
    assert saved_lately(cedar.tenant_id, dt.timedelta(0)) == []


def test_nobody_saves_for_a_restaurant_that_is_not_theirs(
    app: Flask, cedar: House, rival: House, hamra: uuid.UUID
) -> None:
    with tenant_context(app, rival.tenant_id):
        for by in (rival.maya.principal, cedar.maya.principal):
            with pytest.raises(LookupError), saving(hamra, by):
                pytest.fail("it was let in")


def test_every_table_of_versions_has_its_kind() -> None:
    assert {kind.table for kind in (*KINDS.values(), PACE)} == set(versioned.Version.__subclasses__())
