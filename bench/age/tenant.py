"""A tenant of some age: history at one pace up to now, put into a database at once, and open orders."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import psycopg
from flask import Flask

from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts
from ordertrack.tenants.keys import api_keys
from ordertrack.tenants.staff import staff_accounts

RESTAURANTS = 20
QUIET_ORDERS = 10  # of the quiet restaurant, in all its life: the tenant's first
ENTRIES_AN_ORDER = 9
PASSWORD = "cedar-and-salt"  # nobody's

# With the triggers off, which allow one log entry at a time, but consistent. Times go on at an even pace up
# to an hour ago; the log is in the order of its times, so that the entries of an order lie apart in it.
_LIVED = """
    CREATE TEMP TABLE lived ON COMMIT DROP AS
    WITH places AS (
        SELECT id AS restaurant_id, slug FROM restaurants WHERE tenant_id = %(tenant)s
    ), closed AS (
        SELECT n, CASE WHEN n <= %(quiet)s THEN 'quiet' WHEN n %% 2 = 0 THEN 'busy'
                ELSE 'place-' || lpad((n / 2 %% %(others)s)::text, 2, '0') END AS slug,
            now() - interval '70 minutes' - (%(orders)s - n) * interval '1 day' / %(a_day)s::float8 AS at,
            CASE WHEN n %% 25 = 0 THEN 'cancelled' ELSE 'completed' END AS status
          FROM generate_series(1, %(orders)s) AS n
    ), unfinished AS (
        SELECT %(orders)s + row_number() OVER () AS n, slug, now() - interval '10 minutes' AS at, 'preparing'
          FROM places, generate_series(1, CASE slug WHEN 'busy' THEN %(open)s WHEN 'quiet' THEN 0 ELSE 2 END)
    )
    SELECT n, gen_random_uuid() AS id, restaurant_id, at, status,
        (at AT TIME ZONE 'Asia/Beirut' - interval '4 hours')::date AS day,
        row_number() OVER (
            PARTITION BY slug, (at AT TIME ZONE 'Asia/Beirut' - interval '4 hours')::date ORDER BY n
        )::integer AS number
      FROM (SELECT * FROM closed UNION ALL SELECT * FROM unfinished) AS every JOIN places USING (slug)
"""
_STEPS = """
    CREATE TEMP TABLE steps ON COMMIT DROP AS
    SELECT %(tenant)s::uuid AS tenant_id, row_number() OVER (ORDER BY lived.at + step.after, n) AS seq, id,
        restaurant_id, lived.at + step.after AS at, version, was, became, step.act, line, detail, waited,
        CASE WHEN step.act = 'change'
            THEN '{"revision": 6, "added": [], "voided": [], "fields": ["note"]}'::jsonb END AS changes
      FROM lived, LATERAL (VALUES
        (1, interval '0', 1, NULL, 'pending', NULL, NULL::integer, NULL, NULL::interval),
        (2, interval '1 minute', 2, 'pending', 'confirmed', NULL, NULL, NULL, interval '1 minute'),
        (2, interval '2 minutes', 3, 'confirmed', 'preparing', NULL, NULL, NULL, interval '1 minute'),
        (2, interval '4 minutes', 3, 'preparing', 'preparing', 'strike', 1, NULL, NULL),
        (3, interval '6 minutes', 3, 'preparing', 'preparing',
            CASE n %% 10 WHEN 1 THEN 'change' ELSE 'strike' END, CASE n %% 10 WHEN 1 THEN NULL ELSE 2 END,
            NULL, NULL),
        (3, interval '10 minutes', 4, 'preparing', 'ready', NULL, NULL, NULL, interval '8 minutes'),
        (3, interval '12 minutes', 4, 'ready', 'ready', 'assign', NULL, 'Ziad', NULL),
        (3, interval '14 minutes', 5, 'ready', 'delivering', NULL, NULL, NULL, interval '4 minutes'),
        (3, interval '40 minutes', 6, 'delivering', 'completed', NULL, NULL, NULL, interval '26 minutes'),
        (4, interval '3 minutes', 2, 'pending', 'cancelled', NULL, NULL, NULL, interval '3 minutes')
      ) AS step (part, after, version, was, became, act, line, detail, waited)
     WHERE part = ANY (CASE status WHEN 'completed' THEN '{1,2,3}'::integer[] WHEN 'preparing' THEN '{1,2}'
        ELSE '{1,4}' END)
