"""A screen says what its filters hide: what every open board hides is known to be shown nowhere.

Revision ID: 0011
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("""
        ALTER TABLE screens
          ADD COLUMN hides jsonb,
          ADD COLUMN told_at timestamptz NOT NULL DEFAULT clock_timestamp()
    """)
