"""Moves and actions are written without a wake-up: whoever wrote them has others know after the commit.

A notification in the transaction has every commit of the database wait for the one before it.

Revision ID: 0018
"""

from alembic import op

from ordertrack.migrations.building import make_function

revision = "0018"
down_revision = "0017"


# What nobody has called since changes and delays came.
OLD = """
DROP FUNCTION advance_order(uuid, uuid, text, text, boolean, boolean, text, text, jsonb, text);
DROP FUNCTION act_on_order(uuid, uuid, text, text, integer, text, text, text, jsonb, text);
"""


def upgrade() -> None:
    op.execute(OLD)
    make_function("advance_order", 9)
    make_function("advance_order", 10)
    make_function("act_on_order", 5)
    make_function("act_on_order", 6)
