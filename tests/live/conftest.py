"""For the live path's tests: a hub over the real log, and watchers whose connections record."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub
from ordertrack.orders.log import event_log
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House
from support.database import connect
from support.recording import Interrupted, Orders, Recorder


@pytest.fixture
def log(app: Flask) -> Interrupted:
    return Interrupted(app)


@pytest.fixture
def orders() -> Orders:
    return Orders()


@pytest.fixture
def program_orders() -> Orders:
    """A channel whose watchers want every message, however far behind they are."""
    return Orders("program", replays=True)


@pytest.fixture
def hub(log: Interrupted, orders: Orders, program_orders: Orders) -> Hub:
    return Hub(log, [orders, program_orders])


@pytest.fixture
def watch(hub: Hub, orders: Orders) -> Callable[..., Recorder]:
    """Attach a recorder: `watch(house, after=cursor, channel=..., by=...)`."""

    def attach(
        house: House,
        after: Cursor | None = None,
        *,
        channel: Orders | None = None,
        restaurant: str = "hamra",
        by: Any = None,
        recorder: Recorder | None = None,
    ) -> Recorder:
        recorder = recorder or Recorder()
        topic = (channel or orders).topic(house, restaurant)
        hub.attach(by or house.maya.principal, topic, after, lambda: recorder)
        return recorder

    return attach


@pytest.fixture
def head(app: Flask) -> Callable[[House], Cursor]:
    def read(house: House) -> Cursor:
        with tenant_context(app, house.tenant_id):
            return event_log.head(house.tenant_id)

    return read


@pytest.fixture
def happen(app: Flask, hub: Hub) -> Callable[..., list[uuid.UUID]]:
    """Let so many events happen in a house; the hub is woken unless told otherwise."""

    def place(house: House, events: int = 1, restaurant: str = "hamra", wake: bool = True) -> list[uuid.UUID]:
        new = NewOrder(restaurant, Fulfilment.PICKUP, (NewItem("Tea", 1),))
        placed = []
        for _ in range(events):
            with tenant_context(app, house.tenant_id):
                placed.append(intake.place(new, by=house.program)[0])
        if wake:
            hub.wake(house.tenant_id)
        return placed

    return place


@pytest.fixture
def confirm(app: Flask) -> Callable[[House, uuid.UUID], None]:
    def move(house: House, order_id: uuid.UUID) -> None:
        with tenant_context(app, house.tenant_id):
            transitions.advance(order_id, OrderStatus.CONFIRMED, by=house.program)

    return move


# A page of history at once, past the application: orders of the first restaurant, each with its first event.
_HISTORY = """
    WITH stream AS (
        UPDATE tenant_streams SET seq = seq + %(n)s WHERE tenant_id = %(tenant)s
        RETURNING seq - %(n)s AS before
    ), old AS (
        SELECT before + n AS seq, gen_random_uuid() AS id, restaurants.id AS restaurant_id,
            clock_timestamp() AS at
          FROM stream, restaurants, generate_series(1, %(n)s) AS n
         WHERE restaurants.tenant_id = %(tenant)s AND restaurants.slug = 'hamra'
    ), placed AS (
        INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,
            status_since, fulfilment, placed_at)
        SELECT %(tenant)s, id, restaurant_id, '2001-01-01', seq, 'pending', 1, at, 'pickup', at FROM old
    ), items AS (
        INSERT INTO order_items (tenant_id, order_id, position, name, quantity)
        SELECT %(tenant)s, id, 1, 'Tea', 1 FROM old
    ), links AS (
        INSERT INTO tracking_links (tenant_id, order_id, token) SELECT %(tenant)s, id, id::text FROM old
    )
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, to_status, changed_by,
        actor, occurred_at)
    SELECT %(tenant)s, seq, id, restaurant_id, 1, 'pending', 'Old', 'program:old', at FROM old
"""
_FORGET = (
    "DELETE FROM order_status_events WHERE tenant_id = %(tenant)s AND seq > %(seq)s",
    *(
        f"DELETE FROM {table} AS gone WHERE tenant_id = %(tenant)s AND NOT EXISTS (SELECT"
        f" FROM order_status_events WHERE tenant_id = gone.tenant_id AND order_id = gone.{order})"
        for table, order in (("tracking_links", "order_id"), ("order_items", "order_id"), ("orders", "id"))
    ),
    "UPDATE tenant_streams SET seq = %(seq)s WHERE tenant_id = %(tenant)s",
)


@pytest.fixture
def write_past(settings: Settings) -> Callable[[House, int], None]:
    """Write so many events at once, without waking anybody."""

    def insert(house: House, events: int) -> None:
        with connect(settings.operator_url) as operator:
            operator.execute("SET session_replication_role = replica")
            operator.execute(_HISTORY, {"tenant": house.tenant_id, "n": events})

    return insert


@pytest.fixture
def begin_epoch(settings: Settings) -> Callable[..., None]:
    """Replace a tenant's history as a restore from a backup would: another epoch, the log cut after `seq`."""

    def restore(house: House, seq: int | None = None) -> None:
        with connect(settings.operator_url) as operator:
            if seq is not None:
                operator.execute("SET session_replication_role = replica")
                for statement in _FORGET:
                    operator.execute(statement, {"tenant": house.tenant_id, "seq": seq})
            operator.execute(
                "UPDATE tenant_streams SET epoch = epoch + 1 WHERE tenant_id = %s", [house.tenant_id]
            )

    return restore
