"""Telling an endpoint once more: of one entry, or of all from a place in the log on."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from ordertrack.database.session import db
from ordertrack.following import jobs
from ordertrack.following.jobs import Again, Done, Failed, Job, Outcome
from ordertrack.orders.log import event_log
from ordertrack.webhooks import follower
from ordertrack.webhooks.models import Endpoint

REPLAY = "webhook replay"
_PAGE = 200
_MOST_WAITING = 2000  # deliveries of an endpoint, beyond which a replay waits for them
_LOOKS_AGAIN = 1.0


def replay(endpoint: Endpoint, after_seq: int) -> int:
    """Have it be told of all that it is told of after this place in the log, up to now; where it ends."""
    until = event_log.head(endpoint.tenant_id).seq
    if after_seq < until:
        _go_on(endpoint, after_seq, until)
        db.session.commit()
    return until


def send_again(endpoint: Endpoint, seq: int) -> bool:
    """Have it be told of one entry again, whatever its filters are; whether there is such an entry."""
    connection = db.session.connection()
    found = [each.event for each in event_log.log_after(endpoint.tenant_id, seq - 1, 1)]
    if not found or found[0].cursor.seq != seq:
        return False
    new = follower.delivery(found[0], endpoint)
    jobs.add_all(connection, endpoint.tenant_id, [new])
    db.session.commit()
    return True


def run(job: Job) -> Outcome:
    """Add a page of deliveries, and the job that goes on after it."""
    endpoint = db.session.scalar(
        select(Endpoint).where(
            Endpoint.tenant_id == job.tenant_id, Endpoint.id == uuid.UUID(job.payload["endpoint"])
        )
    )
    if endpoint is None or endpoint.ended_at is not None or endpoint.disabled_at is not None:
        return Failed("The endpoint is disabled or was ended.")
    connection = db.session.connection()
    if jobs.count_open(connection, job.tenant_id, endpoint.destination) > _MOST_WAITING:
        return Again(_LOOKS_AGAIN, counts=False)
    after, until = job.payload["after"], job.payload["until"]
    page = [each.event for each in event_log.log_after(job.tenant_id, after, _PAGE)]
    entries = [each for each in page if each.cursor.seq <= until]
    places = follower.restaurants(connection, job.tenant_id)
    new = [each for entry in entries for each in follower.deliveries(entry, [endpoint], places)]
    jobs.add_all(connection, job.tenant_id, new)
    if entries and entries[-1].cursor.seq < until:
        _go_on(endpoint, entries[-1].cursor.seq, until)
    return Done(str(len(new)))


def _go_on(endpoint: Endpoint, after: int, until: int) -> None:
    place = f"replay:{endpoint.id}"
    payload = {"endpoint": str(endpoint.id), "after": after, "until": until}
    jobs.add(db.session.connection(), endpoint.tenant_id, REPLAY, place, place, payload)
