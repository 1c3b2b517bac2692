"""Followers of the log with their places in it, and the jobs that wait, run and have ended."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment, stored_as_text

_NOW = text("clock_timestamp()")
_WAITING = text("state = 'waiting'")
_FIRST = text("state IN ('waiting', 'running')")
_OPEN = text("state IN ('queued', 'waiting', 'running')")


class State(StrEnum):
    """Of a job. `QUEUED` is behind another of its lane, `UNKNOWN` may have been done or not."""

    QUEUED = "queued"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def is_end(self) -> bool:
        return self in (State.DONE, State.FAILED, State.UNKNOWN)


class FollowerName(Base):
    """Since when there is a follower of this name; it is no tenant's."""

    __tablename__ = "followers"

    name: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)


class FollowerPosition(Base):
    """How far into a tenant's log a follower has come."""

    __tablename__ = "follower_positions"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    follower: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


class JobNumber(Base):
    """The number of the tenant's newest job; whoever updates it adds jobs until the commit."""

    __tablename__ = "job_numbers"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


class StoredJob(Base):
    """One job, by its number in the tenant."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("jobs_first_of_lane", "tenant_id", "lane", unique=True, postgresql_where=_FIRST),
        Index("jobs_queued", "tenant_id", "lane", "id", postgresql_where=text("state = 'queued'")),
        Index("jobs_due", "tenant_id", "destination", "due_at", "id", postgresql_where=_WAITING),
        Index("jobs_of_kind", "tenant_id", "kind", "id"),
        Index("jobs_open_there", "tenant_id", "destination", "id", postgresql_where=_OPEN),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    lane: Mapped[str]
    destination: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[State] = mapped_column(stored_as_text(State))
    added_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    due_at: Mapped[dt.datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    taken_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    taken_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    note: Mapped[str | None]
