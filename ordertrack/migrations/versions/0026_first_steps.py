"""A company says its currency and its languages; it can be founded on a page, by an address that holds once,
and a tablet is opened by a code that its manager confirms.

Revision ID: 0026
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart, make_function

revision = "0026"
down_revision = "0025"

GRANTS = {
    "tenants": ["INSERT (id, slug, name, currency, languages)", "UPDATE (currency, languages)"],
    "tenant_streams": ["INSERT (tenant_id, last_at)"],
    "restaurants": ["INSERT (tenant_id, id, slug, name, timezone, numbered_on)"],
    "company_invitations": ["SELECT", "UPDATE (used_at)"],
    "tablet_codes": ["SELECT", "INSERT", "UPDATE", "DELETE"],
    "first_steps": ["SELECT", "INSERT", "UPDATE (put_away_at, test_order_id)"],
    "FUNCTION house_is_empty()": ["EXECUTE"],
}

COMPANIES = """
ALTER TABLE tenants
    ADD COLUMN currency text NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$'),
    ADD COLUMN languages text[] NOT NULL DEFAULT '{en,fr,ar}'
        CHECK (cardinality(languages) > 0 AND languages <@ '{en,fr,ar}'::text[])
"""
# What a company that is there counts in, its last orders say. Row-level security is forced on its owner too,
# so one company after the other.
THEIR_CURRENCY = """
DO $$
DECLARE tenant uuid;
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        UPDATE tenants SET currency = said.currency FROM (
            SELECT latest.currency FROM (
                SELECT orders.currency, placed_at FROM orders WHERE tenant_id = tenant
                 ORDER BY placed_at DESC LIMIT 1000
            ) AS latest WHERE latest.currency IS NOT NULL ORDER BY placed_at DESC LIMIT 1
        ) AS said WHERE tenants.id = tenant;
    END LOOP;
    PERFORM set_config('ordertrack.tenant_id', '', true);
END $$
"""
# It belongs to no company: each is the address at which one can be founded. The first opens an empty house.
INVITATIONS = """
CREATE TABLE company_invitations (
    id uuid PRIMARY KEY,
    digest text NOT NULL,
    is_first boolean NOT NULL,
    language text,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz CHECK (is_first = (expires_at IS NULL)),
    used_at timestamptz
);
CREATE UNIQUE INDEX company_invitations_digest ON company_invitations (digest);
CREATE UNIQUE INDEX company_invitations_first ON company_invitations (is_first) WHERE is_first;
"""
# Of the code, and of what the device shows that has opened it, only digests are kept.
TABLET_CODES = """
CREATE TABLE tablet_codes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    board text NOT NULL CHECK (board IN ('kitchen', 'dispatch', 'pickup')),
    name text NOT NULL,
    digest text NOT NULL,
    made_by text NOT NULL,
    actor text NOT NULL,
    expires_at timestamptz NOT NULL,
    claim_digest text,
    number integer CHECK ((claim_digest IS NULL) = (number IS NULL)),
    refused_at timestamptz,
    tablet_id uuid CHECK (tablet_id IS NULL OR (claim_digest IS NOT NULL AND refused_at IS NULL)),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id),
    FOREIGN KEY (tenant_id, tablet_id) REFERENCES tablets (tenant_id, id)
);
CREATE INDEX tablet_codes_digest ON tablet_codes (digest);
CREATE POLICY by_credential ON tablet_codes FOR SELECT
    USING (digest = current_setting('ordertrack.tablet_code', true));
"""
# Only of companies that were founded on a page.
FIRST_STEPS = """
CREATE TABLE first_steps (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    test_order_id uuid,
    put_away_at timestamptz,
    FOREIGN KEY (tenant_id, test_order_id) REFERENCES orders (tenant_id, id)
)
"""
# Reports leave these out: see `orders.tests_of_boards`.
TESTS = """
CREATE INDEX orders_of_tests ON orders (tenant_id, id) WHERE idempotency_sender = 'program:test-order'
"""


def upgrade() -> None:
    op.execute(COMPANIES)
    op.execute(THEIR_CURRENCY)
    op.execute(INVITATIONS)
    op.execute(TABLET_CODES)
    op.execute(FIRST_STEPS)
    op.execute(TESTS)
    keep_tenants_apart("tablet_codes", "first_steps")
    make_function("house_is_empty", 1)
