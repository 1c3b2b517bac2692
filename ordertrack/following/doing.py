"""Running one job, and what is written of it where that cannot wait for others."""

from __future__ import annotations

import time
import uuid

import psycopg
import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError

from ordertrack.database.session import db, is_in_transaction, tenant_context
from ordertrack.following import jobs, taking
from ordertrack.following.jobs import Again, Failed, Job, Kind, Outcome, Recorded, Unknown
from ordertrack.following.taking import Ended
from ordertrack.monitoring import metrics

# Seconds.
AFTER_TROUBLE = 1.0
_AFTER_ERROR = (10.0, 60.0, 300.0, 1800.0, 3600.0)
_ENDS_TRIED = 5
_log = structlog.get_logger(__name__)


def do(app: Flask, taker: uuid.UUID, job: Job) -> Ended | None:
    """Run it. What it wrote is committed with its end; else it ends with others, as is given back."""
    kind = jobs.kind_of(job.kind)
    with tenant_context(app, job.tenant_id):
        jobs.are_looked_for()
        try:
            said = _work(kind, job)
            outcome, record = said if isinstance(said, Recorded) else (said, None)
            ended = Ended(job, outcome, record)
            if not kind.once and not is_in_transaction():
                _count(job, outcome)
                return ended
            taking.keep(job.tenant_id, ended)
            taking.end(job, taker, outcome)
            if is_in_transaction():  # else it was committed by itself
                db.session.commit()
            _count(job, outcome)
            return None
        except (psycopg.Error, DBAPIError) as error:
            db.session.rollback()
            _log.warning("a job lost its database", kind=job.kind, job=job.id, error=str(error))
    lost: Outcome = Again(AFTER_TROUBLE, "The database was away.")
    if kind.once:
        lost = Unknown("The database was away: it may have been done.")
    _count(job, lost)
    _end_later(app, taker, job, lost)
    return None


def _work(kind: Kind, job: Job) -> Outcome | Recorded:
    try:
        return kind.work(job)
    except (psycopg.Error, DBAPIError):
        raise
    except Exception as error:
        db.session.rollback()
        _log.exception("a job failed", kind=job.kind, job=job.id, tries=job.tries)
        said = f"It failed: {type(error).__name__}."
        if kind.once:
            return Unknown(said)
        if job.tries > len(_AFTER_ERROR):
            return Failed(said)
        return Again(_AFTER_ERROR[job.tries - 1], said)


def _end_later(app: Flask, taker: uuid.UUID, job: Job, outcome: Outcome) -> None:
    for pause in range(_ENDS_TRIED):
        time.sleep(pause)
        try:
            with tenant_context(app, job.tenant_id):
                taking.end(job, taker, outcome)
            return
        except (psycopg.Error, DBAPIError):
            continue
    # The next look finds that nobody holds it.


def _count(job: Job, outcome: Outcome) -> None:
    metrics.jobs_ended.labels(job.kind, taking.state_after(outcome).value).inc()
