"""The jobs of uploaded logs: looking at one, and writing one, outside of every request."""

from __future__ import annotations

import datetime as dt
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select, update

from ordertrack.backoffice.log_import import said_choices
from ordertrack.backoffice.log_import.kept_logs import LOOK, WRITE
from ordertrack.backoffice.log_import.models import LogImport, LogState
from ordertrack.database.app import make_bare_app
from ordertrack.database.handed_address import as_owner
from ordertrack.database.session import db, release_connection, tenant_context
from ordertrack.following import jobs
from ordertrack.following.jobs import Done, Failed, Job
from ordertrack.i18n.translate import speaking
from ordertrack.importing import writing
from ordertrack.importing.preview.looking import Looked
from ordertrack.importing.restaurants import Restaurants
from ordertrack.importing.roles import UnusableColumns
from ordertrack.importing.source import UnusableFile
from ordertrack.importing.understanding import understood
from ordertrack.past.orders import HistoryRefused
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.tenants import audit
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.principal import Principal

REFUSED_SHOWN = 50


def register() -> None:
    """Have whoever does jobs look at logs and write them."""
    jobs.register(LOOK, look)
    jobs.register(WRITE, write)


def look(job: Job) -> Done | Failed:
    """Find out what an uploaded log is; the tenant is entered."""
    kept = _kept(job, LogState.READING)
    if kept is None:
        return Failed("no longer wanted")
    content, looks = kept.content or b"", kept.looks
    release_connection()
    found: dict[str, Any] = {"state": LogState.SHOWN, "problem": None}
    with speaking(kept.language):
        try:
            with _looked(kept, content) as looked:
                found["preview"] = looked.preview().as_json()
        except (UnusableFile, UnusableColumns, AccountError) as error:
            found |= {"state": LogState.UNUSABLE, "problem": str(error)}
    still = LogImport.looks == looks, LogImport.state == LogState.READING
    db.session.execute(_update(job, *still).values(**found))
    return Done()


def write(job: Job) -> Done | Failed:
    """Write an uploaded log as it was shown. What was broken off goes on: each order is written once."""
    kept = _kept(job, LogState.WRITING)
    if kept is None:
        return Failed("no longer wanted")
    content = kept.content or b""
    release_connection()
    settings = as_owner(current_app.config["SETTINGS"])
    # Only the schema's owner may write the past; what a request can do is not widened for it.
    operator = make_bare_app(settings, as_operator=True)
    with speaking(kept.language), tenant_context(operator, job.tenant_id):
        try:
            written = _write(job, kept, content)
        finally:
            db.session.remove()
            db.engine.dispose()
    db.session.execute(_update(job).values(state=LogState.WRITTEN, written=written, content=None))
    _note(job, kept, written)
    return Done()


def _write(job: Job, kept: LogImport, content: bytes) -> dict[str, Any]:
    """What was written, as JSON; inside the tenant as the schema's owner."""
    by = Principal(job.tenant_id, kept.actor, kept.made_by)
    problem: str | None = None
    with _looked(kept, content) as looked:
        preview = looked.preview()
        missing = [each.name for each in preview.restaurants if each.slug is None]
        writer = writing.Import(
            "", looked.name, writing.importer(by), looked.restaurants, looked.decided,
            bool(kept.choices.get("leave_open")),
        )  # fmt: skip
        made: list[str] = []
        done = 0
        try:
            made = looked.restaurants.make(missing)
            for count in writer.write(looked.orders):
                done += count
                if count:
                    db.session.execute(_update(job).values(done=done))
                    db.session.commit()
        except UnusableSettings as error:
            problem = " ".join(error.problems.values())
        except (AccountError, HistoryRefused) as error:
            problem = str(error)
    tally = asdict(writer.tally)
    refused = [{"line": row.line, "reason": row.reason} for row in writer.refused[:REFUSED_SHOWN]]
    return {
        **tally,
        "refused": refused,
        "refused_count": len(writer.refused),
        "made": made,
        "problem": problem,
    }


def _note(job: Job, kept: LogImport, written: dict[str, Any]) -> None:
    by = Principal(job.tenant_id, kept.actor, kept.made_by)
    facts = {"orders": written["orders"], "restaurants_made": len(written["made"])}
    audit.record(by, "log_import", str(kept.id), kept.name, None, facts)


@contextmanager
def _looked(kept: LogImport, content: bytes) -> Iterator[Looked]:
    by = Principal(kept.tenant_id, kept.actor, kept.made_by)
    choices = said_choices.of(kept.choices)
    zone = kept.choices.get("zone")
    zones = ({None: zone} if zone else {}) | kept.choices.get("zones", {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_bytes(content)
        told = Restaurants(by, zones, choices.into)
        release_connection()
        with understood(path, choices) as found:
            leaves = bool(kept.choices.get("leave_open"))
            yield Looked(kept.name, found, told, dt.datetime.now(dt.UTC), leave_open=leaves)


def _kept(job: Job, state: LogState) -> LogImport | None:
    log_id = uuid.UUID(job.payload["log"])
    query = select(LogImport).where(
        LogImport.tenant_id == job.tenant_id, LogImport.id == log_id, LogImport.state == state
    )
    found = db.session.scalar(query)
    if found is not None:
        found.content  # noqa: B018 (read while there is a transaction)
    return found


def _update(job: Job, *also: Any) -> Any:
    log_id = uuid.UUID(job.payload["log"])
    return update(LogImport).where(LogImport.tenant_id == job.tenant_id, LogImport.id == log_id, *also)
