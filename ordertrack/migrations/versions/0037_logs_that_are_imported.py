"""Logs that are imported: what was uploaded is kept until it is written, with what was understood of it.

Revision ID: 0037
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart

revision = "0037"
down_revision = "0036"

GRANTS = {
    "log_imports": [
        "SELECT",
        "INSERT",
        "UPDATE (content, choices, language, state, looks, preview, problem, done, written)",
        "DELETE",
    ],
}

LOGS = """
CREATE TABLE log_imports (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    made_by text NOT NULL,
    name text NOT NULL,
    language text NOT NULL,
    content bytea,
    choices jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL CHECK (state IN ('reading', 'shown', 'unusable', 'writing', 'written')),
    looks integer NOT NULL DEFAULT 0,
    preview jsonb,
    problem text,
    done integer NOT NULL DEFAULT 0,
    written jsonb,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX log_imports_newest ON log_imports (tenant_id, made_at);
"""


def upgrade() -> None:
    op.execute(LOGS)
    keep_tenants_apart("log_imports")
