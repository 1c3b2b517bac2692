"""What managers do on their pages: restaurants are made, named, closed, have hours, logos; keys are made.

People are invited by a link, get another role or name, have a language, and may be of some restaurants only.

Revision ID: 0029
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart, make_function

revision = "0029"
down_revision = "0028"

GRANTS = {
    "restaurants": ["INSERT", "UPDATE (name, closed_at)"],
    "api_keys": [
        "INSERT",
        "UPDATE (key_hash, previous_hash, previous_until, expires_at, revoked_at)",
    ],
    "restaurant_hours": ["SELECT", "INSERT"],
    "logos": ["SELECT", "INSERT"],
    "staff_members": [
        "INSERT (email, language, restaurant_ids)",
        "UPDATE (name, role, language, restaurant_ids)",
    ],
}

CLOSED = "ALTER TABLE restaurants ADD COLUMN closed_at timestamptz"
# Whoever knows a picture's digest may see it: guests do, who belong to no company.
LOGOS = """
ALTER TABLE restaurant_brands ADD COLUMN logo text;
CREATE TABLE logos (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    digest text NOT NULL,
    png bytea NOT NULL,
    PRIMARY KEY (tenant_id, digest)
);
CREATE INDEX logos_digest ON logos (digest);
CREATE POLICY by_digest ON logos FOR SELECT USING (digest = current_setting('ordertrack.logo_digest', true));
"""
# Who is invited has an address and chooses the password later.
INVITED = """
ALTER TABLE staff_members DROP CONSTRAINT staff_members_check,
    ADD CONSTRAINT staff_members_check CHECK (password_hash IS NULL OR email IS NOT NULL)
"""
# Without a list somebody sees to all restaurants, as everybody did before.
PEOPLE = """
ALTER TABLE staff_members ADD COLUMN language text,
    ADD COLUMN restaurant_ids uuid[] CHECK (cardinality(restaurant_ids) > 0)
"""
HOURS = """
CREATE TABLE restaurant_hours (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    version integer NOT NULL,
    weekly jsonb NOT NULL,
    special jsonb NOT NULL,
    saved_by text NOT NULL,
    actor text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, restaurant_id, version),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);
"""


def upgrade() -> None:
    op.execute(CLOSED)
    op.execute(LOGOS)
    op.execute(PEOPLE)
    op.execute(INVITED)
    make_function("use_password_link", 2)
    op.execute(HOURS)
    keep_tenants_apart("restaurant_hours", "logos")
