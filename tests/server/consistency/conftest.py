"""A database whose contradictions nobody else meets, and the claims of `db check` that do not hold in it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import transitions
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.server import consistency
from server.consistency.claims import Broken, Operator
from support.cast import House
from support.database import connect
from support.quiet_database import quiet_fixtures

settings, app, operator_app, make_house = quiet_fixtures("package")


@pytest.fixture
def operator(settings: Settings) -> Iterator[Operator]:
    with connect(settings.operator_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def broken(settings: Settings) -> Broken:
    """The claims that do not hold now."""
    return lambda: {finding.claim for finding in consistency.check(settings) if not finding.holds}


@pytest.fixture
def order_id(app: Flask, cedar: House, place: Callable[..., uuid.UUID]) -> uuid.UUID:
    """The second of three orders, ready by now: a log of six events."""
    place(cedar)
    order = place(cedar)
    place(cedar)
    for step in (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY):
        with tenant_context(app, cedar.tenant_id):
            transitions.advance(order, step, by=cedar.program)
    return order