"""
_WRITE = """
    INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version, acts,
            status_since, fulfilment, placed_at, customer, rider, acknowledged_at)
        SELECT %(tenant)s, id, restaurant_id, day, number, status, last.version, last.acts, last.at,
            'delivery', lived.at, '{"name": "Rana"}', last.rider,
            CASE status WHEN 'cancelled' THEN last.at END
          FROM lived JOIN (
            SELECT id, max(version) AS version, count(act) AS acts, max(at) FILTER (WHERE act IS NULL) AS at,
                max(detail) AS rider
              FROM steps GROUP BY id) AS last USING (id);
    INSERT INTO order_items (tenant_id, order_id, position, name, quantity, modifiers)
        SELECT %(tenant)s, id, position, dish, 1, '[]'
          FROM lived, unnest(ARRAY['Kebab halabi', 'Fattoush']) WITH ORDINALITY AS line (dish, position);
    INSERT INTO tracking_links (tenant_id, order_id, token)
        SELECT %(tenant)s, id, left(translate(id::text, '-', ''), 22) FROM lived;
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status, to_status,
            changed_by, actor, occurred_at, in_status_for, kitchen_load)
        SELECT tenant_id, seq, id, restaurant_id, version, was, became, 'Nour', 'key:bench', at, waited, 3
          FROM steps WHERE act IS NULL ORDER BY seq;
    INSERT INTO order_actions (tenant_id, seq, order_id, restaurant_id, act, status, line, detail, changed_by,
            actor, occurred_at, changes)
        SELECT tenant_id, seq, id, restaurant_id, act, became, line, detail, 'Nour', 'key:bench', at, changes
          FROM steps WHERE act IS NOT NULL ORDER BY seq;
    INSERT INTO changed_values (tenant_id, seq, field, before, after)
        SELECT tenant_id, seq, 'note', NULL, '"ring twice"' FROM steps WHERE act = 'change';
    UPDATE tenant_streams SET seq = (SELECT max(seq) FROM steps), last_at = now()
     WHERE tenant_id = %(tenant)s;
    INSERT INTO sla_progress (tenant_id, seq) SELECT tenant_id, seq FROM tenant_streams
     WHERE tenant_id = %(tenant)s
"""
_ORDER = """
    SELECT orders.id, token, placed_at FROM orders
      JOIN restaurants ON restaurants.tenant_id = orders.tenant_id AND restaurants.id = restaurant_id
      JOIN tracking_links ON tracking_links.tenant_id = orders.tenant_id AND order_id = orders.id
     WHERE orders.tenant_id = %s AND slug = 'busy' AND status = %s
     ORDER BY placed_at {}, number OFFSET %s LIMIT 1
"""


@dataclass(frozen=True)
class Looked:
    """An order that is looked at."""

    id: uuid.UUID
    token: str
    placed_at: dt.datetime


@dataclass(frozen=True)
class Tenant:
    """`email` is a manager's; `middle` is an order of half the tenant's age, `first` the oldest."""

    id: uuid.UUID
    email: str
    key: str
    entries: int
    epoch: int
    first: Looked
    middle: Looked
    newest: Looked
    open: Looked


def make(
    operator: Flask,
    connection: psycopg.Connection,
    slug: str,
    entries: int,
    open_orders: int,
    a_day: float,
    restaurants: int = RESTAURANTS,
) -> Tenant:
    """A tenant with about so many entries behind it, at `a_day` orders a day, and so many open ones."""
    with operator.app_context():
        tenant = accounts.create_tenant(slug.title(), slug)
        others = restaurants - 2
        for place in ("busy", "quiet", *(f"place-{n:02}" for n in range(others))):
            accounts.create_restaurant(tenant, place.title(), place, "Asia/Beirut")
        email = f"maya@{slug}.example"
        staff_accounts.create_staff_member(tenant, email, "Maya", Role.MANAGER, PASSWORD)
        key = api_keys.create_key(tenant, "Till")[1]
        tenant_id = tenant.id
    values = {
        "tenant": tenant_id,
        "orders": round(entries / ENTRIES_AN_ORDER),
        "open": open_orders,
        "a_day": a_day,
        "quiet": QUIET_ORDERS,
        "others": others,
    }
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL work_mem = '1GB'")
        for statement in (_LIVED, _STEPS, *_WRITE.split(";\n")):
            used = {name: value for name, value in values.items() if f"%({name})s" in statement}
            connection.execute(statement, used or None)
    row = connection.execute("SELECT seq, epoch FROM tenant_streams WHERE tenant_id = %s", [tenant_id])
    seq, epoch = row.fetchone() or (0, 0)
    of_busy = round(entries / ENTRIES_AN_ORDER / 2)

    def order(status: str, way: str = "ASC", nth: int = 0) -> Looked:
        found = connection.execute(_ORDER.format(way), [tenant_id, status, nth]).fetchone()
        assert found is not None
        return Looked(*found)

    return Tenant(
        tenant_id,
        email,
        key,
        seq,
        epoch,
        order("completed"),
        order("completed", nth=of_busy // 2),
        order("completed", "DESC"),
        order("preparing"),
    )
