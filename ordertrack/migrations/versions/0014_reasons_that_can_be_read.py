"""A reason is text with more in it than blanks.

Revision ID: 0014
"""

from ordertrack.migrations.building import make_function

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    make_function("says_reason", 1)
    make_function("guard_event", 4)
