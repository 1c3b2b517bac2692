"""What is not kept for ever: all that is cleaned, and how long each is kept, stands here and is done here.

Guests' data in orders ends by the company's own setting: `orders/forgetting`. What ends within a request or
with a process cleans up after itself besides (tries to sign in, screens, access that ended).
"""

from __future__ import annotations

import uuid
from typing import NamedTuple

import structlog
from sqlalchemy import text

from ordertrack.database.session import db, enter_tenant
from ordertrack.following import periodic, positions
from ordertrack.orders.forgetting import retention
from ordertrack.tenants import quotas

EVERY = 3600.0  # seconds
_AT_ONCE = 5000
_log = structlog.get_logger(__name__)


class Kept(NamedTuple):
    """Rows of `table` go `days` after the moment `since`, an expression of theirs; NULL: they stay."""

    what: str
    days: int
    table: str
    since: str


_ORDER_ENDED = """
    (SELECT status_since FROM orders WHERE orders.tenant_id = kept.tenant_id AND orders.id = kept.order_id
        AND status IN ('completed', 'cancelled'))
"""
OF_COMPANIES = (
    Kept("what was sent to webhooks, and what they answered", 14, "webhook_deliveries", "at"),
    Kept("jobs that have ended", 14, "jobs", "ended_at"),
    Kept("what shops and platforms sent, as it came", 14, "channel_payloads", "received_at"),
    Kept("uploaded order logs that nobody had written", 7, "log_imports", "CASE WHEN state <> 'written' THEN"
         " made_at END"),
    Kept("alerts of managers that are over", 30, "manager_alerts", "ended_at"),
    Kept("browsers of managers whose sign-in has ended", 0, "manager_browsers", "(SELECT ended_at FROM"
         " staff_sessions WHERE staff_sessions.tenant_id = kept.tenant_id AND id = kept.session_id)"),
    Kept("sign-ins that have ended, or were not seen", 30, "staff_sessions", "CASE WHEN NOT EXISTS (SELECT"
         " FROM manager_browsers WHERE manager_browsers.tenant_id = kept.tenant_id AND session_id = kept.id)"
         " THEN coalesce(ended_at, last_seen_at) END"),
    Kept("links that set a password", 7, "password_links", "expires_at"),
    Kept("codes that set up a tablet", 7, "tablet_codes", "expires_at"),
    Kept("browsers of guests whose order has ended", 1, "guest_browsers", _ORDER_ENDED),
    Kept("what guests wished to be told", 30, "guest_wishes", _ORDER_ENDED),
    Kept("up to where guests have seen their order", 30, "guest_pages", _ORDER_ENDED),
    Kept("screens that have gone", 1, "screens", "seen_at"),
    Kept("when a device last had a board open", 7, "closed_screens", "seen_at"),
)  # fmt: skip
OF_THE_HOUSE = (
    Kept("invitations to found a company", 30, "company_invitations", "CASE WHEN NOT is_first THEN"
         " coalesce(used_at, expires_at) END"),
    Kept("tries to sign in", 1, "sign_in_tries", "ends_at"),
)  # fmt: skip


def register() -> None:
    periodic.register("housekeeping", EVERY, keep_house)


def keep_house() -> None:
    """Clean up in all companies, and in the house; one company's trouble is its own."""
    for kept in OF_THE_HOUSE:
        _clean(kept, "")
        db.session.commit()
    heads = positions.heads()
    entries, size = sum(head.seq for head in heads), quotas.size_of_house()
    for head in heads:
        tenant_id = head.tenant_id
        enter_tenant(tenant_id)
        try:
            clean(tenant_id)
            retention.mask_due(tenant_id)
            quotas.note_use(tenant_id, quotas.share(size, head.seq, entries))
            db.session.commit()
        except Exception:
            db.session.rollback()
            _log.exception("a company was not cleaned up", tenant=str(tenant_id))


def clean(tenant_id: uuid.UUID) -> dict[str, int]:
    """Remove what is too old in the entered tenant; by table, how many rows."""
    found = db.session.execute(_LOOK, {"tenant_id": tenant_id}).one()
    too_old = [kept for kept, is_there in zip(OF_COMPANIES, found, strict=True) if is_there]
    removed = {kept.table: _clean(kept, _OURS, tenant_id=tenant_id) for kept in too_old}
    db.session.commit()
    return removed


def days_of(table: str) -> int:
    """For how many days what stands there is kept."""
    return next(kept.days for kept in (*OF_COMPANIES, *OF_THE_HOUSE) if kept.table == table)


_OURS = "tenant_id = :tenant_id AND "


def _is_too_old(kept: Kept) -> str:
    return f"{kept.since} < clock_timestamp() - interval '{kept.days} days'"


def _is_there(kept: Kept) -> str:
    return f"EXISTS (SELECT FROM {kept.table} AS kept WHERE {_OURS} {_is_too_old(kept)})"


# In most companies nothing is too old: one question for all of it.
_LOOK = text(f"SELECT {', '.join(map(_is_there, OF_COMPANIES))}")


def _clean(kept: Kept, whose: str, **asked: object) -> int:
    """A part at a time, so that nobody waits long for what is removed."""
    statement = text(f"""
        DELETE FROM {kept.table} WHERE {whose} ctid = ANY (ARRAY(
            SELECT ctid FROM {kept.table} AS kept
             WHERE {whose} {_is_too_old(kept)} LIMIT :most))
    """)  # noqa: S608 (words of our own)
    gone = 0
    while True:
        removed = db.session.connection().execute(statement, {"most": _AT_ONCE, **asked}).rowcount
        gone += removed
        if removed < _AT_ONCE:
            return gone
        db.session.commit()
