"""A town of restaurants: companies, sign-ins, keys, open orders, put into a database at once."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field

import psycopg
from flask.sessions import SecureCookieSessionInterface

from house import ITEMS, plain_url
from ordertrack.database import schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings

EPOCH = 1700000000
# A staff member's screens: two of the kitchen in two languages, one of dispatch.
SCREENS = (("kitchen", "en"), ("kitchen", "ar"), ("dispatch", "en"))

# With the triggers off, which allow one log entry at a time, but consistent.
_FOUND = """
    SET LOCAL session_replication_role = replica;
    CREATE TEMP TABLE companies AS
        SELECT n, gen_random_uuid() AS id FROM generate_series(1, {companies}) AS n;
    CREATE TEMP TABLE places AS SELECT n, companies.id AS tenant_id, gen_random_uuid() AS id, m
        FROM generate_series(1, {restaurants}) AS m JOIN companies ON n = (m - 1) / {per_tenant} + 1;
    INSERT INTO tenants (id, slug, name) SELECT id, 'company-' || n, 'Company ' || n FROM companies;
    INSERT INTO tenant_streams (tenant_id, epoch, seq) SELECT id, {epoch}, 0 FROM companies;
    INSERT INTO sla_progress (tenant_id, seq) SELECT id, 0 FROM companies;
    INSERT INTO restaurants (tenant_id, id, slug, name, timezone)
        SELECT tenant_id, id, 'place-' || m, 'Place ' || m, 'Asia/Beirut' FROM places;
    INSERT INTO staff_members (tenant_id, id, email, name, role, password_hash)
        SELECT id, gen_random_uuid(), role || n || '@bench.example', 'Nour', role, 'none'
          FROM companies, unnest(ARRAY['kitchen', 'dispatch']) AS role;
    INSERT INTO api_keys (tenant_id, id, name, key_hash)
        SELECT id, gen_random_uuid(), 'Till', encode(sha256(('ot_bench' || n)::bytea), 'hex') FROM companies;
    CREATE TEMP TABLE sign_ins AS
        SELECT m, screen, places.tenant_id, gen_random_uuid() AS id, staff_members.id AS staff_id
          FROM places CROSS JOIN unnest(%(boards)s::text[]) WITH ORDINALITY AS screens (board, screen)
          JOIN staff_members ON staff_members.tenant_id = places.tenant_id AND role = board;
    INSERT INTO staff_sessions (tenant_id, id, staff_id) SELECT tenant_id, id, staff_id FROM sign_ins
"""
# So many more orders in each restaurant, pending for ten minutes.
_STOCK = """
    SET LOCAL session_replication_role = replica;
    CREATE TEMP TABLE placed ON COMMIT DROP AS
        SELECT places.tenant_id, places.id AS restaurant_id, gen_random_uuid() AS id,
            last_number + k AS number,
            seq + row_number() OVER (PARTITION BY places.tenant_id ORDER BY m, k) AS seq,
            clock_timestamp() - interval '10 minutes' AS at,
            ((clock_timestamp() AT TIME ZONE timezone) - business_day_start)::date AS day
          FROM places JOIN restaurants USING (tenant_id, id)
          JOIN tenant_streams USING (tenant_id), generate_series(1, %(orders)s) AS k;
    INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version, status_since,
            fulfilment, placed_at, customer)
        SELECT tenant_id, id, restaurant_id, day, number, 'pending', 1, at, 'delivery', at, '{"name": "Rana"}'
          FROM placed;
    INSERT INTO order_items (tenant_id, order_id, position, name, quantity, notes, modifiers)
        SELECT tenant_id, id, position, item ->> 'name', (item ->> 'quantity')::integer, item ->> 'notes',
            item -> 'modifiers'
          FROM placed, jsonb_array_elements(%(items)s) WITH ORDINALITY AS line (item, position);
    INSERT INTO tracking_links (tenant_id, order_id, token)
        SELECT tenant_id, id, left(translate(id::text, '-', ''), 22) FROM placed;
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, to_status, changed_by,
            actor, occurred_at)
        SELECT tenant_id, seq, id, restaurant_id, 1, 'pending', 'Till', 'key:bench', at FROM placed;
    UPDATE restaurants SET numbered_on = day, last_number = last_number + %(orders)s
        FROM placed WHERE restaurants.tenant_id = placed.tenant_id AND restaurants.id = placed.restaurant_id;
    UPDATE tenant_streams SET seq = greatest(tenant_streams.seq, placed.seq) FROM
        (SELECT tenant_id, max(seq) AS seq FROM placed GROUP BY tenant_id) AS placed
     WHERE tenant_streams.tenant_id = placed.tenant_id;
    UPDATE sla_progress SET seq = tenant_streams.seq FROM tenant_streams
     WHERE tenant_streams.tenant_id = sla_progress.tenant_id
