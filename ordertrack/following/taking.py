"""Which jobs run next, and what becomes of them: compared and set, so that no two processes have one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import text

from ordertrack.database.session import db, is_in_transaction
from ordertrack.database.statements import TenantCall
from ordertrack.following import jobs
from ordertrack.following.jobs import Again, Done, Failed, Job, Outcome
from ordertrack.following.models import State

AT_ONCE = 8  # jobs of one destination
_LONGEST_NOTE = 500  # characters

# Every destination has its share of what is taken, whatever waits for the others; what waits is counted
# nowhere, for it may be very much.
_DESTINATIONS = """
    WITH RECURSIVE named (destination) AS (
        (SELECT min(destination) FROM jobs WHERE tenant_id = :tenant_id AND state = 'waiting')
        UNION ALL
        SELECT (SELECT min(jobs.destination) FROM jobs
                 WHERE tenant_id = :tenant_id AND state = 'waiting' AND jobs.destination > named.destination)
          FROM named WHERE named.destination IS NOT NULL
    ), open (destination, room) AS (
        SELECT named.destination, coalesce(busy.room, :most)
          FROM named LEFT JOIN unnest(CAST(:busy AS text[]), CAST(:rooms AS integer[]))
               AS busy (destination, room) USING (destination)
         WHERE named.destination IS NOT NULL
    )
"""
_TAKE = text(
    _DESTINATIONS  # noqa: S608 (words of our own)
    + """
    , next AS (
        SELECT first.id FROM open, LATERAL (
            SELECT id, due_at, row_number() OVER (ORDER BY due_at, id) AS place FROM jobs
             WHERE tenant_id = :tenant_id AND state = 'waiting' AND jobs.destination = open.destination
               AND kind = ANY (:kinds) AND due_at <= clock_timestamp()
             ORDER BY due_at, id LIMIT greatest(open.room, 0)) AS first
         ORDER BY first.place, first.due_at LIMIT :limit
    )
    UPDATE jobs SET state = 'running', tries = tries + 1, taken_by = :taker, taken_at = clock_timestamp()
     WHERE tenant_id = :tenant_id AND state = 'waiting' AND id IN (SELECT id FROM next)
    RETURNING id, tenant_id, kind, lane, destination, payload, state, tries, added_at, due_at, ended_at, note
"""
)
_NEXT = text(
    _DESTINATIONS  # noqa: S608 (words of our own)
    + """
    SELECT min(first.due_at) AS due_at, set_config('synchronous_commit', CASE WHEN :is_light THEN 'off'
               ELSE current_setting('synchronous_commit') END, true) AS kept
      FROM open, LATERAL (
        SELECT min(due_at) AS due_at FROM jobs
         WHERE tenant_id = :tenant_id AND state = 'waiting' AND jobs.destination = open.destination
           AND kind = ANY (:kinds)) AS first
     WHERE open.room > 0
"""
)
# Not waited for until it is on the disk: what a crash of the database makes undone is done again.
_LIGHTLY = """
    set_config('synchronous_commit', CASE WHEN %(is_light)s THEN 'off'
               ELSE current_setting('synchronous_commit') END, true) AS kept
"""
_END = TenantCall(
    "end_job",
    f"done AS was_ours, {_LIGHTLY}",
    "taker",
    "%(id)s, %(state)s, %(due_at)s::timestamptz, %(note)s, %(uncounted)s",
)
_ABANDONED = text("""
    SELECT id, kind, lane FROM jobs
     WHERE tenant_id = :tenant_id AND state = 'running' AND (taken_by <> :taker OR id <> ALL (:held))
       AND kind = ANY (:kinds)
     ORDER BY id FOR UPDATE
""")
_TAKE_UP = text("""
    UPDATE jobs SET state = 'waiting', due_at = clock_timestamp()
     WHERE tenant_id = :tenant_id AND id = ANY (:ids)
""")
_GIVE_UP = text("""
    UPDATE jobs SET state = 'unknown', ended_at = clock_timestamp(), note = :note
     WHERE tenant_id = :tenant_id AND id = ANY (:ids)
