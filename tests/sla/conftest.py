"""For the settings page: a manager who has signed in, and what the database holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from cast import House, Person
from flask import Flask
from flask.testing import FlaskClient
from settings_forms import rows_of, settings_of
from sqlalchemy import text

from ordertrack.database.config import Settings
from ordertrack.database.session import operator_connection
from ordertrack.restaurants.cache import RestaurantSettings


@pytest.fixture
def undisturbed(cedar: House, settings: Settings) -> Iterator[None]:
    """A running server leaves Cedar's roll-up alone, and with it the marks that saving leaves for it."""
    with operator_connection(settings.operator_url) as connection:
        lock = text("SELECT pg_advisory_lock(hashtextextended('roll-up:' || :tenant, 0))")
        connection.execute(lock, {"tenant": str(cedar.tenant_id)})
        yield


@pytest.fixture
def maya(cedar: House, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    return sign_in(cedar.maya)


@pytest.fixture
def saved_settings(app: Flask, cedar: House) -> Callable[[], RestaurantSettings]:
    """Hamra's settings as they are in the database."""
    return partial(settings_of, app, cedar)


@pytest.fixture
def today(saved_settings: Callable[[], RestaurantSettings]) -> dt.date:
    return saved_settings().calendar.day_of(dt.datetime.now(dt.UTC))


@pytest.fixture
def saved(app: Flask, cedar: House, undisturbed: None) -> Callable[[], int]:
    """How many rows of settings the tenant has."""
    return partial(rows_of, app, cedar)