"""
_OPEN = """
    SELECT places.m, orders.id FROM places JOIN orders
        ON orders.tenant_id = places.tenant_id AND orders.restaurant_id = places.id
     WHERE orders.status = 'pending' ORDER BY places.m, orders.number
"""


@dataclass
class Life:
    """An order as the bench plays it: how many steps it has taken, and which request made the last one."""

    order: uuid.UUID
    step: int = 0
    at: float = float("-inf")
    request: int = -1


@dataclass
class Place:
    """A restaurant: its company's number, the cookies of its screens, its open orders, oldest first."""

    number: int
    id: uuid.UUID
    company: int
    tenant: uuid.UUID
    cookies: list[str]
    lives: list[Life] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return f"place-{self.number}"


class Town:
    """`restaurants` places, `per_tenant` of them to a company, in the database of these settings."""

    def __init__(self, settings: Settings, restaurants: int, per_tenant: int) -> None:
        self.settings, self.per_tenant = settings, per_tenant
        schema.upgrade(settings)
        self.sql = psycopg.connect(plain_url(settings.operator_url), autocommit=True)
        companies = -(-restaurants // per_tenant)
        statements = _FOUND.format(
            companies=companies, restaurants=restaurants, per_tenant=per_tenant, epoch=EPOCH
        )
        self._run(statements, boards=[board for board, _ in SCREENS])
        self.places = self._places()

    def close(self) -> None:
        self.sql.close()

    def stock(self, least: int) -> None:
        """Have every restaurant hold at least so many orders that nobody has begun, while nobody watches."""
        self.find_open()
        fewest = min(len(place.lives) for place in self.places)
        if fewest < least:
            self._run(_STOCK, orders=least - fewest, items=json.dumps(ITEMS))
            self.sql.execute("ANALYZE")
            self.sql.execute("CHECKPOINT")
            self.find_open()

    def find_open(self) -> None:
        """Know anew which orders stand open and untouched: those that were placed, too."""
        lives: dict[int, list[Life]] = {place.number: [] for place in self.places}
        for number, order in self.sql.execute(_OPEN):
            lives[number].append(Life(order))
        for place in self.places:
            place.lives = lives[place.number]

    def heads(self) -> dict[uuid.UUID, int]:
        return dict(self.sql.execute("SELECT tenant_id, seq FROM tenant_streams").fetchall())

    def tokens(self, orders: list[uuid.UUID]) -> dict[uuid.UUID, str]:
        query = "SELECT order_id, token FROM tracking_links WHERE order_id = ANY (%s)"
        return dict(self.sql.execute(query, [orders]).fetchall())

    def _run(self, statements: str, **values: object) -> None:
        with self.sql.transaction():
            for statement in statements.split(";\n"):
                used = {name: value for name, value in values.items() if f"%({name})s" in statement}
                self.sql.execute(statement, used or None)

    def _places(self) -> list[Place]:
        app = make_bare_app(self.settings, as_operator=True)
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer is not None
        places = {
            m: Place(m, restaurant, n, tenant, [])
            for m, restaurant, n, tenant in self.sql.execute(
                "SELECT m, id, n, tenant_id FROM places ORDER BY m"
            )
        }
        for m, tenant, session in self.sql.execute(
            "SELECT m, tenant_id, id FROM sign_ins ORDER BY m, screen"
        ):
            said = {"_fresh": True, "_permanent": True, "_user_id": f"{tenant}:{session}"}
            places[m].cookies.append(f"Cookie: session={serializer.dumps(said)}")
        return list(places.values())
