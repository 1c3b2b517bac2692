"""Moves and actions are made in the tenant that was entered, and name none.

Revision ID: 0022
"""

from ordertrack.migrations.building import make_function

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    make_function("advance_order", 11)
    make_function("advance_known_order", 2)
    make_function("act_on_order", 7)
    make_function("act_on_known_order", 2)
    # For the commit before; they are to be dropped when it is gone.
    make_function("enter_as_named", 1)
    make_function("advance_order", 12)
    make_function("advance_known_order", 3)
    make_function("act_on_order", 8)
    make_function("act_on_known_order", 3)
