"""Jobs are added, ended and taken several at once, each in one call: taps wait for the same database.

What ends one job stays, for the release before calls it, and so do jobs that end with what they wrote.

Revision ID: 0041
"""

from __future__ import annotations

from ordertrack.migrations.building import make_function

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    make_function("add_jobs", 1)
    make_function("end_jobs", 1)
    make_function("take_jobs", 1)
    make_function("note_deliveries", 1)
