"""Jobs: what has to be done for an entry, or at a moment, outside of every request.

Those of one lane are done one after the other, in the order in which they were added: one that fails holds up
its lane and no other. Of one destination, such as an address that is called, only so many run at once.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from flask import g
from sqlalchemy import Connection, Row, func, select, text

from ordertrack.database.channels import JOBS_CHANNEL, notify
from ordertrack.following.models import State, StoredJob

A_PAGE = 50
_MOMENTS = ("added_at", "due_at", "ended_at")


@dataclass(frozen=True)
class NewJob:
    """`payload` is JSON, and holds no secret. Without `due_at` it is due at once."""

    kind: str
    lane: str
    destination: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    due_at: dt.datetime | None = None


@dataclass(frozen=True)
class Job:
    """A job that is run now, or was; `tries` counts this run."""

    tenant_id: uuid.UUID
    id: int
    kind: str
    lane: str
    destination: str
    payload: dict[str, Any]
    state: State
    tries: int
    added_at: dt.datetime
    due_at: dt.datetime
    ended_at: dt.datetime | None
    note: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> Job:
        values = {name: getattr(row, name) for name in cls.__dataclass_fields__}
        return cls(**{**values, "state": State(row.state)})

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Job:
        """Of a row as JSON."""
        moments = {name: row[name] and dt.datetime.fromisoformat(row[name]) for name in _MOMENTS}
        return cls(
            **{**row, **moments, "tenant_id": uuid.UUID(row["tenant_id"]), "state": State(row["state"])}
        )


class Done(NamedTuple):
    """It is done; `note` says how, for people."""

    note: str | None = None


class Again(NamedTuple):
    """It has to be tried again, after so many seconds; its lane waits. Where it `counts` that was a try."""

    after_seconds: float
    note: str | None = None
    counts: bool = True


class Failed(NamedTuple):
    """It is not done and will not be: its lane goes on."""

    note: str | None = None


class Unknown(NamedTuple):
    """It may have been done, and will not be tried again: its lane goes on."""

    note: str | None = None


Outcome: TypeAlias = Done | Again | Failed | Unknown
Record: TypeAlias = Mapping[str, Any]


class Recorded(NamedTuple):
    """What became of a job, and what its kind keeps of this run."""

    outcome: Outcome
    record: Record | None = None


Work: TypeAlias = Callable[[Job], Outcome | Recorded]


class Kind(NamedTuple):
    name: str
    work: Work
    once: bool
    keep: str | None


_kinds: dict[str, Kind] = {}


def register(kind: str, work: Work, *, once: bool = False, keep: str | None = None) -> None:
    """Have jobs of this kind be done by `work(job)`, wherever `ordertrack follow` runs.

    It is called in the job's tenant, in a thread. What it writes in the session and what becomes of the job
    are committed together. It must hold no transaction while it calls somebody, and come back in time by
    itself. What it raises is logged, and it is tried again.

    A job whose process died while it ran is run again; with `once` it ends as unknown instead.

    Jobs that wrote nothing in the session end several at once, a moment later. What they said as `Recorded`
    is written down with that, by the function of the schema that `keep` names: of a JSON array of records,
    in the tenant, which gives back how many.
    """
    _kinds[kind] = Kind(kind, work, once, keep)


def kind_of(name: str) -> Kind:
    return _kinds[name]


def kinds() -> list[str]:
    return list(_kinds)


def kinds_done_once() -> list[str]:
    return [kind.name for kind in _kinds.values() if kind.once]


def add(
    connection: Connection,
    tenant_id: uuid.UUID,
    kind: str,
    lane: str,
    destination: str,
    payload: Mapping[str, Any],
    due_at: dt.datetime | None = None,
) -> int:
    """Add one as a part of the caller's transaction; its number. See `add_all`."""
    return add_all(connection, tenant_id, [NewJob(kind, lane, destination, payload, due_at)])[0]


def add_all(connection: Connection, tenant_id: uuid.UUID, new: Sequence[NewJob]) -> list[int]:
    """Add jobs as a part of the caller's transaction, in which the tenant was entered; their numbers.

    `connection` is the session's. Whoever adds others waits from here to the commit: add last.
    """
    if not new:
        return []
    rows = [
        {
            "kind": each.kind,
            "lane": each.lane,
            "destination": each.destination,
            "payload": dict(each.payload),
            "due_at": each.due_at.isoformat() if each.due_at else None,
        }
        for each in new
    ]
    last: int = connection.execute(_ADD, {"rows": json.dumps(rows)}).scalar_one()
    _have_looked_for(tenant_id)
    return list(range(last - len(new) + 1, last + 1))


def are_looked_for() -> None:
    """Notify nobody of jobs that are added in this context: who says so looks for them after each commit."""
    g.jobs_are_looked_for = True


def _have_looked_for(tenant_id: uuid.UUID) -> None:
    if not g.get("jobs_are_looked_for", False):
        notify(JOBS_CHANNEL, f"{tenant_id}:added")


