"""What is done by the clock: channels that are asked, and payloads that wait."""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from sqlalchemy import func, text

from ordertrack.channels import connections, payloads, registry, wording
from ordertrack.channels.interface import Became, Channel, Sentence, Way
from ordertrack.channels.models import ChannelConnection
from ordertrack.database.session import db, enter_tenant, release_connection
from ordertrack.following import jobs, periodic
from ordertrack.following.jobs import Done, Failed, Job, Outcome
from ordertrack.following.models import State
from ordertrack.outgoing.failures import CallFailed

ASK = "channel.ask"
LOOKS_EVERY = 15
SETTLES_AFTER = dt.timedelta(seconds=20)
"""What is not settled by then was left behind by a process that died, or by a database that was away."""
_log = structlog.get_logger(__name__)


def register() -> None:
    """Have this be done wherever the log is followed."""
    periodic.register("channels", LOOKS_EVERY, tend)
    jobs.register(ASK, work)


def tend() -> None:
    """Settle what waits, and have those asked whom it is time to ask; one company's trouble is its own."""
    for tenant_id in _tenants_to_tend():
        enter_tenant(tenant_id)
        try:
            settle_waiting(tenant_id)
            ask_due(tenant_id)
        except Exception as error:
            db.session.rollback()
            _log.error("channels were not tended", tenant=str(tenant_id), kind=type(error).__name__)


def settle_waiting(tenant_id: uuid.UUID, since: dt.timedelta = SETTLES_AFTER) -> None:
    """Settle what was received so long ago and is not settled, oldest first."""
    for connection_id, payload_id in payloads.waiting(tenant_id, since):
        row = connections.by_id(tenant_id, connection_id)
        channel = registry.find(row.channel) if row is not None else None
        if row is not None and channel is not None:
            payloads.settle(row, channel, payload_id)


def ask_due(tenant_id: uuid.UUID) -> None:
    """Add a job for each peer of this company whom it is time to ask, and who is not being asked."""
    for row in connections.working(tenant_id):
        channel = registry.find(row.channel)
        if channel is None or not _is_due(row, channel):
            continue
        of = f"channel:{row.id}"
        connection, lane = db.session.connection(), f"{of}:ask"
        if not jobs.latest(connection, tenant_id, ASK, lane=lane, states=_OPEN, most=1):
            row.asked_at = func.clock_timestamp()
            db.session.flush()
            jobs.add(connection, tenant_id, ASK, lane, of, {})
        db.session.commit()


def work(job: Job) -> Outcome:
    """Ask one peer, which is asked again at its time whatever comes of it."""
    row = connections.by_id(job.tenant_id, uuid.UUID(job.destination.removeprefix("channel:")))
    channel = registry.find(row.channel) if row is not None else None
    if row is None or channel is None or row.paused_at is not None:
        return Failed("The connection has ended, or pauses.")
    return ask(row, channel)


def ask(row: ChannelConnection, channel: Channel) -> Done | Failed:
    """Ask one peer for what is new: each part is kept before the next is asked for, then settled."""
    tenant_id, connection_id = row.tenant_id, row.id
    cursor, opened = row.cursor, connections.opened(row)
    release_connection()
    new = 0
    try:
        for batch in channel.poll(opened, cursor):
            found = connections.by_id(tenant_id, connection_id)
            if found is None:
                return Failed("The connection has ended.")
            kept = payloads.keep(found, batch.payloads, Way.ASKED)
            new += len(kept)
            for payload_id in kept:
                payloads.settle(found, channel, payload_id)
            _go_on(tenant_id, connection_id, batch.cursor)
            release_connection()
    except CallFailed as error:
        _fails(tenant_id, connection_id, wording.of_failure(error))
        return Failed(str(error))
    except Became as error:
        _fails(tenant_id, connection_id, error.sentence)
        return Failed(str(error))
    return Done(f"{new} new.")


def _go_on(tenant_id: uuid.UUID, connection_id: uuid.UUID, cursor: object) -> None:
    row = connections.by_id(tenant_id, connection_id)
    if row is not None:
        row.cursor = dict(cursor)  # type: ignore[call-overload]
        connections.works(row)
        db.session.commit()


def _fails(tenant_id: uuid.UUID, connection_id: uuid.UUID, why: Sentence) -> None:
    db.session.rollback()
    row = connections.by_id(tenant_id, connection_id)
    if row is not None:
        connections.fails(row, why)
        db.session.commit()


def _is_due(row: ChannelConnection, channel: Channel) -> bool:
    if channel.polls_every is None:
        return False
    next_at = row.asked_at and row.asked_at + dt.timedelta(seconds=channel.polls_every)
    return next_at is None or next_at <= dt.datetime.now(dt.UTC)


def _tenants_to_tend() -> list[uuid.UUID]:
    """Where a payload waits, or somebody was not asked for as long as any channel wants to be."""
    now = dt.datetime.now(dt.UTC)
    every = min((each.polls_every for each in registry.every().values() if each.polls_every), default=0)
    asked = {"since": now - SETTLES_AFTER, "before": now - dt.timedelta(seconds=every)}
    found = db.session.scalars(text("SELECT channels_to_tend(:since, :before)"), asked).all()
    release_connection()
    return list(found)


_OPEN = (State.QUEUED, State.WAITING, State.RUNNING)
