"""What is done by the clock: channels that are asked, payloads that wait, and those that are too old."""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from flask import current_app
from sqlalchemy import func, text

from ordertrack.channels import connections, payloads, registry, wording
from ordertrack.channels.interface import Became, Channel, Way
from ordertrack.channels.models import ChannelConnection
from ordertrack.database.session import db, release_connection, tenant_context
from ordertrack.following import periodic
from ordertrack.outgoing.failures import CallFailed

ASKS_EVERY = 15
CLEANS_EVERY = 3600
SETTLES_AFTER = dt.timedelta(seconds=20)
"""What is not settled by then was left behind by a process that died, or by a database that was away."""
_log = structlog.get_logger(__name__)


def register() -> None:
    """Have this be done wherever the log is followed."""
    periodic.register("channels", ASKS_EVERY, tend)
    periodic.register("channels.clean", CLEANS_EVERY, clean)


def tend() -> None:
    """Settle what waits, and ask whom it is time to ask; one company's trouble is not the others'."""
    for tenant_id in _tenants():
        with tenant_context(current_app._get_current_object(), tenant_id):  # type: ignore[attr-defined]
            try:
                settle_waiting(tenant_id)
                ask_due(tenant_id)
            except Exception as error:
                db.session.rollback()
                _log.error("channels were not tended", tenant=str(tenant_id), kind=type(error).__name__)


def clean() -> None:
    """Forget the payloads that are older than is kept."""
    for tenant_id in _tenants():
        with tenant_context(current_app._get_current_object(), tenant_id):  # type: ignore[attr-defined]
            payloads.clean(tenant_id)


def settle_waiting(tenant_id: uuid.UUID, since: dt.timedelta = SETTLES_AFTER) -> None:
    """Settle what was received so long ago and is not settled, oldest first."""
    for connection_id, payload_id in payloads.waiting(tenant_id, since):
        row = connections.by_id(tenant_id, connection_id)
        channel = registry.find(row.channel) if row is not None else None
        if row is not None and channel is not None:
            payloads.settle(row, channel, payload_id)


def ask_due(tenant_id: uuid.UUID) -> None:
    """Ask the peers of this company whom it is time to ask."""
    for row in connections.working(tenant_id):
        channel = registry.find(row.channel)
        if channel is not None and _is_due(row, channel):
            ask(row, channel)


def ask(row: ChannelConnection, channel: Channel) -> None:
    """Ask one peer for what is new: each part is kept before the next is asked for, then settled."""
    tenant_id, connection_id = row.tenant_id, row.id
    row.asked_at = func.clock_timestamp()  # type: ignore[assignment]
    cursor, opened = row.cursor, connections.opened(row)
    db.session.commit()
    try:
        for batch in channel.poll(opened, cursor):
            found = connections.by_id(tenant_id, connection_id)
            if found is None:
                return
            kept = payloads.keep(found, batch.payloads, Way.ASKED)
            for payload_id in kept:
                payloads.settle(found, channel, payload_id)
            _go_on(tenant_id, connection_id, batch.cursor)
            release_connection()
    except CallFailed as error:
        _fails(tenant_id, connection_id, wording.of_failure(error))
    except Became as error:
        _fails(tenant_id, connection_id, error.sentence)


def _go_on(tenant_id: uuid.UUID, connection_id: uuid.UUID, cursor: object) -> None:
    row = connections.by_id(tenant_id, connection_id)
    if row is not None:
        row.cursor = dict(cursor)  # type: ignore[call-overload]
        connections.works(row)
        db.session.commit()


def _fails(tenant_id: uuid.UUID, connection_id: uuid.UUID, why: wording.Sentence) -> None:
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


def _tenants() -> list[uuid.UUID]:
    with current_app.app_context():
        found = db.session.scalars(text("SELECT tenants_of_channels()")).all()
        release_connection()
    return list(found)
