"""Tenants, orders, the log, and the rules that hold whoever writes.

Revision ID: 0001
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart, make_function

revision = "0001"
down_revision = None

GRANTS = {
    "tenants": ["SELECT"],
    "restaurants": ["SELECT", "UPDATE (numbered_on, last_number, timezone, business_day_start)"],
    "staff_members": ["SELECT", "UPDATE (revoked_at)"],
    "staff_sessions": ["SELECT", "INSERT", "UPDATE (ended_at)"],
    "api_keys": ["SELECT"],
    "status_transitions": ["SELECT"],
    "orders": ["SELECT", "INSERT", "UPDATE (status, version, status_since)"],
    "order_items": ["SELECT", "INSERT"],
    "tracking_links": ["SELECT", "INSERT"],
    "tenant_streams": ["SELECT", "UPDATE (seq)"],
    "order_status_events": ["SELECT", "INSERT"],
}

STATUSES = "('pending', 'confirmed', 'preparing', 'ready', 'delivering', 'completed', 'cancelled')"


TABLES = f"""
CREATE TABLE tenants (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE restaurants (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    timezone text NOT NULL,
    business_day_start time NOT NULL DEFAULT '04:00',
    numbered_on date,
    last_number integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, slug)
);

CREATE TABLE staff_members (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    email text NOT NULL CHECK (email = lower(email)),
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('kitchen', 'dispatch', 'manager', 'owner')),
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email)
);
CREATE INDEX staff_members_email ON staff_members (email);

CREATE TABLE staff_sessions (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff_members (tenant_id, id)
);

CREATE TABLE api_keys (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    name text NOT NULL,
    key_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX api_keys_hash ON api_keys (key_hash);

CREATE TABLE status_transitions (
    from_status text NOT NULL CHECK (from_status IN {STATUSES}),
    to_status text NOT NULL CHECK (to_status IN {STATUSES}),
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO status_transitions VALUES
    ('pending', 'confirmed'), ('pending', 'cancelled'),
    ('confirmed', 'preparing'), ('confirmed', 'cancelled'),
    ('preparing', 'ready'),
    ('ready', 'delivering'), ('ready', 'completed'),
    ('delivering', 'completed');

CREATE TABLE orders (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    business_date date NOT NULL,
    number integer NOT NULL,
    status text NOT NULL CHECK (status IN {STATUSES}),
    version integer NOT NULL,
    status_since timestamptz NOT NULL,
    fulfilment text NOT NULL CHECK (fulfilment IN ('delivery', 'pickup', 'dine_in')),
    placed_at timestamptz NOT NULL,
    promised_at timestamptz,
    reference text,
    customer jsonb,
    idempotency_key text,
    idempotency_hash text,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, restaurant_id, business_date, number),
    UNIQUE (tenant_id, idempotency_key),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);
CREATE INDEX orders_board ON orders (tenant_id, restaurant_id, status, status_since);
CREATE INDEX orders_newest ON orders (tenant_id, placed_at, id);

CREATE TABLE order_items (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    notes text,
    modifiers jsonb NOT NULL DEFAULT '[]'::jsonb,
    PRIMARY KEY (tenant_id, order_id, position),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);

CREATE TABLE tracking_links (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    token text NOT NULL,
    PRIMARY KEY (tenant_id, order_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE INDEX tracking_links_token ON tracking_links (token);

CREATE TABLE tenant_streams (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    epoch bigint NOT NULL DEFAULT extract(epoch FROM clock_timestamp())::bigint,
    seq bigint NOT NULL DEFAULT 0
);

CREATE TABLE order_status_events (
    tenant_id uuid NOT NULL REFERENCES tenants,
    seq bigint NOT NULL,
    order_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    version integer NOT NULL,
    from_status text,
    to_status text NOT NULL CHECK (to_status IN {STATUSES}),
    changed_by text NOT NULL,
    actor text NOT NULL,
    occurred_at timestamptz NOT NULL,
    in_status_for interval,
    metadata jsonb NOT NULL DEFAULT '{{}}'::jsonb,
    PRIMARY KEY (tenant_id, seq),
    UNIQUE (tenant_id, order_id, version, to_status),
    CHECK ((from_status IS NULL) = (version = 1)),
    CHECK (from_status IS NOT NULL OR to_status = 'pending'),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id),
    FOREIGN KEY (from_status, to_status) REFERENCES status_transitions (from_status, to_status)
);

-- The one story: at commit, an order's status must be what its newest event says.
ALTER TABLE orders ADD CONSTRAINT orders_status_is_last_event
    FOREIGN KEY (tenant_id, id, version, status)
    REFERENCES order_status_events (tenant_id, order_id, version, to_status)
    DEFERRABLE INITIALLY DEFERRED;
"""

TRIGGERS = """
CREATE TRIGGER guard_order_status BEFORE INSERT OR UPDATE ON orders
    FOR EACH ROW EXECUTE FUNCTION guard_order_status();
CREATE TRIGGER guard_event AFTER INSERT ON order_status_events
    FOR EACH ROW EXECUTE FUNCTION guard_event();
CREATE TRIGGER guard_stream BEFORE UPDATE ON tenant_streams
    FOR EACH ROW EXECUTE FUNCTION guard_stream();
"""

TENANT_OWNED = (
    "restaurants",
    "staff_members",
    "staff_sessions",
    "api_keys",
    "orders",
    "order_items",
    "tracking_links",
    "tenant_streams",
    "order_status_events",
)

CREDENTIALS = """
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON tenants USING (id = current_tenant()) WITH CHECK (id = current_tenant());
CREATE POLICY operator ON tenants TO CURRENT_USER USING (true) WITH CHECK (true);

-- Whoever presents a credential sees the row that holds it, so that a request can learn its tenant.
CREATE POLICY by_slug ON tenants FOR SELECT
    USING (slug = current_setting('ordertrack.tenant_slug', true));
CREATE POLICY by_credential ON staff_members FOR SELECT
    USING (email = current_setting('ordertrack.sign_in_email', true));
CREATE POLICY by_credential ON api_keys FOR SELECT
    USING (key_hash = current_setting('ordertrack.api_key_hash', true));
CREATE POLICY by_credential ON tracking_links FOR SELECT
    USING (token = current_setting('ordertrack.tracking_token', true));
"""


def upgrade() -> None:
    op.execute(TABLES)
    for guard in ("guard_order_status", "guard_event", "guard_stream"):
        make_function(guard, 1)
    op.execute(TRIGGERS)
    make_function("current_tenant", 1)
    keep_tenants_apart(*TENANT_OWNED)
    op.execute(CREDENTIALS)
