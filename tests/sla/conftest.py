"""For the settings page: a manager who has signed in, and what the database holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

import pytest
from cast import House, Person
from flask import Flask
from flask.testing import FlaskClient
from settings_forms import rows_of, settings_of

from ordertrack.sla.settings_rows import RestaurantSettings


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
def saved(app: Flask, cedar: House) -> Callable[[], int]:
    """How many rows of settings the tenant has."""
    return partial(rows_of, app, cedar)
