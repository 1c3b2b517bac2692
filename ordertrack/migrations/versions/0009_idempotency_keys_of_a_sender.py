"""An idempotency key belongs to who sent it: another till may use the same one for an order of its own.

Revision ID: 0009
"""

from alembic import op

from ordertrack.migrations.building import make_function

revision = "0009"
down_revision = "0008"

# Who sent an order stands in its first event. An owner who is no superuser sees all tenants' rows only while
# row-level security is not forced.
SENDER = """
ALTER TABLE orders ADD COLUMN idempotency_sender text;
ALTER TABLE orders NO FORCE ROW LEVEL SECURITY;
ALTER TABLE order_status_events NO FORCE ROW LEVEL SECURITY;
UPDATE orders SET idempotency_sender = actor FROM order_status_events AS event
 WHERE event.tenant_id = orders.tenant_id AND event.order_id = orders.id AND event.version = 1
   AND idempotency_key IS NOT NULL;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
ALTER TABLE order_status_events FORCE ROW LEVEL SECURITY;

ALTER TABLE orders ADD UNIQUE (tenant_id, idempotency_key, idempotency_sender);
ALTER TABLE orders DROP CONSTRAINT orders_tenant_id_idempotency_key_key;
"""

BEFORE = """
REVOKE ALL ON FUNCTION name_idempotency_sender() FROM PUBLIC;
CREATE TRIGGER name_idempotency_sender AFTER INSERT ON order_status_events
    FOR EACH ROW WHEN (NEW.version = 1) EXECUTE FUNCTION name_idempotency_sender();
"""


def upgrade() -> None:
    op.execute(SENDER)
    make_function("name_idempotency_sender", 1)
    op.execute(BEFORE)
