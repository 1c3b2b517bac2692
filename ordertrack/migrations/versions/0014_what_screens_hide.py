"""A screen says what its filters hide: what every open board hides is known to be shown nowhere.

Revision ID: 0014
"""

from alembic import op

revision = "0014"
down_revision = "0012"


def upgrade() -> None:
    op.execute("ALTER TABLE screens ADD COLUMN hides jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE screens DROP COLUMN hides")
