"""For the boards' tests: Cedar's program, which moves orders while people look."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask

from boards import hands
from boards.tap_steps import set_undo
from ordertrack.database.session import tenant_context
from ordertrack.orders.changing import changes
from ordertrack.orders.reading import records
from support.cast import House


@pytest.fixture
def move(app: Flask, cedar: House) -> Callable[..., None]:
    """Have Cedar's program move an order: `move(order, OrderStatus.CONFIRMED)`."""
    return partial(hands.move, app, cedar)


@pytest.fixture
def at_once(app: Flask, cedar: House) -> None:
    """No tap is held back for undo in Hamra."""
    set_undo(app, cedar, {})


@pytest.fixture
def change(app: Flask, cedar: House) -> Callable[..., None]:
    """Change an order as a program would: `change(order_id, AddLine(...), ...)`."""

    def changed(order_id: uuid.UUID, *wanted: changes.Change) -> None:
        with tenant_context(app, cedar.tenant_id):
            order = records.find(cedar.tenant_id, order_id)
            assert order is not None
            changes.change(order_id, wanted, by=cedar.program, expected_revision=order.revision)

    return changed
