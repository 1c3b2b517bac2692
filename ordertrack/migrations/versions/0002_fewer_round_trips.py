"""A move in one round trip, and one look at the heads of all the tenants that a process watches.

Revision ID: 0002
"""

from alembic import op

from ordertrack.migrations.building import make_function

revision = "0002"
down_revision = "0001"

WATCHING = """
CREATE POLICY by_watching ON tenant_streams FOR SELECT USING (
    tenant_id = ANY (string_to_array(current_setting('ordertrack.watched_tenants', true), ',')::uuid[])
)
"""


def upgrade() -> None:
    make_function("advance_order", 1)
    op.execute(WATCHING)
