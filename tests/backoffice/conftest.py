"""For the page of targets and shifts: what the database holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask

from backoffice.targets_forms import rows_of, settings_of
from ordertrack.restaurants.cache import RestaurantSettings
from support.cast import House


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
