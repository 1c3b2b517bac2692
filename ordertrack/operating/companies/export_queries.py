"""What of a company is exported, and in which form: the operator may see all rows, so each query names it."""

from __future__ import annotations

from ordertrack.orders.imported import CHANNELS, IMPORTER, TIME_UNKNOWN, WALKED

# Of a status that was entered more than once the last time; nothing where nobody knows when it was.
ORDERS = f"""
    SELECT orders.id, restaurants.slug AS restaurant, fulfilment, status,
        (SELECT jsonb_object_agg(to_status, at) FROM (
            SELECT DISTINCT ON (to_status) to_status,
                to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
                NOT (actor = '{IMPORTER}' AND metadata ? '{TIME_UNKNOWN}')
                AND NOT (actor LIKE '{CHANNELS}%' AND metadata ? '{WALKED}'
                         AND metadata -> '{WALKED}' ->> -1 <> to_status) AS is_timed
              FROM order_status_events AS event
             WHERE event.tenant_id = :tenant_id AND event.order_id = orders.id
             ORDER BY to_status, version DESC) AS steps WHERE is_timed) AS times,
        (SELECT metadata ->> 'reason' FROM order_status_events AS event
          WHERE event.tenant_id = :tenant_id AND event.order_id = orders.id AND to_status = 'cancelled'
          ORDER BY version DESC LIMIT 1) AS reason,
        (SELECT jsonb_agg(jsonb_build_array(quantity, name) ORDER BY position) FROM order_items AS item
          WHERE item.tenant_id = :tenant_id AND item.order_id = orders.id AND voided_in IS NULL) AS lines
      FROM orders JOIN restaurants
        ON restaurants.tenant_id = orders.tenant_id AND restaurants.id = orders.restaurant_id
     WHERE orders.tenant_id = :tenant_id
     ORDER BY placed_at, orders.id
"""  # noqa: S608 (words of our own)
WHOLE_ORDERS = """
    SELECT to_jsonb(orders) - 'phone_tail' || jsonb_build_object('items', (
        SELECT jsonb_agg(to_jsonb(item) - 'tenant_id' - 'order_id' ORDER BY position) FROM order_items AS item
         WHERE item.tenant_id = :tenant_id AND item.order_id = orders.id))
      FROM orders WHERE tenant_id = :tenant_id ORDER BY placed_at, id
"""
ENTRY_COLUMNS = (
    *("seq", "order", "kind", "from", "to", "by", "actor", "occurred_at", "recorded_at"),
    *("line", "detail", "metadata", "changes"),
)
ENTRIES = """
    SELECT seq, order_id, 'status', from_status, to_status, changed_by, actor, occurred_at, recorded_at,
        NULL, NULL, metadata::text, NULL FROM order_status_events
     WHERE tenant_id = :tenant_id
    UNION ALL
    SELECT seq, order_id, 'action', status, act, changed_by, actor, occurred_at, recorded_at,
        line, detail, metadata::text, changes::text FROM order_actions WHERE tenant_id = :tenant_id
     ORDER BY 1
"""
AUDIT = "SELECT to_jsonb(audit_entries) FROM audit_entries WHERE tenant_id = :tenant_id ORDER BY at, id"
SETTINGS = (
    *("restaurants", "saved_rule_sets", "sla_rules", "sla_targets", "floor_settings", "restaurant_paces"),
    *("restaurant_hours", "restaurant_brands", "riders", "message_choices", "message_providers"),
    *("webhook_endpoints", "channel_connections", "tablets", "guest_retention"),
)
PEOPLE = ("staff_members", "api_keys")


def of_table(table: str) -> str:
    """Every row as JSON."""
    return f"""
        SELECT to_jsonb({table}) FROM {table} WHERE tenant_id = :tenant_id ORDER BY to_jsonb({table})::text
    """  # noqa: S608 (words of our own)
