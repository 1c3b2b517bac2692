"""Webhooks: addresses that are told what happens, their secrets, and what they answered.

Revision ID: 0031
"""

from alembic import op

from ordertrack.migrations.building import begin_follower, keep_tenants_apart

revision = "0031"
down_revision = "0030"

GRANTS = {
    "webhook_endpoints": [
        "SELECT",
        "INSERT",
        "UPDATE (url, kinds, restaurant_ids, since_seq, disabled_at, disabled_why, ended_at, failing_since,"
        " stopped_seq, version)",
    ],
    "webhook_secrets": ["SELECT", "INSERT", "UPDATE (ends_at, sealed_secret)", "DELETE"],
    "webhook_deliveries": ["SELECT", "INSERT", "DELETE"],
}

# `kinds` and `restaurant_ids`: null for all. What is ended stays, for what was delivered to it. `stopped_seq`
# is the first entry that it was not told of when it was disabled.
ENDPOINTS = """
CREATE TABLE webhook_endpoints (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    url text NOT NULL,
    kinds text[] CHECK (cardinality(kinds) > 0),
    restaurant_ids uuid[] CHECK (cardinality(restaurant_ids) > 0),
    since_seq bigint NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    disabled_at timestamptz,
    disabled_why text CHECK (disabled_why IN ('manager', 'gone', 'failing')),
    failing_since timestamptz,
    stopped_seq bigint,
    ended_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    CHECK ((disabled_at IS NULL) = (disabled_why IS NULL))
);
CREATE TABLE webhook_secrets (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    sealed_secret text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ends_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id)
);
CREATE INDEX webhook_secrets_of_endpoint ON webhook_secrets (tenant_id, endpoint_id);
"""
# One try to tell an endpoint of one entry: what it answered, or why there was no answer.
DELIVERIES = """
CREATE TABLE webhook_deliveries (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    seq bigint NOT NULL,
    order_id uuid NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    milliseconds integer NOT NULL,
    tries integer NOT NULL,
    status integer,
    failure text,
    excerpt text,
    next_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CHECK ((status IS NULL) = (failure IS NOT NULL)),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id)
);
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (tenant_id, endpoint_id, at, id);
CREATE INDEX webhook_deliveries_oldest ON webhook_deliveries (tenant_id, at);
"""


def upgrade() -> None:
    op.execute(ENDPOINTS)
    op.execute(DELIVERIES)
    keep_tenants_apart("webhook_endpoints", "webhook_secrets", "webhook_deliveries")
    begin_follower("webhooks")
