"""Web push: each company's keys, the browsers of guests and managers, and what managers are alerted of.

Revision ID: 0034
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart, make_function

revision = "0034"
down_revision = "0033"

GRANTS = {
    "push_keys": ["SELECT", "INSERT", "UPDATE (public_key, sealed_key)"],
    "guest_browsers": ["SELECT", "INSERT", "UPDATE (sealed_subscription, language, site)", "DELETE"],
    "manager_browsers": [
        "SELECT",
        "INSERT",
        "UPDATE (staff_id, session_id, sealed_subscription, site)",
        "DELETE",
    ],
    "alert_choices": ["SELECT", "INSERT", "UPDATE (kinds, by_mail, site, saved_at)"],
    "manager_alerts": ["SELECT", "INSERT", "UPDATE (told_at, told_to, gone_at, ended_at)", "DELETE"],
    "FUNCTION tenants_that_alert()": ["EXECUTE"],
}

KEYS = """
CREATE TABLE push_keys (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    public_key text NOT NULL,
    sealed_key text NOT NULL
);
"""
# Whoever has a subscription can write to that device: it is kept sealed, and known by a digest.
BROWSERS = """
CREATE TABLE guest_browsers (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    digest text NOT NULL,
    sealed_subscription text NOT NULL,
    language text NOT NULL,
    site text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, order_id, digest),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE TABLE manager_browsers (
    tenant_id uuid NOT NULL,
    digest text NOT NULL,
    staff_id uuid NOT NULL,
    session_id uuid NOT NULL,
    sealed_subscription text NOT NULL,
    site text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, digest),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff_members (tenant_id, id),
    FOREIGN KEY (tenant_id, session_id) REFERENCES staff_sessions (tenant_id, id)
);
"""
ALERTS = """
CREATE TABLE alert_choices (
    tenant_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    kinds text[] NOT NULL,
    by_mail boolean NOT NULL,
    site text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, staff_id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff_members (tenant_id, id)
);
CREATE TABLE manager_alerts (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    restaurant_id uuid,
    began_at timestamptz NOT NULL,
    told_at timestamptz,
    told_to uuid[] NOT NULL DEFAULT '{}',
    gone_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);
CREATE UNIQUE INDEX manager_alerts_standing ON manager_alerts (tenant_id, kind, subject)
    WHERE ended_at IS NULL;
"""


def upgrade() -> None:
    op.execute(KEYS)
    op.execute(BROWSERS)
    op.execute(ALERTS)
    keep_tenants_apart("push_keys", "guest_browsers", "manager_browsers", "alert_choices", "manager_alerts")
    make_function("tenants_that_alert", 1)
    op.execute("REVOKE ALL ON FUNCTION tenants_that_alert() FROM PUBLIC")
