"""Reports of what was replayed or imported are made anew: times that were drawn are told from measured ones.

Revision ID: 0036
"""

from __future__ import annotations

from ordertrack.migrations.building import make_reports_anew

revision = "0036"
down_revision = "0035"

# By orders: they are fewer than their events.
REPLAYED = "orders WHERE tenant_id = tenant AND idempotency_sender = 'program:replay'"


def upgrade() -> None:
    make_reports_anew(REPLAYED)
