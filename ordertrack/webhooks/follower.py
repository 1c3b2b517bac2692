"""From entries of the log to deliveries: one for each endpoint that is told of such, in its order's lane."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, exists, select

from ordertrack.api.answers import entry_of
from ordertrack.following import jobs
from ordertrack.following.followers import Entries, Follower
from ordertrack.following.jobs import NewJob
from ordertrack.orders.log.entries import ActionRecord, EventRecord
from ordertrack.tenants.models import Restaurant
from ordertrack.webhooks.kinds import STATUSES, kind_of
from ordertrack.webhooks.models import Endpoint

DELIVERY = "webhook"


def follow(connection: Connection, tenant_id: uuid.UUID, entries: Entries) -> None:
    """Add the deliveries that these entries ask for."""
    endpoints = [
        Endpoint(**row._mapping)
        for row in connection.execute(
            select(Endpoint.__table__).where(
                Endpoint.tenant_id == tenant_id, Endpoint.ended_at.is_(None), Endpoint.disabled_at.is_(None)
            )
        )
    ]
    if not endpoints:
        return
    is_of_some = any(each.restaurant_ids is not None for each in endpoints)
    places = restaurants(connection, tenant_id) if is_of_some else {}
    new = [
        job for entry in entries for job in deliveries(entry, _that_begin_before(endpoints, entry), places)
    ]
    jobs.add_all(connection, tenant_id, new)


def deliveries(
    entry: EventRecord | ActionRecord, endpoints: Iterable[Endpoint], places: Mapping[str, uuid.UUID]
) -> list[NewJob]:
    """A job for each of these endpoints that is told of such entries."""
    told = [each for each in endpoints if is_told(each, entry, places)]
    payload = _payload(entry) if told else {}
    return [_delivery(entry, each, payload) for each in told]


def delivery(entry: EventRecord | ActionRecord, endpoint: Endpoint) -> NewJob:
    """The job that tells this endpoint of it."""
    return _delivery(entry, endpoint, _payload(entry))


def _payload(entry: EventRecord | ActionRecord) -> dict[str, Any]:
    return {
        "seq": entry.cursor.seq,
        "cursor": str(entry.cursor),
        "order": str(entry.order_id),
        "kind": kind_of(entry),
        "body": entry_of(entry).model_dump_json(by_alias=True),
    }


def _delivery(entry: EventRecord | ActionRecord, endpoint: Endpoint, payload: Mapping[str, Any]) -> NewJob:
    lane = f"{endpoint.destination}:{entry.order_id}"
    return NewJob(DELIVERY, lane, endpoint.destination, {**payload, "endpoint": str(endpoint.id)})


def is_told(endpoint: Endpoint, entry: EventRecord | ActionRecord, places: Mapping[str, uuid.UUID]) -> bool:
    """Whether it is told of such entries. Without a choice of kinds, of what the feed tells by itself."""
    kinds: Collection[str] = endpoint.kinds or STATUSES
    if kind_of(entry) not in kinds:
        return False
    return endpoint.restaurant_ids is None or places.get(entry.restaurant) in endpoint.restaurant_ids


def restaurants(connection: Connection, tenant_id: uuid.UUID) -> dict[str, uuid.UUID]:
    """Ids by slug."""
    rows = connection.execute(select(Restaurant.slug, Restaurant.id).where(Restaurant.tenant_id == tenant_id))
    return {row.slug: row.id for row in rows}


def _that_begin_before(endpoints: Iterable[Endpoint], entry: EventRecord | ActionRecord) -> list[Endpoint]:
    return [each for each in endpoints if each.since_seq < entry.cursor.seq]


def concerns(connection: Connection, tenant_id: uuid.UUID) -> bool:
    """Whether anybody is told of what happens in the company."""
    told = exists().where(
        Endpoint.tenant_id == tenant_id, Endpoint.ended_at.is_(None), Endpoint.disabled_at.is_(None)
    )
    return bool(connection.scalar(select(told)))


FOLLOWER = Follower("webhooks", follow, concerns)
