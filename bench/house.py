"""A house to measure on: a database of its own with a tenant, sign-ins, and as many orders as are wanted."""

from __future__ import annotations

import http.client
import itertools
import json
import time
import urllib.parse
import uuid
from collections.abc import Sequence
from http.cookies import SimpleCookie
from typing import Any

import psycopg
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import URL

from ordertrack.database import schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.channels import EVENTS_CHANNEL
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.live.cursor import Cursor
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants import accounts
from ordertrack.tenants.keys import api_keys
from ordertrack.tenants.sessions import access
from ordertrack.tenants.staff import staff_accounts

RESTAURANT = "bench"
TRACKING = "/track/guest-----------%d/stream"  # the nth order of a new house, counted from 0
KITCHEN_PATH = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
_EMAIL, _PASSWORD = "nour@bench.example", "cedar-and-salt"
# What makes a card's frame about 1.5 KB.
ITEMS = [
    {"name": "Kebab halabi", "quantity": 2, "notes": "no onion", "modifiers": ["extra garlic"]},
    {"name": "Fattoush", "quantity": 1, "notes": None, "modifiers": []},
    {"name": "Hummus", "quantity": 1, "notes": None, "modifiers": []},
]

Move = tuple[uuid.UUID, OrderStatus, OrderStatus]

# Orders and their first events at once, past the triggers that let an event stream go on one by one.
_PLACE = """
    WITH stream AS (
        UPDATE tenant_streams SET seq = seq + %(n)s WHERE tenant_id = %(tenant)s
        RETURNING seq - %(n)s AS before
    ), made AS MATERIALIZED (
        SELECT before + n AS seq, gen_random_uuid() AS id, restaurants.id AS restaurant_id,
            clock_timestamp() AS at, (clock_timestamp() AT TIME ZONE timezone)::date AS day
          FROM stream, restaurants, generate_series(1, %(n)s) AS n WHERE restaurants.tenant_id = %(tenant)s
    ), placed AS (
        INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,
            status_since, fulfilment, placed_at, customer)
        SELECT %(tenant)s, id, restaurant_id, day, seq, 'pending', 1, at, 'delivery', at, '{"name": "Rana"}'
          FROM made
    ), lines AS (
        INSERT INTO order_items (tenant_id, order_id, position, name, quantity, notes, modifiers)
        SELECT %(tenant)s, id, position, item ->> 'name', (item ->> 'quantity')::integer, item ->> 'notes',
            item -> 'modifiers'
          FROM made, jsonb_array_elements(%(items)s) WITH ORDINALITY AS line (item, position)
    ), links AS (
        INSERT INTO tracking_links (tenant_id, order_id, token)
        SELECT %(tenant)s, id, 'guest-----------' || lpad((seq - 1)::text, 6, '0') FROM made
    ), events AS (
        INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, to_status,
            changed_by, actor, occurred_at)
        SELECT %(tenant)s, seq, id, restaurant_id, 1, 'pending', 'Till', 'key:bench', at FROM made
    )
    SELECT id FROM made ORDER BY seq
"""
# One legal move with its event and wake-up, in the order of locks that the schema's triggers ask for.
_MOVE = f"""
    CREATE FUNCTION pg_temp.move(tenant uuid, moved uuid, target text) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE old orders; place bigint; at timestamptz;
    BEGIN
        SELECT * INTO STRICT old FROM orders WHERE tenant_id = tenant AND id = moved FOR NO KEY UPDATE;
        UPDATE tenant_streams SET seq = seq + 1 WHERE tenant_id = tenant
            RETURNING seq, clock_timestamp() INTO place, at;
        UPDATE orders SET status = target, version = version + 1, status_since = at
            WHERE tenant_id = tenant AND id = moved;
        INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status,
            to_status, changed_by, actor, occurred_at, in_status_for)
        VALUES (tenant, place, moved, old.restaurant_id, old.version + 1, old.status, target, 'Nour',
            'key:bench', at, at - old.status_since);
        PERFORM pg_notify('{EVENTS_CHANNEL}', tenant || ':' || place);
        RETURN place;
    END $$
"""


