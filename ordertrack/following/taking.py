"""Which jobs run next, and what becomes of them: compared and set, so that no two processes have one."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import text

from ordertrack.database.session import db, is_in_transaction
from ordertrack.database.statements import Statement, TenantCall
from ordertrack.following import jobs
from ordertrack.following.jobs import Again, Done, Failed, Job, Outcome, Record
from ordertrack.following.models import State

AT_ONCE = 8  # jobs of one destination
_LONGEST_NOTE = 500  # characters

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
# Each waits for what the one before gives back: what was said is kept, then jobs end, which makes room and
# begins what is next of their lanes, then some are taken.
_TURN = """
    SELECT ours, taken, next_due
      FROM set_config('ordertrack.tenant_id', %(entered)s, true) AS made,
           LATERAL (SELECT {keep} OFFSET 0) AS said (kept),
           LATERAL end_jobs(CASE WHEN kept >= 0 THEN %(taker)s::uuid END, %(ended)s::jsonb) AS ours,
           LATERAL take_jobs(CASE WHEN ours >= 0 THEN %(taker)s::uuid END, %(kinds)s::text[],
               %(once)s::text[], %(busy)s::text[], %(rooms)s::integer[], %(most)s, %(limit)s)
"""
_KEEP = """
    SELECT kept FROM set_config('ordertrack.tenant_id', %(entered)s, true) AS made,
           LATERAL (SELECT {keep} OFFSET 0) AS said (kept)
"""
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


@dataclass
class Ended:
    """What became of a job, and what it said of this run until that is kept."""

    job: Job
    outcome: Outcome
    record: Record | None = None


def take(
    tenant_id: uuid.UUID, taker: uuid.UUID, rooms: Mapping[str, int], limit: int, ended: Sequence[Ended] = ()
) -> Taken:
    """Take up to `limit` jobs of a tenant that are due, after what became of others was written down.

    It is committed before they run. Those of kinds that are not known here are left to who knows them.
    `rooms` says how many more of a destination may run, where that is not `AT_ONCE`; what has `ended` gave
    its room back. No job of kinds that are done once may be among those.
    """
    said = _said(ended)
    (row,) = _keeping(_TURN, *said).rows(
        entered=str(tenant_id),
        taker=taker,
        ended=json.dumps([_written(each.job, each.outcome) for each in ended]),
        kinds=jobs.kinds(),
        once=jobs.kinds_done_once(),
        busy=list(rooms),
        rooms=list(rooms.values()),
        most=AT_ONCE,
        limit=limit,
        **said,
    )
    return Taken([Job.read(each) for each in row.taken], row.next_due)


def keep(tenant_id: uuid.UUID, ended: Ended) -> None:
    """Write down what a job said; at once, unless the session is in a transaction."""
    if said := _said([ended]):
        _keeping(_KEEP, *said).rows(entered=str(tenant_id), **said)


def _said(ended: Iterable[Ended]) -> dict[str, str]:
    """What is to be kept, as JSON, by the function of the schema that does so."""
    found: dict[str, list[Record]] = {}
    for each in ended:
        name = jobs.kind_of(each.job.kind).keep
        if name is not None and each.record is not None:
            found.setdefault(name, []).append(each.record)
    return {name: json.dumps(records, default=str) for name, records in sorted(found.items())}


@cache
def _keeping(statement: str, *functions: str) -> Statement:
    calls = [f"{name}(CASE WHEN made <> '' THEN %({name})s::jsonb END)" for name in functions]
    return Statement(statement.format(keep=" + ".join(calls) or "length(made)"))


def end(job: Job, taker: uuid.UUID, outcome: Outcome) -> bool:
    """Write down what became of a job, in the session's transaction if there is one; whether it was ours."""
    written = _written(job, outcome)
    is_light = not (jobs.kind_of(job.kind).once or is_in_transaction())
    (row,) = _END.rows(taker=taker, is_light=is_light, **written)
    return bool(row.was_ours)


def _written(job: Job, outcome: Outcome) -> dict[str, Any]:
    due_at = None
    if isinstance(outcome, Again):
        due_at = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=outcome.after_seconds)).isoformat()
    return {
        "id": job.id,
        "state": state_after(outcome).value,
        "due_at": due_at,
        "note": outcome.note and _storable(outcome.note)[:_LONGEST_NOTE],
        "uncounted": int(isinstance(outcome, Again) and not outcome.counts),
    }


def _storable(note: str) -> str:
    return note.encode("utf-8", "replace").decode().replace("\0", " ")


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
