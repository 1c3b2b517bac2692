"""The log has no gap, no number twice, no entry that contradicts its order, and time that never runs back.

Revision ID: 0008
"""

from alembic import op

from ordertrack.migrations.building import make_function

revision = "0008"
down_revision = "0007"

MOMENT = """
ALTER TABLE tenant_streams ADD COLUMN last_at timestamptz;
"""
GAP = """
CREATE CONSTRAINT TRIGGER guard_gap AFTER UPDATE OF seq ON tenant_streams
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.seq <> OLD.seq) EXECUTE FUNCTION guard_gap();
"""

# An upgraded house begins with the moment at which its log ends. An owner who is no superuser sees the rows
# of all tenants only while row-level security is not forced.
LAST = """
ALTER TABLE tenant_streams NO FORCE ROW LEVEL SECURITY;
ALTER TABLE order_status_events NO FORCE ROW LEVEL SECURITY;
ALTER TABLE order_actions NO FORCE ROW LEVEL SECURITY;
UPDATE tenant_streams AS stream SET last_at = coalesce(
    (SELECT occurred_at FROM order_status_events AS event
      WHERE event.tenant_id = stream.tenant_id AND event.seq = stream.seq),
    (SELECT occurred_at FROM order_actions AS action
      WHERE action.tenant_id = stream.tenant_id AND action.seq = stream.seq));
ALTER TABLE tenant_streams FORCE ROW LEVEL SECURITY;
ALTER TABLE order_status_events FORCE ROW LEVEL SECURITY;
ALTER TABLE order_actions FORCE ROW LEVEL SECURITY;
"""


def upgrade() -> None:
    op.execute(MOMENT)
    make_function("guard_stream", 2)
    make_function("guard_gap", 1)
    op.execute(GAP)
    op.execute(LAST)
    make_function("may_write_past", 1)
    make_function("goes_on_in_time", 1)
    for function in ("guard_order_status", "guard_event", "guard_action", "act_on_order"):
        make_function(function, 2)
    make_function("advance_order", 5)
