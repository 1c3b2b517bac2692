"""Messages to guests: what a restaurant tells them, by what, what became of each, and who wants none.

Revision ID: 0033
"""

from alembic import op

from ordertrack.migrations.building import begin_follower, keep_tenants_apart

revision = "0033"
down_revision = "0032"

GRANTS = {
    "guest_messages": [
        "SELECT",
        "INSERT",
        "UPDATE (state, since, revision, transport, tried, tries, language, masked, segments, cost, currency,"
        " reference, why, changed_at)",
    ],
    "guest_wishes": ["SELECT", "INSERT", "DELETE"],
    "guest_pages": ["SELECT", "INSERT", "UPDATE (revision, seen_at)"],
    "message_stops": ["SELECT", "INSERT", "DELETE"],
    "message_choices": ["SELECT", "INSERT", "UPDATE (kinds, transports, sender, version)"],
    "message_providers": ["SELECT", "INSERT", "UPDATE (settings, sealed_secrets, version)"],
}

MESSAGES = """
CREATE TABLE guest_messages (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    kind text NOT NULL,
    id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    since timestamptz NOT NULL,
    revision integer,
    transport text,
    tried text[] NOT NULL DEFAULT '{}',
    tries integer NOT NULL DEFAULT 0,
    language text,
    masked text,
    segments integer,
    cost numeric(14, 6),
    currency text,
    reference text,
    why text,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, order_id, kind),
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE INDEX guest_messages_newest ON guest_messages (tenant_id, restaurant_id, since, id);
"""
GUESTS = """
CREATE TABLE guest_wishes (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    transport text NOT NULL,
    wished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, order_id, transport),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE TABLE guest_pages (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    revision integer NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, order_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE TABLE message_stops (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    address text NOT NULL,
    transport text NOT NULL,
    stopped_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, address)
);
"""
# Whoever knows the code in a provider's address may see which company it is of: providers do.
SETTINGS = """
CREATE TABLE message_choices (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    kinds text[] NOT NULL DEFAULT '{}',
    transports text[] NOT NULL DEFAULT '{}',
    sender text,
    version integer NOT NULL,
    PRIMARY KEY (tenant_id, restaurant_id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);
CREATE TABLE message_providers (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    transport text NOT NULL,
    settings jsonb NOT NULL,
    sealed_secrets text,
    hook text NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (tenant_id, transport)
);
CREATE INDEX message_providers_hook ON message_providers (hook);
CREATE POLICY by_hook ON message_providers FOR SELECT
    USING (hook = current_setting('ordertrack.message_hook', true));
"""


def upgrade() -> None:
    op.execute(MESSAGES)
    op.execute(GUESTS)
    op.execute(SETTINGS)
    keep_tenants_apart(
        *("guest_messages", "guest_wishes", "guest_pages", "message_stops", "message_choices"),
        "message_providers",
    )
    begin_follower("messages")
