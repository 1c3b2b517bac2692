"""Moving a follower on in one tenant's log, in one transaction with what it makes of the entries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, text

from ordertrack.database.session import db
from ordertrack.following.followers import Follower
from ordertrack.orders.log import event_log

PAGE = 200  # entries a transaction

# What it makes of the log is not waited for until it is on the disk: after a crash of the database it is made
# again, of a log that was.
_PLACE = text("""
    SELECT seq, set_config('synchronous_commit', 'off', true) FROM follower_positions
     WHERE tenant_id = :tenant_id AND follower = :follower FOR UPDATE
""")
# A company that is older than the follower begins behind what was recorded before there was one, a younger
# one at its first entry: the same whenever it is asked, so nobody has to see to it before the first page.
_BEGIN = text("""
    INSERT INTO follower_positions (tenant_id, follower, seq)
    SELECT tenants.id, followers.name, CASE WHEN tenants.created_at < followers.since THEN greatest(0,
               (SELECT seq FROM order_status_events WHERE tenant_id = tenants.id
                   AND coalesce(recorded_at, occurred_at) < followers.since ORDER BY seq DESC LIMIT 1),
               (SELECT seq FROM order_actions WHERE tenant_id = tenants.id
                   AND coalesce(recorded_at, occurred_at) < followers.since ORDER BY seq DESC LIMIT 1))
           ELSE 0 END
      FROM tenants CROSS JOIN followers
     WHERE tenants.id = :tenant_id AND followers.name = :follower
    ON CONFLICT (tenant_id, follower) DO NOTHING
""")
_MOVE = text("""
    UPDATE follower_positions SET seq = :seq WHERE tenant_id = :tenant_id AND follower = :follower
""")
_KNOW = text("INSERT INTO followers (name) SELECT unnest(CAST(:names AS text[])) ON CONFLICT DO NOTHING")
_HEADS = text("SELECT tenant_id, seq, positions FROM followed_heads()")


class Followed(NamedTuple):
    """How a page of entries was followed: whether there is more, and when the newest of it was recorded.

    Nothing was, where the follower does not concern the tenant.
    """

    is_more: bool
    newest: dt.datetime | None
    concerns: bool = True


class Head(NamedTuple):
    tenant_id: uuid.UUID
    seq: int
    positions: dict[str, int]

    def behind(self, names: Iterable[str]) -> list[str]:
        """Which of these followers have something before them."""
        return [name for name in names if self.positions.get(name, 0) < self.seq]


def know(names: Collection[str]) -> None:
    """Note that there are followers of these names, the first time that they are heard of."""
    db.session.execute(_KNOW, {"names": list(names)})
    db.session.commit()


def heads() -> list[Head]:
    """How far each tenant's log goes, and its followers; asked outside of all tenants."""
    try:
        return [Head(row.tenant_id, row.seq, row.positions) for row in db.session.execute(_HEADS)]
    finally:
        db.session.rollback()


def follow(tenant_id: uuid.UUID, follower: Follower) -> Followed:
    """Give a follower the next entries of the entered tenant's log.

    History is passed over: nobody is told now of what happened then.
    """
    try:
        connection = db.session.connection()
        head = event_log.head(tenant_id).seq  # before it is asked whom that concerns, or something is missed
        seq = _place(connection, tenant_id, follower.name)
        if not follower.concerns(connection, tenant_id):
            _move(connection, tenant_id, follower.name, max(seq, head))
            db.session.commit()
            return Followed(False, None, False)
        entries = [each.event for each in event_log.log_after(tenant_id, seq, PAGE)]
        if entries:
            if news := [entry for entry in entries if not entry.is_history]:
                follower.follow(connection, tenant_id, news)
            _move(connection, tenant_id, follower.name, entries[-1].cursor.seq)
        db.session.commit()
        return Followed(len(entries) == PAGE, entries[-1].recorded_at if entries else None)
    finally:
        db.session.rollback()


def _move(connection: Connection, tenant_id: uuid.UUID, name: str, seq: int) -> None:
    connection.execute(_MOVE, {"tenant_id": tenant_id, "follower": name, "seq": seq})


def _place(connection: Connection, tenant_id: uuid.UUID, name: str) -> int:
    asked = {"tenant_id": tenant_id, "follower": name}
    seq = connection.execute(_PLACE, asked).scalar()
    if seq is None:
        connection.execute(_BEGIN, asked)
        seq = connection.execute(_PLACE, asked).scalar_one()
    return int(seq)
