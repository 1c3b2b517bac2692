"""The channels on which PostgreSQL notifies, and what their payloads say."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.database.statements import Statement

EVENTS_CHANNEL = "ordertrack_events"
"""`<tenant>:<seq>`: the tenant's log has grown so far."""

REVOKED_CHANNEL = "ordertrack_revoked"
"""An actor, such as `key:<id>`, whose streams end."""

READMITTED_CHANNEL = "ordertrack_readmitted"
"""An actor who has access again, such as `staff:<id>`: its streams are welcome."""

SETTINGS_CHANNEL = "ordertrack_settings"
"""`<tenant>:<restaurant>`: something of it was saved."""

SCREENS_CHANNEL = "ordertrack_screens"
"""`<tenant>`: its screens changed."""

ROLLUP_CHANNEL = "ordertrack_rollup"
"""`<tenant>`: reports have new figures."""

_NOTIFY = text("SELECT pg_notify(:channel, :payload)")
_NOTIFY_AT_ONCE = Statement(
    "SELECT pg_notify(%(channel)s, payload) FROM unnest(%(payloads)s::text[]) AS payload"
)


def notify(channel: str, payload: str) -> None:
    """Have every process know, as soon as this session's transaction is committed."""
    db.session.execute(_NOTIFY, {"channel": channel, "payload": payload})


def notify_at_once(channel: str, payloads: Sequence[str]) -> None:
    """Have every process know now; all of them in one transaction."""
    _NOTIFY_AT_ONCE.rows(channel=channel, payloads=list(payloads))
