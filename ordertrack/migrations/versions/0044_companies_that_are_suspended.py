"""A company can be suspended: it reads and does not write. What was done to companies outlives them.

Revision ID: 0044
"""

from __future__ import annotations

from alembic import op

from ordertrack.migrations.building import make_function

revision = "0044"
down_revision = "0043"

GRANTS = {"house_log": ["SELECT"]}

TABLES = """
ALTER TABLE tenant_streams ADD COLUMN suspended_at timestamptz;

-- Of no tenant: it outlives them. Without a policy its owner alone sees rows of it.
CREATE TABLE house_log (
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    who text NOT NULL,
    what text NOT NULL,
    slug text NOT NULL,
    company uuid NOT NULL,
    details jsonb NOT NULL DEFAULT '{}'
);
ALTER TABLE house_log ENABLE ROW LEVEL SECURITY;
"""
_ANY = "INSERT OR UPDATE OR DELETE"
_NEW = "INSERT OR UPDATE"  # the house removes what is too old
# What people, programs and channels write besides the log, and which of it. What is left out the house writes
# for itself (places in the log, figures, jobs, screens), guests do, or whoever only reads has to (a sign-in).
GUARDED = {
    "tenants": "UPDATE",
    "restaurants": "INSERT OR DELETE OR UPDATE OF slug, name, timezone, business_day_start, closed_at",
    "staff_members": _ANY,
    "password_links": _NEW,
    "tablets": _ANY,
    "tablet_codes": _NEW,
    "first_steps": _ANY,
    "api_keys": "INSERT OR DELETE OR UPDATE OF name, key_hash, revoked_at, scopes, restaurant_ids,"
    " expires_at, previous_hash, previous_until",
    "audit_entries": _ANY,
    "order_items": "UPDATE OR DELETE",
    "tracking_links": _ANY,
    "changed_values": _ANY,
    "channel_connections": "INSERT OR DELETE OR UPDATE OF channel, name, restaurants, settings,"
    " sealed_secrets, digest, version, paused_at, ended_at",
    "channel_payloads": "INSERT",
    "channel_orders": "INSERT",
    "menus": _ANY,
    "menu_categories": _ANY,
    "menu_dishes": _ANY,
    "menu_sold_out": _ANY,
    "saved_rule_sets": _ANY,
    "sla_rules": _ANY,
    "sla_targets": _ANY,
    "floor_settings": _ANY,
    "restaurant_paces": _ANY,
    "restaurant_hours": _ANY,
    "restaurant_brands": _ANY,
    "logos": _ANY,
    "riders": _ANY,
    "log_imports": _NEW,
    "webhook_endpoints": "INSERT OR DELETE OR UPDATE OF url, kinds, restaurant_ids, ended_at",
    "webhook_secrets": _ANY,
    "message_choices": _ANY,
    "message_providers": _ANY,
    "alert_choices": _ANY,
    "manager_browsers": "INSERT",
}
# An order changes with an entry of its log, which its stream holds up; without one it is held up here.
ORDERS = """
CREATE TRIGGER guard_suspended BEFORE UPDATE ON orders FOR EACH ROW
    WHEN (NEW.version = OLD.version AND NEW.acts = OLD.acts) EXECUTE FUNCTION guard_suspended()
"""


def upgrade() -> None:
    op.execute(TABLES)
    make_function("guard_suspended", 1)
    make_function("guard_stream", 3)
    for table, what in GUARDED.items():
        op.execute(
            f"CREATE TRIGGER guard_suspended BEFORE {what} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION guard_suspended()"
        )
    op.execute(ORDERS)
    make_function("next_due", 2)
    make_function("channels_to_tend", 2)
