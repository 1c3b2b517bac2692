"""Making history behind the server's back: events that nobody is notified of, and very many of them."""

from __future__ import annotations

import uuid

import psycopg

from ordertrack.database.config import Settings
from support.cast import House

_CONFIRMED_IN_SILENCE = """
    WITH stream AS (
        UPDATE tenant_streams SET seq = seq + 1 WHERE tenant_id = %(tenant)s
        RETURNING tenant_id, seq, last_at AS at
    ), moved AS (
        UPDATE orders SET status = 'confirmed', version = version + 1, status_since = stream.at FROM stream
         WHERE orders.tenant_id = stream.tenant_id AND orders.id = %(order)s
        RETURNING orders.id, orders.restaurant_id, orders.version, at - orders.placed_at AS stood
    )
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status,
        to_status, changed_by, actor, occurred_at, in_status_for)
    SELECT tenant_id, seq, id, restaurant_id, version, 'pending', 'confirmed', 'Operator', 'psql', at, stood
      FROM stream, moved RETURNING seq
"""
_LONG_AGO = """
    CREATE TEMPORARY TABLE past ON COMMIT DROP AS
    SELECT restaurants.tenant_id, restaurants.id AS restaurant_id, gen_random_uuid() AS id, number,
           now() - interval '2 days' AS at
      FROM restaurants, generate_series(1, %(orders)s) AS number
     WHERE tenant_id = %(tenant)s AND slug = 'hamra';
    INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version, status_since,
        fulfilment, placed_at)
    SELECT tenant_id, id, restaurant_id, at::date, number, 'completed', 5, at, 'pickup', at FROM past;
    INSERT INTO order_items (tenant_id, order_id, position, name, quantity)
    SELECT tenant_id, id, 1, 'Kebab', 2 FROM past;
    INSERT INTO tracking_links (tenant_id, order_id, token) SELECT tenant_id, id, id::text FROM past;
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status,
        to_status, changed_by, actor, occurred_at, in_status_for)
    SELECT tenant_id, 5 * (number - 1) + version, id, restaurant_id, version, before, after, 'Operator',
           'psql', at, CASE WHEN before IS NULL THEN NULL ELSE interval '0 s' END
      FROM past, (VALUES
        (1, NULL, 'pending'), (2, 'pending', 'confirmed'), (3, 'confirmed', 'preparing'),
        (4, 'preparing', 'ready'), (5, 'ready', 'completed')) AS story (version, before, after)
     ORDER BY number, version;
    UPDATE tenant_streams SET seq = 5 * %(orders)s WHERE tenant_id = %(tenant)s;
"""


def confirm_in_silence(settings: Settings, house: House, order_id: uuid.UUID) -> int:
    """Move a pending order by the three writes, without the notification; the event's seq."""
    with psycopg.connect(operator(settings)) as connection:
        row = connection.execute(
            _CONFIRMED_IN_SILENCE, {"tenant": house.tenant_id, "order": order_id}
        ).fetchone()
    assert row is not None
    return int(row[0])


def give_a_past(settings: Settings, house: House, orders: int) -> None:
    """Write five events for each of so many orders into an empty log, as a restore would: no guard looks."""
    with psycopg.connect(operator(settings), cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(_LONG_AGO, {"tenant": house.tenant_id, "orders": orders})


def operator(settings: Settings) -> str:
    """The address of the schema's owner, as psycopg takes it."""
    return settings.operator_url.set(drivername="postgresql").render_as_string(hide_password=False)
