"""Moving a follower on in one tenant's log, in one transaction with what it makes of the entries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from ordertrack.database.session import db
from ordertrack.following.followers import Follower
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import ActionRecord, EventRecord

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
    UPDATE follower_positions SET seq = :seq
     WHERE tenant_id = :tenant_id AND follower = :follower AND seq = :after
       AND set_config('synchronous_commit', 'off', true) = 'off'
""")
_KNOW = text("INSERT INTO followers (name) SELECT unnest(CAST(:names AS text[])) ON CONFLICT DO NOTHING")
_HEADS = text("SELECT tenant_id, seq, positions FROM followed_heads()")


class Followed(NamedTuple):
    """How a page of entries was followed: whether there is more, and when the newest of it was recorded.

    `place` is where the follower is now in the log of a tenant that it concerns; None: it does not.
    """

    is_more: bool
    newest: dt.datetime | None
    place: int | None


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


def follow(tenant_id: uuid.UUID, follower: Follower, after: int | None = None) -> Followed:
    """Give a follower the next entries of the entered tenant's log.

    `after` is where it was left, of a tenant that it concerned a moment ago: it is not asked again then.
    History is passed over: nobody is told now of what happened then.
    """
    while True:
        if after is None and (after := _ask(tenant_id, follower)) is None:
            return Followed(False, None, None)
        page = event_log.log_after(tenant_id, after, PAGE)  # outside of a transaction, by a plan that is kept
        if not page:
            return Followed(False, None, after)
        last = page[-1].event
        if _give(tenant_id, follower, after, [each.event for each in page]):
            return Followed(len(page) == PAGE, last.recorded_at, last.cursor.seq)
        after = None  # somebody else has moved it


def _ask(tenant_id: uuid.UUID, follower: Follower) -> int | None:
    """Where it is in the log of a tenant that it concerns; what happened elsewhere is passed over."""
    try:
        head = event_log.head(tenant_id).seq  # before it is asked whom that concerns, or something is missed
        connection = db.session.connection()
        seq = _place(connection, tenant_id, follower.name)
        does_concern = follower.concerns(connection, tenant_id)
        if not does_concern and seq < head:
            _move(connection, tenant_id, follower.name, seq, head)
        db.session.commit()
        return seq if does_concern else None
    finally:
        db.session.rollback()


def _give(
    tenant_id: uuid.UUID, follower: Follower, after: int, entries: Sequence[EventRecord | ActionRecord]
) -> bool:
    """Whether it was there still, and has gone on."""
    try:
        connection = db.session.connection()
        if not _move(connection, tenant_id, follower.name, after, entries[-1].cursor.seq):
            return False
        if news := [entry for entry in entries if not entry.is_history]:
            follower.follow(connection, tenant_id, news)
        db.session.commit()
        return True
    finally:
        db.session.rollback()


def _move(connection: Connection, tenant_id: uuid.UUID, name: str, after: int, seq: int) -> bool:
    asked = {"tenant_id": tenant_id, "follower": name, "after": after, "seq": seq}
    return bool(connection.execute(_MOVE, asked).rowcount)


def _place(connection: Connection, tenant_id: uuid.UUID, name: str) -> int:
    asked = {"tenant_id": tenant_id, "follower": name}
    seq = connection.execute(_PLACE, asked).scalar()
    if seq is None:
        connection.execute(_BEGIN, asked)
        seq = connection.execute(_PLACE, asked).scalar_one()
    return int(seq)
