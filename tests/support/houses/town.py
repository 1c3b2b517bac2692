"""Three thousand tenants in a database of their own: what holds for one house must hold among many."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg
from flask import Flask
from psycopg import sql

from ordertrack import create_app
from ordertrack.database import schema
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from support.database import connect
from support.quiet_database import pattern_of

TENANTS = 3000
ORDERS = 20_000  # of the first tenant, all but a few of its busy restaurant
QUIET_ORDERS = 10  # of its quiet one, and older
GUESTS = 5000  # who ordered there

# With the triggers off, which allow one log entry at a time, but consistent: each order has its first event.
_SEED = """
    SET LOCAL session_replication_role = replica;
    CREATE TEMP TABLE town ON COMMIT DROP AS
        SELECT n, gen_random_uuid() AS id FROM generate_series(1, {tenants}) AS n;
    INSERT INTO tenants (id, slug, name) SELECT id, 'tenant-' || n, 'Tenant ' || n FROM town;
    INSERT INTO restaurants (tenant_id, id, slug, name, timezone)
        SELECT id, gen_random_uuid(), slug, slug, 'Asia/Beirut'
          FROM town, unnest(ARRAY['busy', 'quiet']) AS slug;
    INSERT INTO tenant_streams (tenant_id, epoch, seq)
        SELECT id, 1700000000, CASE n WHEN 1 THEN {orders} ELSE 0 END FROM town;
    CREATE TEMP TABLE placed ON COMMIT DROP AS
        SELECT town.id AS tenant_id, restaurants.id AS restaurant_id, gen_random_uuid() AS id, seq,
            timestamptz '2026-01-01 12:00+00' + seq * interval '1 minute' AS at
          FROM generate_series(1, {orders}) AS seq, town, restaurants
         WHERE town.n = 1 AND restaurants.tenant_id = town.id
           AND slug = CASE WHEN seq <= {quiet} THEN 'quiet' ELSE 'busy' END;
    INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version, status_since,
            fulfilment, placed_at, customer)
        SELECT tenant_id, id, restaurant_id, at::date, seq, 'pending', 1, at, 'pickup', at,
            jsonb_build_object('phone', '+961 3 ' || 100000 + seq % {guests}) FROM placed;
    INSERT INTO order_items (tenant_id, order_id, position, name, quantity, modifiers)
        SELECT tenant_id, id, 1, 'Tea', 1, '[]' FROM placed;
    INSERT INTO tracking_links (tenant_id, order_id, token) SELECT tenant_id, id, id::text FROM placed;
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, to_status, changed_by,
            actor, occurred_at)
        SELECT tenant_id, seq, id, restaurant_id, 1, 'pending', 'Till', 'key:till', at FROM placed
"""


@dataclass(frozen=True)
class Town:
    """`first` is the tenant that has orders; `restaurants` has a restaurant of each tenant."""

    settings: Settings
    app: Flask
    first: uuid.UUID
    restaurants: dict[uuid.UUID, uuid.UUID]

    @property
    def tenants(self) -> list[uuid.UUID]:
        return list(self.restaurants)

    def plan(self, query: str, **settings: str) -> str:
        """How the application's role would run a query, inside these settings of `ordertrack`."""
        with connect(self.settings.app_url) as confined:
            for name, value in settings.items():
                confined.execute("SELECT set_config('ordertrack.' || %s, %s, true)", [name, value])
            return "\n".join(line for (line,) in confined.execute(f"EXPLAIN (VERBOSE, COSTS OFF) {query}"))


@contextmanager
def open_town(settings: Settings) -> Iterator[Town]:
    """A town on the suite's server, which is torn down in the end."""
    name = f"ordertrack_town_{secrets.token_hex(4)}"
    url = settings.operator_url.set(database=name)
    own = replace(settings, database_url=url.render_as_string(hide_password=False))
    with connect(settings.operator_url, autocommit=True) as operator:
        pattern = sql.Identifier(pattern_of(settings))
        operator.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), pattern))
        try:
            schema.upgrade(own)
            with connect(url, autocommit=True) as owner:
                town = _fill(own, owner)
            yield town
            with town.app.app_context():
                db.engine.dispose()
        finally:
            operator.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            operator.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(own.app_role)))


def _fill(settings: Settings, owner: psycopg.Connection) -> Town:
    with owner.transaction():
        owner.execute(_SEED.format(tenants=TENANTS, orders=ORDERS, quiet=QUIET_ORDERS, guests=GUESTS))
    owner.execute("ANALYZE")
    (first,) = owner.execute("SELECT id FROM tenants WHERE slug = 'tenant-1'").fetchone() or ()
    restaurants = dict(owner.execute("SELECT tenant_id, id FROM restaurants WHERE slug = 'busy'").fetchall())
    return Town(settings, create_app(settings), first, restaurants)
