"""One look at the heads of all the tenants that a process watches, instead of one each.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("""
        CREATE POLICY by_watching ON tenant_streams FOR SELECT USING (
            tenant_id = ANY (
                string_to_array(current_setting('ordertrack.watched_tenants', true), ',')::uuid[]
            )
        )
    """)
