"""The largest company that the bounds allow but for its restaurants, with more orders than any page shows."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from ordertrack.restaurants.roster import MOST_RIDERS
from ordertrack.rules.order_changes import MOST_LINES, MOST_LINES_EVER
from ordertrack.tenants.most import MOST_KEYS, MOST_PEOPLE, MOST_TABLETS
from support.cast import House

RESTAURANTS = 300  # of two thousand that it may have: as many as there is time for in a test
OPEN = 620  # orders of one restaurant, and as many for later: of each more than a board has room for
OF_OTHERS = 4  # of each other restaurant, all late
LONG = 45  # orders with as many lines as there may be, and all that can be said of each
ENTRIES = 2_500  # of the order that has the longest story
CHANGES = 200  # of another one, all of its note
SAVED = 150  # versions of each setting
SIGN_INS = 200

_VALUES = {
    "restaurants": RESTAURANTS,
    "people": MOST_PEOPLE,
    "tablets": MOST_TABLETS,
    "keys": MOST_KEYS,
    "riders": MOST_RIDERS,
    "open": OPEN,
    "others": OF_OTHERS,
    "long": LONG,
    "lines": MOST_LINES,
    "ever": MOST_LINES_EVER,
    "entries": ENTRIES,
    "changes": CHANGES,
    "saved": SAVED,
    "sign_ins": SIGN_INS,
}

# With the triggers off, which allow one log entry at a time, but consistent. Words are as long as may be.
_COMPANY = """
    INSERT INTO restaurants (tenant_id, id, slug, name, timezone)
        SELECT %(tenant)s, gen_random_uuid(), 'place-' || n, rpad('Place ' || n || ' ', 100, 'ش'),
            'Asia/Beirut'
          FROM generate_series(1, %(restaurants)s - (
            SELECT count(*) FROM restaurants WHERE tenant_id = %(tenant)s)) AS n;
    INSERT INTO staff_members (tenant_id, id, email, name, role, password_hash, pin_hash)
        SELECT %(tenant)s, gen_random_uuid(), rpad('p' || n, 60, 'x') || '@' || rpad('cedar', 180, 'x'),
            rpad('Person ' || n || ' ', 100, 'ش'), 'kitchen', 'none', 'none'
          FROM generate_series(1, %(people)s - (
            SELECT count(*) FROM staff_members WHERE tenant_id = %(tenant)s)) AS n;
    INSERT INTO staff_members (tenant_id, id, name, role, revoked_at)
        SELECT %(tenant)s, gen_random_uuid(), rpad('Left ' || n || ' ', 100, 'ش'), 'kitchen',
            now() - n * interval '6 minutes'
          FROM generate_series(1, 400) AS n;
    INSERT INTO staff_sessions (tenant_id, id, staff_id, device)
        SELECT %(tenant)s, gen_random_uuid(), id, 'Firefox on Windows'
          FROM staff_members, generate_series(1, %(sign_ins)s)
         WHERE tenant_id = %(tenant)s AND name = 'Maya';
    INSERT INTO tablets (tenant_id, id, restaurant_id, board, name, set_up_by, actor)
        SELECT %(tenant)s, gen_random_uuid(), place.id, 'kitchen', rpad('Tablet ' || n || ' ', 100, 'ش'),
            rpad('Maya', 100, 'ش'), 'staff:x'
          FROM generate_series(1, %(tablets)s) AS n, restaurants AS place
         WHERE place.tenant_id = %(tenant)s AND place.slug = 'hamra';
    INSERT INTO screens (tenant_id, process, restaurant_id, board, watcher, seen_at)
        SELECT %(tenant)s, gen_random_uuid(), restaurant_id, board, 'tablet:' || id, now() + interval '1 hour'
          FROM tablets WHERE tenant_id = %(tenant)s;
    INSERT INTO api_keys (tenant_id, id, name, key_hash)
        SELECT %(tenant)s, gen_random_uuid(), rpad('Key ' || n, 100, 'x'), 'largest-' || n
          FROM generate_series(1, %(keys)s - 1) AS n;
    INSERT INTO riders (tenant_id, restaurant_id, id, name, name_key, phone, is_here, version, saved_by,
            actor)
        SELECT %(tenant)s, place.id, gen_random_uuid(), rpad('Rider ' || n || ' ', 60, 'ش'), 'rider-' || n,
            rpad('+961', 30, '1'), true, n, 'Maya', 'staff:x'
          FROM generate_series(1, %(riders)s) AS n, restaurants AS place
         WHERE place.tenant_id = %(tenant)s AND place.slug = 'hamra';
    INSERT INTO floor_settings (tenant_id, restaurant_id, version, saved_by, actor, undo_seconds, rest_after,
            arabic_digits, stations)
        SELECT %(tenant)s, place.id, n, rpad('Maya', 100, 'ش'), 'staff:x', '{}', 60 + n %% 2, false, '[]'
          FROM generate_series(1, %(saved)s) AS n, restaurants AS place
         WHERE place.tenant_id = %(tenant)s AND place.slug = 'hamra';
    INSERT INTO restaurant_brands (tenant_id, restaurant_id, version, saved_by, actor, colour, name, address)
        SELECT %(tenant)s, place.id, n, rpad('Maya', 100, 'ش'), 'staff:x', '#1d4ed8',
            rpad('Hamra ' || n || ' ', 60, 'ش'), '[]'
          FROM generate_series(1, %(saved)s) AS n, restaurants AS place
         WHERE place.tenant_id = %(tenant)s AND place.slug = 'hamra';
    INSERT INTO sla_targets (tenant_id, restaurant_id, version, saved_by, actor, stage, valid_from, seconds)
        SELECT %(tenant)s, place.id, n, rpad('Maya', 100, 'ش'), 'staff:x', 'kitchen', '2026-01-01', 60 + n
          FROM generate_series(1, %(saved)s) AS n, restaurants AS place
         WHERE place.tenant_id = %(tenant)s AND place.slug = 'hamra'
