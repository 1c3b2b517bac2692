"""A house with years behind it: millions of events made inside the database, past its triggers but sound.

Each order has its moments drawn first, in a table of its own; orders and log are then written from it at
once, the log in the order of its times. What nobody measures here is not made: dishes and tracking links.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from house import plain_url
from ordertrack.database import schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.demo.house.past_weeks import MINUTES
from ordertrack.demo.simulation.service_day import BUSY
from ordertrack.restaurants.save import save_target
from ordertrack.restaurants.targets import Target
from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.staff import staff_accounts
from reports.big_house_statements import DRAW, EVENTS, HEADS, INDEXES, KEYS, LOGNORMAL, ORDERS, SPEEDS

RESTAURANTS, MANY_RESTAURANTS, DAYS = 50, 200, 400
SLUG = "big"
EMAIL, PASSWORD = "maya@big.example", "cedar-and-salt"
EVENTS_AN_ORDER = 5.38
_ZONES = ("Asia/Beirut", "Asia/Beirut", "Asia/Beirut", "Asia/Dubai", "Africa/Cairo")
_BYTES_AN_EVENT = 1100  # at the height of loading
_MAKING = dt.timedelta(days=DAYS + 100)

Say = Callable[[str], None]


def fill(settings: Settings, events: int, restaurants: int, say: Say) -> float:
    """Make a house with about so many events in an empty database; how many seconds it took."""
    began = time.monotonic()
    schema.upgrade(settings)
    tenant = _open(settings, restaurants)
    with psycopg.connect(plain_url(settings.operator_url), autocommit=True) as connection:
        connection.execute(SPEEDS)
        connection.execute(LOGNORMAL)
        connection.execute("SELECT setseed(0.5)")
        values = _values(tenant, events, restaurants)
        _do(connection, say, "times drawn", DRAW, values)
        connection.execute("DELETE FROM drawn WHERE coalesce(completed, cancelled) > now()")
        with without_indexes(connection, "order_status_events", "orders", say=say):
            _do(connection, say, "orders written", ORDERS, values)
            _do(connection, say, "events written", EVENTS, values)
        for statement in HEADS.split(";\n")[:-1]:
            connection.execute(statement, values)
        connection.execute("DROP TABLE drawn")
        _do(connection, say, "tables vacuumed and analysed", "VACUUM (ANALYZE)", None)
    return time.monotonic() - began


def room_needed(events: int) -> int:
    """Bytes that the disk must have for loading so many."""
    return events * _BYTES_AN_EVENT


def count(settings: Settings) -> int:
    """How many events the house holds; 0 if it was never filled to its end."""
    with psycopg.connect(plain_url(settings.operator_url)) as connection:
        if connection.execute("SELECT to_regclass('tenant_streams')").fetchone() == (None,):
            return 0
        row = connection.execute("SELECT coalesce(max(seq), 0) FROM tenant_streams").fetchone()
        assert row is not None
        return int(row[0])


def slug_of(number: int) -> str:
    """Of a house's restaurant."""
    return f"big-{number:02}"


def _open(settings: Settings, restaurants: int) -> Any:
    """The tenant with its restaurants, their targets, and a manager; its id."""
    now = dt.datetime.now(dt.UTC)
    app = make_bare_app(settings, as_operator=True)
    with app.app_context():
        tenant = accounts.create_tenant("Big", SLUG)
        staff_accounts.create_staff_member(tenant, EMAIL, "Maya", Role.MANAGER, PASSWORD)
        by = Principal(tenant.id, "program:bench", "Bench")
        for number in range(restaurants):
            zone = _ZONES[number % len(_ZONES)]
            restaurant = accounts.create_restaurant(tenant, f"Big {number:02}", slug_of(number), zone)
            for (stage, fulfilment), minutes in MINUTES.items():
                target = Target(stage, fulfilment, (now - _MAKING).date(), minutes * 60)
                save_target(restaurant.id, target, by=by, now=now)
        db.session.remove()
        db.engine.dispose()
    return tenant.id


def _values(tenant: Any, events: int, restaurants: int) -> dict[str, Any]:
    total, running, bounds = sum(BUSY.values()), 0.0, []
    for busy in BUSY.values():
        bounds.append(running / total)
        running += busy
    return {
        "tenant": tenant,
        "a_day": events / EVENTS_AN_ORDER / restaurants / DAYS,
        "days": DAYS,
        "last": dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1),
        "hours": list(BUSY),
        "shares": bounds,
    }


def _do(
    connection: psycopg.Connection, say: Say, what: str, statement: str, values: dict[str, Any] | None
) -> None:
    began = time.monotonic()
    connection.execute(statement, values)
    say(f"{what} in {time.monotonic() - began:.1f} s")


@contextmanager
def without_indexes(connection: psycopg.Connection, *tables: str, say: Say) -> Iterator[None]:
    """Drop the tables' indexes and keys, and make them again at the end, as they were.

    Keys of other tables that refer to a dropped one go with it and come back with it.
    """
    names = list(tables)
    keys = connection.execute(KEYS, [names, names]).fetchall()
    indexes = connection.execute(INDEXES, [names]).fetchall()
    for table, name, _ in keys:
        connection.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(name))
        )
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    began = time.monotonic()
    for _, definition in indexes:
        connection.execute(definition)
    for table, name, definition in reversed(keys):
        connection.execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                sql.Identifier(table), sql.Identifier(name), sql.SQL(definition)
            )
        )
    say(f"indexes and keys made in {time.monotonic() - began:.1f} s")
