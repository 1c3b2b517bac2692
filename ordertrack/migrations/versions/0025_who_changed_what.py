"""Who changed what of a company, its people, keys and settings: written once and never changed.

Revision ID: 0025
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart

revision = "0025"
down_revision = "0024"

GRANTS = {"audit_entries": ["SELECT", "INSERT"]}

# Nothing refers to what was changed: an entry outlives it.
ENTRIES = """
CREATE TABLE audit_entries (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    label text NOT NULL,
    restaurant_id uuid,
    before jsonb,
    after jsonb,
    PRIMARY KEY (tenant_id, id),
    CHECK (before IS NOT NULL OR after IS NOT NULL)
);
CREATE INDEX audit_entries_newest ON audit_entries (tenant_id, at, id);
"""


def upgrade() -> None:
    op.execute(ENTRIES)
    keep_tenants_apart("audit_entries")