"""
_ORDERS = """
    CREATE TEMP TABLE made ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY place.slug <> 'hamra', place.slug, n) AS seq, gen_random_uuid() AS id,
        place.id AS restaurant_id, n AS number, place.slug = 'hamra' AND n <= %(long)s AS is_long,
        (ARRAY['pending', 'confirmed', 'preparing', 'ready', 'delivering'])[1 + n %% 5] AS status,
        place.slug = 'hamra' AND n > %(open)s AS is_later,
        date_trunc('second', now()) - interval '50 minutes' AS at,
        (now() AT TIME ZONE 'Asia/Beirut' - interval '4 hours')::date AS day
      FROM restaurants AS place, LATERAL generate_series(
            1, CASE place.slug WHEN 'hamra' THEN 2 * %(open)s ELSE %(others)s END) AS n
     WHERE place.tenant_id = %(tenant)s;
    UPDATE made SET status = 'pending' WHERE is_later OR is_long;
    CREATE TEMP TABLE steps ON COMMIT DROP AS
    SELECT id, restaurant_id, at + (version - 1) * interval '1 second' AS at, version,
        path[version - 1] AS was, path[version] AS became
      FROM made, LATERAL (SELECT CASE status
            WHEN 'pending' THEN ARRAY['pending'] WHEN 'confirmed' THEN ARRAY['pending', 'confirmed']
            WHEN 'preparing' THEN ARRAY['pending', 'confirmed', 'preparing']
            WHEN 'ready' THEN ARRAY['pending', 'confirmed', 'preparing', 'ready']
            ELSE ARRAY['pending', 'confirmed', 'preparing', 'ready', 'delivering'] END AS path) AS way,
        LATERAL generate_series(1, cardinality(path)) AS version;
    INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version, status_since,
            fulfilment, placed_at, customer, note, reference, is_later, promised_at, start_by, acts)
        SELECT %(tenant)s, made.id, made.restaurant_id, day, number, status, last.version, last.at,
            CASE number %% 2 WHEN 0 THEN 'pickup' ELSE 'delivery' END, made.at,
            jsonb_build_object('name', rpad('Rana ', 100, 'ش'), 'phone', '+961 1 555 000'),
            rpad('Note ', 1000, 'ش'), rpad('ref', 100, 'x'), is_later,
            CASE WHEN is_later THEN now() + interval '1 day' END,
            CASE WHEN is_later THEN now() + interval '20 hours' END,
            CASE WHEN seq = 1 THEN %(entries)s WHEN seq = 2 THEN %(changes)s ELSE 0 END
          FROM made JOIN (SELECT id, max(version) AS version, max(at) AS at FROM steps GROUP BY id) AS last
            USING (id);
    INSERT INTO order_items (tenant_id, order_id, position, name, quantity, notes, modifiers, added_in,
            voided_in)
        SELECT %(tenant)s, id, n, rpad('Dish ' || n || ' ', CASE WHEN is_long THEN 200 ELSE 40 END, 'ش'), 1,
            CASE WHEN is_long THEN rpad('no onion ', 1000, 'ش') END,
            CASE WHEN is_long THEN (
                SELECT jsonb_agg(rpad('with ' || m, 100, 'ش')) FROM generate_series(1, 20) AS m)
            ELSE '[]' END, NULL, CASE WHEN n > %(lines)s THEN 2 END
          FROM made, LATERAL generate_series(1, CASE WHEN seq = 2 THEN %(ever)s WHEN is_long THEN %(lines)s
            ELSE 5 END) AS n;
    INSERT INTO tracking_links (tenant_id, order_id, token)
        SELECT %(tenant)s, id, left(translate(id::text, '-', ''), 22) FROM made;
    CREATE TEMP TABLE entries ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY at, kind, id, version) AS seq, * FROM (
        SELECT 1 AS kind, id, restaurant_id, at, version, was, became, NULL AS act FROM steps
        UNION ALL SELECT 2, id, restaurant_id, at + interval '10 minutes', n, 'pending', 'pending',
            CASE n %% 2 WHEN 1 THEN 'strike' ELSE 'unstrike' END
          FROM made, generate_series(1, %(entries)s) AS n WHERE seq = 1
        UNION ALL SELECT 3, id, restaurant_id, at + interval '10 minutes', n, 'pending', 'pending', 'change'
          FROM made, generate_series(1, %(changes)s) AS n WHERE seq = 2
      ) AS entry;
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status, to_status,
            changed_by, actor, occurred_at, in_status_for)
        SELECT %(tenant)s, seq, id, restaurant_id, version, was, became, rpad('Nour', 100, 'ش'), 'key:x', at,
            CASE WHEN was IS NOT NULL THEN interval '1 second' END
          FROM entries WHERE act IS NULL;
    INSERT INTO order_actions (tenant_id, seq, order_id, restaurant_id, act, status, line, detail, changed_by,
            actor, occurred_at, changes)
        SELECT %(tenant)s, seq, id, restaurant_id, act, 'pending', CASE WHEN act <> 'change' THEN 1 END,
            CASE act WHEN 'change' THEN rpad('because ', 200, 'ش') END, rpad('Nour', 100, 'ش'), 'key:x', at,
            CASE act WHEN 'change' THEN jsonb_build_object('revision', version + 1, 'added', '[]'::jsonb,
                'voided', '[]'::jsonb, 'fields', '["note"]'::jsonb) END
          FROM entries WHERE act IS NOT NULL;
    INSERT INTO changed_values (tenant_id, seq, field, before, after)
        SELECT %(tenant)s, seq, 'note', to_jsonb(rpad('was ', 1000, 'ش')), to_jsonb(rpad('is ', 1000, 'ش'))
          FROM entries WHERE act = 'change';
    UPDATE restaurants SET numbered_on = (SELECT max(day) FROM made), last_number = (
        SELECT max(number) FROM made WHERE restaurant_id = restaurants.id) WHERE tenant_id = %(tenant)s;
    UPDATE tenant_streams SET seq = (SELECT max(seq) FROM entries), last_at = now()
     WHERE tenant_id = %(tenant)s
"""
_OF_INTEREST = """
    SELECT orders.id, token FROM orders
      JOIN tracking_links ON tracking_links.tenant_id = orders.tenant_id AND order_id = orders.id
      JOIN restaurants ON restaurants.tenant_id = orders.tenant_id AND restaurants.id = restaurant_id
     WHERE orders.tenant_id = %s AND slug = 'hamra' AND number = ANY(%s) ORDER BY number
"""


@dataclass(frozen=True)
class Largest:
    """`orders` are, each with its link: one with the longest story, one with the most changes and lines."""

    house: House
    orders: tuple[tuple[str, str], ...]


def fill(house: House, operator: psycopg.Connection) -> Largest:
    """Make this house, whose first restaurant is hamra, the largest; `operator` commits."""
    values = _VALUES | {"tenant": house.tenant_id}
    with operator.transaction():
        operator.execute("SET LOCAL session_replication_role = replica")
        for statements in (_COMPANY, _ORDERS):
            for statement in statements.split(";"):
                operator.execute(statement, values)
    operator.execute("ANALYZE")
    found = operator.execute(_OF_INTEREST, [house.tenant_id, [1, 2]]).fetchall()
    return Largest(house, tuple((str(order_id), token) for order_id, token in found))
