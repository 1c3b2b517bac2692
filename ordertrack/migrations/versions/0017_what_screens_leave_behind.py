"""When each board was last open on a device; and a promise made anew begins without a delay.

Revision ID: 0017
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart, make_function

revision = "0017"
down_revision = "0016"

GRANTS = {"closed_screens": ["SELECT", "INSERT", "UPDATE", "DELETE"]}

CLOSED = """
CREATE TABLE closed_screens (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    board text NOT NULL,
    watcher text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, restaurant_id, board, watcher),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);
CREATE POLICY by_watching ON closed_screens FOR ALL USING (tenant_id IN (
    SELECT watched::uuid
      FROM unnest(string_to_array(current_setting('ordertrack.watched_tenants', true), ',')) AS watched
));
"""

# What was delayed before somebody promised something else is no part of the new promise.
DELAYS = """
UPDATE orders SET delayed_by = stands.delayed FROM (
    SELECT tenant_id, order_id, coalesce(sum(minutes) FILTER (WHERE seq > promised), 0) AS delayed
      FROM (
        SELECT *, max(seq) FILTER (WHERE changes -> 'fields' ? 'promised_at')
                OVER (PARTITION BY tenant_id, order_id) AS promised
          FROM order_actions) AS action
     WHERE promised IS NOT NULL GROUP BY tenant_id, order_id) AS stands
 WHERE (orders.tenant_id, orders.id) = (stands.tenant_id, stands.order_id)
   AND orders.delayed_by <> stands.delayed
"""

# Whoever promises: so does the commit before, which knows nothing of this.
PROMISES = """
CREATE TRIGGER begin_promise BEFORE UPDATE OF promised_at ON orders FOR EACH ROW
    WHEN (NEW.promised_at IS DISTINCT FROM OLD.promised_at AND NEW.delayed_by = OLD.delayed_by)
    EXECUTE FUNCTION begin_promise();
"""


def upgrade() -> None:
    op.execute(CLOSED)
    keep_tenants_apart("closed_screens")
    op.execute("ALTER TABLE orders DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE order_actions NO FORCE ROW LEVEL SECURITY")
    op.execute(DELAYS)
    op.execute("ALTER TABLE order_actions FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE orders ENABLE TRIGGER USER, FORCE ROW LEVEL SECURITY")
    make_function("begin_promise", 1)
    op.execute(PROMISES)
