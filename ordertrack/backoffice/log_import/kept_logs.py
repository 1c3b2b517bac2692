"""Uploaded logs: kept until they are written, and the jobs that look at them and write them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import delete, func, select, update

from ordertrack.backoffice.log_import.models import LogImport, LogState
from ordertrack.database.session import db
from ordertrack.following import jobs
from ordertrack.following.jobs import NewJob
from ordertrack.i18n.translate import current
from ordertrack.tenants.principal import Principal

LOOK, WRITE = "log_import_look", "log_import_write"
KEPT_FOR = dt.timedelta(days=7)
MOST_KEPT = 5
"""Of files that nobody has agreed to yet; the oldest goes when another comes."""
LISTED = 20


def keep(name: str, content: bytes, by: Principal) -> uuid.UUID:
    """Keep an uploaded log and have it looked at; committed."""
    made = uuid.uuid4()
    _forget_old(by.tenant_id)
    db.session.add(
        LogImport(
            tenant_id=by.tenant_id,
            id=made,
            actor=by.actor,
            made_by=by.name,
            name=name,
            language=current().tag,
            content=content,
            choices={},
            state=LogState.READING,
            looks=1,
        )
    )
    db.session.flush()
    _add_job(LOOK, by.tenant_id, made)
    db.session.commit()
    return made


def choose(log_id: uuid.UUID, choices: dict[str, Any], by: Principal) -> bool:
    """Have it looked at again with what somebody says; False if it is being written or was."""
    changed = _change(
        by.tenant_id,
        log_id,
        (LogState.SHOWN, LogState.UNUSABLE, LogState.READING),
        choices=choices,
        language=current().tag,
        state=LogState.READING,
        looks=LogImport.looks + 1,
        problem=None,
    )
    if changed:
        _add_job(LOOK, by.tenant_id, log_id)
    db.session.commit()
    return changed


def begin_writing(log_id: uuid.UUID, seen: int, by: Principal) -> bool:
    """Have it written as it was shown at look `seen`; False if it is not shown so any more."""
    changed = _change(by.tenant_id, log_id, (LogState.SHOWN,), seen, state=LogState.WRITING, done=0)
    if changed:
        _add_job(WRITE, by.tenant_id, log_id)
    db.session.commit()
    return changed


def drop(log_id: uuid.UUID, by: Principal) -> None:
    """Forget one that is not to be written."""
    db.session.execute(
        delete(LogImport).where(
            LogImport.tenant_id == by.tenant_id,
            LogImport.id == log_id,
            LogImport.state.in_([LogState.SHOWN, LogState.UNUSABLE, LogState.READING]),
        )
    )
    db.session.commit()


def of_id(tenant_id: uuid.UUID, log_id: uuid.UUID) -> LogImport | None:
    query = select(LogImport).where(LogImport.tenant_id == tenant_id, LogImport.id == log_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def latest(tenant_id: uuid.UUID) -> list[LogImport]:
    query = select(LogImport).where(LogImport.tenant_id == tenant_id)
    return list(db.session.scalars(query.order_by(LogImport.made_at.desc()).limit(LISTED)))


def _change(
    tenant_id: uuid.UUID,
    log_id: uuid.UUID,
    states: tuple[LogState, ...],
    seen: int | None = None,
    **values: Any,
) -> bool:
    query = update(LogImport).where(
        LogImport.tenant_id == tenant_id, LogImport.id == log_id, LogImport.state.in_(states)
    )
    if seen is not None:
        query = query.where(LogImport.looks == seen)
    changed = db.session.execute(query.values(**values).returning(LogImport.id))
    return changed.first() is not None


def _add_job(kind: str, tenant_id: uuid.UUID, log_id: uuid.UUID) -> None:
    # One of a company after the other: two would write among each other.
    job = NewJob(kind, "log_import", "log_import", {"log": str(log_id)})
    jobs.add_all(db.session.connection(), tenant_id, [job])


def _forget_old(tenant_id: uuid.UUID) -> None:
    mine = LogImport.tenant_id == tenant_id
    waiting = LogImport.state.in_([LogState.READING, LogState.SHOWN, LogState.UNUSABLE])
    kept = select(LogImport.id).where(mine, waiting).order_by(LogImport.made_at.desc()).limit(MOST_KEPT - 1)
    db.session.execute(delete(LogImport).where(mine, waiting, LogImport.id.not_in(kept)))
    db.session.execute(
        delete(LogImport).where(mine, waiting, LogImport.made_at < func.clock_timestamp() - KEPT_FOR)
    )