def begin_lanes(connection: Connection, tenant_id: uuid.UUID, lanes: Collection[str]) -> None:
    """Have the next of these lanes wait for its turn, where none does or runs."""
    connection.execute(_BEGIN_LANES, {"tenant_id": tenant_id, "lanes": list(lanes)})


def begin_stranded(connection: Connection, tenant_id: uuid.UUID) -> None:
    """Have the next of every lane wait for its turn where none does or runs."""
    stranded = connection.execute(_STRANDED, {"tenant_id": tenant_id}).scalars().all()
    if stranded:
        begin_lanes(connection, tenant_id, stranded)


def latest(
    connection: Connection,
    tenant_id: uuid.UUID,
    kind: str,
    *,
    lane: str | None = None,
    destination: str | None = None,
    states: Collection[State] = (),
    before: int | None = None,
    most: int = A_PAGE,
) -> list[Job]:
    """The newest jobs of a kind, newest first; `before` is the number of the last one shown before."""
    query = select(StoredJob.__table__).where(StoredJob.tenant_id == tenant_id, StoredJob.kind == kind)
    if lane is not None:
        query = query.where(StoredJob.lane == lane)
    if destination is not None:
        query = query.where(StoredJob.destination == destination)
    if states:
        query = query.where(StoredJob.state.in_(states))
    if before is not None:
        query = query.where(StoredJob.id < before)
    return [Job.of(row) for row in connection.execute(query.order_by(StoredJob.id.desc()).limit(most))]


def oldest_open(connection: Connection, tenant_id: uuid.UUID, destination: str) -> Job | None:
    """Of a destination, the first that has not ended."""
    query = select(StoredJob.__table__).where(
        StoredJob.tenant_id == tenant_id,
        StoredJob.destination == destination,
        StoredJob.state.in_([State.QUEUED, State.WAITING, State.RUNNING]),
    )
    row = connection.execute(query.order_by(StoredJob.id).limit(1)).first()
    return None if row is None else Job.of(row)


def count_open(connection: Connection, tenant_id: uuid.UUID, destination: str) -> int:
    """How many of a destination have not ended."""
    query = select(func.count()).where(
        StoredJob.tenant_id == tenant_id,
        StoredJob.destination == destination,
        StoredJob.state.in_([State.QUEUED, State.WAITING, State.RUNNING]),
    )
    return connection.execute(query).scalar_one()


def drop(connection: Connection, tenant_id: uuid.UUID, destination: str, note: str) -> int:
    """End all of a destination as failed that are not under way; how many."""
    dropped = connection.execute(
        _DROP, {"tenant_id": tenant_id, "destination": destination, "note": note}
    ).rowcount
    begin_stranded(connection, tenant_id)  # what somebody added meanwhile behind one that was dropped
    return dropped


def hurry(connection: Connection, tenant_id: uuid.UUID, destination: str) -> int:
    """Have those of a destination that wait to be tried again be tried at once; how many."""
    found = connection.execute(_HURRY, {"tenant_id": tenant_id, "destination": destination}).rowcount
    if found:
        _have_looked_for(tenant_id)
    return found


_ADD = text("SELECT add_jobs(CAST(:rows AS jsonb))")
# Without LIMIT, for which a planner that believes the table small walks through all of it for each lane.
_BEGIN_LANES = text("""
    UPDATE jobs SET state = 'waiting' WHERE tenant_id = :tenant_id AND state = 'queued' AND id IN (
        SELECT min(id) FROM jobs
         WHERE tenant_id = :tenant_id AND state = 'queued' AND lane = ANY (:lanes)
           AND lane <> ALL (ARRAY(
            SELECT lane FROM jobs WHERE tenant_id = :tenant_id AND lane = ANY (:lanes)
               AND state IN ('waiting', 'running')))
         GROUP BY lane)
""")
_STRANDED = text("""
    SELECT DISTINCT lane FROM jobs AS queued WHERE tenant_id = :tenant_id AND state = 'queued'
       AND NOT EXISTS (SELECT FROM jobs WHERE tenant_id = :tenant_id AND jobs.lane = queued.lane
                          AND state IN ('waiting', 'running'))
""")
_DROP = text("""
    UPDATE jobs SET state = 'failed', ended_at = clock_timestamp(), note = :note
     WHERE tenant_id = :tenant_id AND id = ANY (ARRAY(
        SELECT id FROM jobs
         WHERE tenant_id = :tenant_id AND destination = :destination AND state IN ('queued', 'waiting')
         ORDER BY id FOR UPDATE))
       AND state IN ('queued', 'waiting')
""")
_HURRY = text("""
    UPDATE jobs SET due_at = clock_timestamp()
     WHERE tenant_id = :tenant_id AND state = 'waiting' AND id = ANY (ARRAY(
        SELECT id FROM jobs
         WHERE tenant_id = :tenant_id AND destination = :destination AND state = 'waiting'
           AND due_at > clock_timestamp() AND tries > 0
         ORDER BY id FOR UPDATE))
""")
