"""Taps are found by their time: whether one is a mass tap depends on what lies around it."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0008"


def upgrade() -> None:
    op.execute("CREATE INDEX order_status_events_time ON order_status_events (tenant_id, occurred_at)")
