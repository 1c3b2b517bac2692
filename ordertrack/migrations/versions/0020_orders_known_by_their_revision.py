"""Moves and actions on an order as it is known, which the schema holds against the revision that it has.

Revision ID: 0020
"""

from ordertrack.migrations.building import make_function

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    make_function("advance_known_order", 1)
    make_function("act_on_known_order", 1)
