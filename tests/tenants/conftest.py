"""For the tenants' tests: a tablet, and the schema owner's connection, which commits each statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from ordertrack.database.config import Settings
from support.cast import House, Person
from support.database import connect
from support.tablet import Tablet, set_up


@pytest.fixture
def kitchen(cedar: House, sign_in: Callable[[Person], FlaskClient]) -> Tablet:
    """A tablet of the kitchen of Hamra."""
    return set_up(sign_in, cedar)


@pytest.fixture
def operator(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    with connect(settings.operator_url, autocommit=True) as connection:
        yield connection
