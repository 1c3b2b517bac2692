"""What else reports tell: by station, dish, rider, channel and person, and what went otherwise."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg.types.json import Jsonb

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import cache
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.breakdown.tables import TABLES
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.rollup import extend
from support.cast import House
from support.database import connect
from support.houses.rollup_rows import Told, put
from support.quiet_database import quiet_fixtures

P, C, K, R, D, E = [status for status in OrderStatus if status != OrderStatus.CANCELLED]
X = OrderStatus.CANCELLED
NOON = dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC)
# Of each order: its way with minutes, whose hand ended it, its rider, channel, stations of its lines.
ORDERS = (
    ([(P, 0), (C, 1), (K, 3), (R, 13), (D, 20), (E, 40)], "staff:{nour}", "Ziad", "phone", ["Grill", "Bar"]),
    (
        [(P, 5), (C, 6), (K, 9), (R, 29), (K, 30), (R, 36), (D, 40), (E, 60)],
        "staff:{nour}",
        "Ziad",
        None,
        ["Grill"],
    ),
    (
        [(P, 60), (C, 62), (K, 64), (R, 104), (D, 110), (R, 115), (D, 120), (E, 150)],
        "key:till",
        None,
        "web",
        ["Bar"],
    ),
    ([(P, 200), (C, 201), (K, 203), (X, 210)], "staff:{nour}", None, "web", ["Grill"]),
)


# A database in which no server keeps the roll-up up while a test looks at it.
settings, app, operator_app, make_house = quiet_fixtures("module")


@pytest.fixture
def told(app: Flask, settings: Settings, make_house: Callable[..., House]) -> Iterator[House]:
    """Cedar, entered, after four orders of Hamra."""
    house, log = make_house("Cedar", ("hamra", "marina")), []
    for number, (way, hand, *_) in enumerate(ORDERS):
        actor = hand.format(nour=house.nour.principal.staff_id)
        for place, (status, minute) in enumerate(way):
            said = {"reason": "No gas"} if status == X or (place and way[place - 1][0] in (R, D)) else {}
            at = NOON + dt.timedelta(minutes=minute)
            log.append(Told(number, "hamra", Fulfilment.DELIVERY, status, at, actor, said))
    log.sort(key=lambda each: each.at)
    with connect(settings.operator_url, autocommit=True) as operator:
        put(operator, house, log, 0)
        with operator.transaction():
            operator.execute("SET LOCAL session_replication_role = replica")
            _say_more(operator, house, len(log) + 1)
    with tenant_context(app, house.tenant_id):
        extend.rebuild(house.tenant_id)
        yield house


def _say_more(operator: psycopg.Connection[Any], house: House, seq: int) -> None:
    """Riders, channels and lines; and the first order is changed: a line more, and another note."""
    tenant = house.tenant_id
    for number, (*_, rider, channel, stations) in enumerate(ORDERS):
        order = uuid.uuid5(tenant, str(number))
        operator.execute(
            "UPDATE orders SET rider = %s, channel = %s WHERE tenant_id = %s AND id = %s",
            [rider, channel, tenant, order],
        )
        for position, station in enumerate(stations, start=1):
            operator.execute(
                "INSERT INTO order_items (tenant_id, order_id, position, name, quantity, station)"
                " VALUES (%s, %s, %s, %s, 1, %s)",
                [tenant, order, position, f"Dish of {station}", station],
            )
    changes = {"revision": 2, "added": [3], "voided": [], "fields": ["note"]}
    operator.execute(
        "INSERT INTO order_actions (tenant_id, seq, order_id, restaurant_id, act, status, changed_by, actor,"
        " occurred_at, changes) SELECT tenant_id, %s, id, restaurant_id, 'change', 'preparing', 'Nour',"
        " 'key:x', %s, %s FROM orders WHERE tenant_id = %s AND id = %s",
        [seq, NOON, Jsonb(changes), tenant, uuid.uuid5(tenant, "0")],
    )
    operator.execute("UPDATE tenant_streams SET seq = %s WHERE tenant_id = %s", [seq, tenant])


def rows(house: House, name: str, day: int = 5, stage: Stage = Stage.KITCHEN) -> list[tuple[Any, ...]]:
    on = dt.date(2026, 10, day)
    restaurants = tuple(cache.of_tenant(house.tenant_id))
    return [
        row.cells for row in TABLES[name](Selection(house.tenant_id, on, on, restaurants, stage=stage)).rows
    ]


def test_times_by_what_is_true_of_each_order_and_what_went_otherwise(told: House) -> None:
    # Kitchen: from confirmed to the last ready; 12, 30 and 42 minutes, and one that was cancelled in it.
    assert [row[:4] for row in rows(told, "stations")] == [
        ("Bar", 2, 1620.0, 720.0),
        ("Grill", 2, 1260.0, 720.0),
    ]
    assert [row[0] for row in rows(told, "dishes")] == ["Dish of Bar", "Dish of Grill"]
    on_the_road = [row[:3] for row in rows(told, "riders", stage=Stage.ROAD)]
    assert on_the_road == [("Ziad", 2, 1200.0), ("No rider", 1, 2400.0)]
    channels = sorted(row[:2] for row in rows(told, "channels"))
    assert channels == [("No channel was said", 1), ("phone", 1), ("web", 1)]
    people = [row[:2] for row in rows(told, "people")]
    assert people == [("Somebody", 2), ("A program, or nobody signed on", 1)]
    assert rows(told, "cancelled") == [("while cooking", "No gas", 1)]
    assert rows(told, "cancelled_by_restaurant") == [("Hamra", 1, 4, 0.25)]
    assert rows(told, "cancelled_by_hour") == [(15, 1, 1, 1.0)]
    assert sorted(rows(told, "returned")) == [("Came back", "No gas", 1, 1), ("Recalled", "No gas", 1, 1)]
    assert rows(told, "changed") == [("Preparing", 1, 1, 1, 0, 1)]
    assert all(rows(told, name, day=6) == [] for name in TABLES)
