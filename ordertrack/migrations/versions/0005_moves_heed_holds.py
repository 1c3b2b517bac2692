"""A board's move finds a hold that came while it waited for the order.

Revision ID: 0005
"""

from alembic import op

from ordertrack.migrations.building import make_function

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("DROP FUNCTION advance_order(uuid, uuid, text, text, boolean, text, text, jsonb, text)")
    make_function("advance_order", 4)
