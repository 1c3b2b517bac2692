"""The log says when each entry was recorded: history may be older than what is there, recording never is.

Revision ID: 0035
"""

from __future__ import annotations

from alembic import op

from ordertrack.migrations.building import make_function

revision = "0035"
down_revision = "0034"

# No row is touched, however long the log is: what was written before has none, and was recorded when it
# happened. What is written from now on gets it from the schema, also from the commit before, which does not
# know the column.
RECORDED = """
ALTER TABLE order_status_events ADD COLUMN recorded_at timestamptz;
ALTER TABLE order_actions ADD COLUMN recorded_at timestamptz;
CREATE TRIGGER record_entry BEFORE INSERT ON order_status_events
    FOR EACH ROW WHEN (NEW.recorded_at IS NULL) EXECUTE FUNCTION record_entry();
CREATE TRIGGER record_entry BEFORE INSERT ON order_actions
    FOR EACH ROW WHEN (NEW.recorded_at IS NULL) EXECUTE FUNCTION record_entry();
"""


def upgrade() -> None:
    make_function("record_entry", 1)
    op.execute(RECORDED)
    make_function("guard_event", 6)
    make_function("guard_action", 4)
