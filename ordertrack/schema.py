"""Bringing a database up to date, and making the confined role that the application runs under."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, text

from ordertrack.config import ROOT, Settings
from ordertrack.database import operator_connection

_MIGRATION_LOCK = 7226871355

# What the application may do, and no more. Nobody may change or remove an event, nor what was ever saved as a
# setting; the roll-up alone may be deleted, for the log can make it again.
GRANTS = (
    "SELECT ON tenants, restaurants, staff_members, staff_sessions, api_keys, status_transitions, orders,"
    " order_items, tracking_links, tenant_streams, order_status_events, order_actions, sla_rules,"
    " sla_targets, floor_settings, tablets",
    "INSERT ON staff_sessions, orders, order_items, tracking_links, order_status_events, order_actions,"
    " sla_rules, sla_targets, floor_settings, tablets",
    "INSERT (tenant_id, id, name, role, pin_hash) ON staff_members",
    "SELECT, INSERT, UPDATE, DELETE ON pin_attempts, screens",
    "SELECT, INSERT, UPDATE, DELETE ON sla_progress, sla_stale, sla_shift_names, sla_restaurant_days,"
    " sla_tenant_days, sla_estimate_days",
    "EXECUTE ON FUNCTION tenants_behind()",
    "UPDATE (numbered_on, last_number, timezone, business_day_start) ON restaurants",
    "UPDATE (status, version, status_since, acts, is_rush, hold_reason, rider, acknowledged_at) ON orders",
    "UPDATE (is_done) ON order_items",
    "UPDATE (pin_hash, revoked_at) ON staff_members",
    "UPDATE (ended_at) ON tablets",
    "UPDATE (seq) ON tenant_streams",
    "UPDATE (ended_at) ON staff_sessions",
)


def upgrade(settings: Settings, *, if_behind: bool = False) -> None:
    """Run every migration that is missing, then give the application's role its password and exact grants.

    With `if_behind` it does nothing to a database that is up to date: a short command in a shell with another
    secret key must not change the password under a running server.
    """
    with operator_connection(settings.operator_url) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
        configuration = Config()
        configuration.set_main_option("script_location", str(ROOT / "ordertrack" / "migrations"))
        configuration.set_main_option("path_separator", "os")
        configuration.attributes["connection"] = connection
        newest = ScriptDirectory.from_config(configuration).get_current_head()
        if if_behind and MigrationContext.configure(connection).get_current_revision() == newest:
            return
        command.upgrade(configuration, "head")
        if settings.app_database_url is None:
            _make_role(connection, settings)
        _grant(connection, settings.app_url.username or settings.app_role)


def _make_role(connection: Connection, settings: Settings) -> None:
    role = settings.app_role
    driver = connection.connection.driver_connection
    assert driver is not None
    # Only the verifier travels, so that a server that logs statements never logs the password.
    verifier = driver.pgconn.encrypt_password(
        settings.app_role_password.encode(), role.encode(), b"scram-sha-256"
    ).decode()
    exists = connection.execute(text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": role})
    verb = "ALTER" if exists.scalar() else "CREATE"
    driver.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.Literal(verifier)
        )
    )


def _grant(connection: Connection, role: str) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    name = sql.Identifier(role)
    with driver.transaction():  # a server that is running meanwhile never finds itself without its rights
        driver.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        driver.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(name))
        for grant in GRANTS:
            driver.execute(sql.SQL("GRANT {} TO {}").format(sql.SQL(grant), name))
