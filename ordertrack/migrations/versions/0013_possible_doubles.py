"""An order says of which other one it may be a double: the same sender gave the same reference just before.

Revision ID: 0013
"""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN possible_double_of integer")