class House:
    """`settings` is what a server of this house runs with."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        schema.upgrade(settings)
        self._operator_app = make_bare_app(settings, as_operator=True)
        with self._operator_app.app_context():
            tenant = accounts.create_tenant("Bench", "bench")
            self.restaurant_id = accounts.create_restaurant(tenant, "Bench", RESTAURANT, "Asia/Beirut").id
            self._member = staff_accounts.create_staff_member(tenant, _EMAIL, "Nour", Role.KITCHEN, _PASSWORD)
            self.key = api_keys.create_key(tenant, "Bench")[1]
            self.tenant_id = tenant.id
        self._sql = psycopg.connect(plain_url(settings.operator_url), autocommit=True)
        self._sql.execute(_MOVE)

    def close(self) -> None:
        self._sql.close()
        with self._operator_app.app_context():
            db.engine.dispose()

    def head(self) -> Cursor:
        """Where the house's event stream stands."""
        query = "SELECT epoch, seq FROM tenant_streams WHERE tenant_id = %s"
        row = self._sql.execute(query, [self.tenant_id]).fetchone()
        assert row is not None
        return Cursor(*row)

    def place(self, orders: int) -> list[uuid.UUID]:
        """So many pending orders, without a word to anybody."""
        values = {"tenant": self.tenant_id, "n": orders, "items": json.dumps(ITEMS)}
        with self._sql.transaction():
            self._sql.execute("SET LOCAL session_replication_role = replica")
            placed = [row[0] for row in self._sql.execute(_PLACE, values)]
        self._sql.execute("ANALYZE")
        return placed

    def commit(self, moves: Sequence[Move]) -> int:
        """Make these moves in one transaction; when its COMMIT was sent, in nanoseconds."""
        query = "SELECT pg_temp.move(%s, moved, %s) FROM unnest(%s::uuid[]) AS moved"
        with self._sql.transaction():
            for to, together in itertools.groupby(moves, key=lambda move: move[2]):
                self._sql.execute(query, [self.tenant_id, str(to), [move[0] for move in together]])
            began_to_commit = time.monotonic_ns()
        # Given back only when the block has committed.
        return began_to_commit  # noqa: RET504

    def sign_ins(self, port: int, sessions: int) -> list[str]:
        """A header line for each of so many sign-ins: one is made at the page, the others after it."""
        caller = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        body = urllib.parse.urlencode({"email": _EMAIL, "password": _PASSWORD})
        caller.request("POST", "/login", body, {"Content-Type": "application/x-www-form-urlencoded"})
        cookie = SimpleCookie(caller.getresponse().headers["Set-Cookie"])["session"].value
        caller.close()
        serializer = SecureCookieSessionInterface().get_signing_serializer(self._operator_app)
        assert serializer is not None
        content = json.dumps(serializer.loads(cookie))
        first = json.loads(content)["_user_id"].rpartition(":")[2]
        with self._operator_app.app_context():
            begun = [str(access.begin_session(self._member).id) for _ in range(sessions)]
        contents = [json.loads(content.replace(first, session)) for session in begun]
        return [f"Cookie: session={serializer.dumps(values)}" for values in contents]


def kitchen_moves(orders: Sequence[uuid.UUID]) -> list[Move]:
    """Every order through the kitchen: all are confirmed, then all prepared, then all ready."""
    return [(order, seen, to) for seen, to in itertools.pairwise(KITCHEN_PATH) for order in orders]


def plain_url(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def transition(move: Move, header: str) -> bytes:
    """A tap as the board sends it."""
    order, seen, to = move
    body = f"to={to}&seen={seen}&board=kitchen&despite_open_lines=1"
    kind = "application/x-www-form-urlencoded"
    return request(f"/orders/{order}/transitions", header, kind, body.encode())


def api_transition(move: Move, header: str) -> bytes:
    order, seen, to = move
    body = json.dumps({"to": to, "seen": seen})
    return request(f"/api/v1/orders/{order}/transitions", header, "application/json", body.encode())


def request(path: str, header: str, kind: str, body: bytes) -> bytes:
    head = [f"POST {path} HTTP/1.1", "Host: localhost", header, f"Content-Type: {kind}"]
    lines = [*filter(None, head), f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def metric(text: str, name: str) -> float:
    """One counter of a page of metrics, 0 where it was not counted yet."""
    found: dict[str, Any] = dict(line.rpartition(" ")[::2] for line in text.splitlines() if line[:1] != "#")
    return float(found.get(name, 0))