""")
_DIED = "The process ended while it was under way: it may have been done."
_DUE = text("SELECT tenant_id, at, are_under_way FROM jobs_due()")


class Taken(NamedTuple):
    """Jobs that run now, and when the next of those that may run is due (None: there is none)."""

    jobs: list[Job]
    next: dt.datetime | None


class Waiting(NamedTuple):
    tenant_id: uuid.UUID
    at: dt.datetime | None
    are_under_way: bool


def take(tenant_id: uuid.UUID, taker: uuid.UUID, rooms: Mapping[str, int], limit: int) -> Taken:
    """Take up to `limit` jobs of the entered tenant that are due; committed before they run.

    Those of kinds that are not known here are left to who knows them.
    `rooms` says how many more of a destination may run, where that is not `AT_ONCE`.
    """
    asked = {
        "tenant_id": tenant_id,
        "kinds": jobs.kinds(),
        "most": AT_ONCE,
        "busy": list(rooms),
        "rooms": list(rooms.values()),
    }
    try:
        rows = db.session.execute(_TAKE, {**asked, "taker": taker, "limit": limit}).all()
        taken = [Job.of(row) for row in rows]
        left = dict(rooms)
        for job in taken:
            left[job.destination] = left.get(job.destination, AT_ONCE) - 1
        # What is taken twice, since the database lost it in a crash, is done twice: some must not be.
        is_light = {job.kind for job in taken}.isdisjoint(jobs.kinds_done_once())
        now_asked = {**asked, "busy": list(left), "rooms": list(left.values()), "is_light": is_light}
        next_at = db.session.execute(_NEXT, now_asked).scalar()
        db.session.commit()
        return Taken(taken, next_at)
    finally:
        db.session.rollback()


def end(job: Job, taker: uuid.UUID, outcome: Outcome) -> bool:
    """Write down what became of a job, in the session's transaction if there is one; whether it was ours."""
    due_at = None
    if isinstance(outcome, Again):
        due_at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=outcome.after_seconds)
    (row,) = _END.rows(
        id=job.id,
        taker=taker,
        state=state_after(outcome).value,
        due_at=due_at,
        note=outcome.note and outcome.note[:_LONGEST_NOTE],
        uncounted=int(isinstance(outcome, Again) and not outcome.counts),
        is_light=not (jobs.kind_of(job.kind).once or is_in_transaction()),
    )
    return bool(row.was_ours)


def state_after(outcome: Outcome) -> State:
    if isinstance(outcome, Again):
        return State.WAITING
    if isinstance(outcome, Done):
        return State.DONE
    return State.FAILED if isinstance(outcome, Failed) else State.UNKNOWN


def take_up(tenant_id: uuid.UUID, taker: uuid.UUID, held: Collection[int]) -> int:
    """Have what no process runs any more of the entered tenant be run again, or end as unknown; how many.

    `held` are those that `taker` does run.
    """
    try:
        connection = db.session.connection()
        asked = {"tenant_id": tenant_id, "taker": taker, "held": list(held), "kinds": jobs.kinds()}
        rows = connection.execute(_ABANDONED, asked).all()
        once = set(jobs.kinds_done_once())
        given_up = [row for row in rows if row.kind in once]
        again = [row.id for row in rows if row.kind not in once]
        connection.execute(_TAKE_UP, {"tenant_id": tenant_id, "ids": again})
        if given_up:
            ids = [row.id for row in given_up]
            connection.execute(_GIVE_UP, {"tenant_id": tenant_id, "ids": ids, "note": _DIED})
        jobs.begin_stranded(connection, tenant_id)
        db.session.commit()
        return len(rows)
    finally:
        db.session.rollback()


def waiting() -> list[Waiting]:
    """Of which tenants jobs wait or run; asked outside of all tenants."""
    try:
        return [Waiting(*row) for row in db.session.execute(_DUE)]
    finally:
        db.session.rollback()
