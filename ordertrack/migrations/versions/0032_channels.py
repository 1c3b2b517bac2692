"""Channels: which shops and platforms a company is connected to, what they sent, and what is known of their
orders.

Revision ID: 0032
"""

from alembic import op

from ordertrack.migrations.building import begin_follower, keep_tenants_apart, make_function

revision = "0032"
down_revision = "0031"

GRANTS = {
    "channel_connections": ["SELECT", "INSERT", "UPDATE"],
    "channel_payloads": ["SELECT", "INSERT", "UPDATE", "DELETE"],
    "channel_orders": ["SELECT", "INSERT", "UPDATE"],
    "FUNCTION tenants_of_channels()": ["EXECUTE"],
}

# What is secret is sealed. `restaurants` are ids, each with the name by which the channel calls it. `cursor`
# is where a channel that is asked goes on.
CONNECTIONS = """
CREATE TABLE channel_connections (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    channel text NOT NULL,
    name text NOT NULL,
    restaurants jsonb NOT NULL CHECK (jsonb_typeof(restaurants) = 'object' AND restaurants <> '{}'),
    settings jsonb NOT NULL DEFAULT '{}'::jsonb,
    sealed_secrets text NOT NULL,
    digest text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    paused_at timestamptz,
    ended_at timestamptz,
    cursor jsonb NOT NULL DEFAULT '{}'::jsonb,
    asked_at timestamptz,
    worked_at timestamptz,
    failing_since timestamptz,
    failure jsonb CHECK ((failure IS NULL) = (failing_since IS NULL)),
    tested_at timestamptz,
    test_said jsonb,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX channel_connections_digest ON channel_connections (digest);
CREATE POLICY by_credential ON channel_connections FOR SELECT
    USING (digest = current_setting('ordertrack.channel_code', true));
"""
# Raw, as it came, with the headers that are needed to judge it once more. `reason` is a sentence to be
# translated, `reason_values` what stands in it.
PAYLOADS = """
CREATE TABLE channel_payloads (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    connection_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    way text NOT NULL CHECK (way IN ('called', 'asked')),
    topic text NOT NULL,
    external_id text,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    digest text NOT NULL,
    outcome text NOT NULL DEFAULT 'received' CHECK (outcome IN ('received', 'done', 'nothing', 'refused')),
    reason text,
    reason_values jsonb,
    order_id uuid,
    settled_at timestamptz,
    tries integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES channel_connections (tenant_id, id)
);
CREATE INDEX channel_payloads_newest ON channel_payloads (tenant_id, connection_id, received_at, id);
CREATE INDEX channel_payloads_same ON channel_payloads (tenant_id, connection_id, digest);
CREATE INDEX channel_payloads_waiting ON channel_payloads (tenant_id, received_at) WHERE outcome = 'received';
CREATE INDEX channel_payloads_oldest ON channel_payloads (tenant_id, received_at);
"""
# An order by its id in the channel: which state of it is the newest that is known, and what that said.
ORDERS = """
CREATE TABLE channel_orders (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    external_id text NOT NULL,
    as_of timestamptz,
    content jsonb,
    facts jsonb NOT NULL DEFAULT '{}'::jsonb,
    PRIMARY KEY (tenant_id, connection_id, external_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES channel_connections (tenant_id, id)
);
"""


def upgrade() -> None:
    op.execute(CONNECTIONS)
    op.execute(PAYLOADS)
    op.execute(ORDERS)
    keep_tenants_apart("channel_connections", "channel_payloads", "channel_orders")
    begin_follower("channels")
    make_function("tenants_of_channels", 1)
    op.execute("REVOKE ALL ON FUNCTION tenants_of_channels() FROM PUBLIC")
