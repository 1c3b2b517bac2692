"""Hamra's settings before anything is saved, inside its tenant, and its manager who saves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.restaurants import cache as kept
from ordertrack.restaurants import save as saving
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import Rules
from ordertrack.restaurants.targets import Target
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from restaurants.saving.saved_rows import NOON, TODAY
from support.cast import House


@pytest.fixture
def inside(app: Flask, cedar: House) -> Iterator[None]:
    with tenant_context(app, cedar.tenant_id):
        yield


@pytest.fixture
def hamra(inside: None, cedar: House) -> RestaurantSettings:
    return next(restaurant for restaurant in kept.of_tenant(cedar.tenant_id) if restaurant.slug == "hamra")


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
