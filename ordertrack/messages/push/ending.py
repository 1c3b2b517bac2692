"""Browsers are told of an order no longer than it lasts."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Connection

from ordertrack.following import followers, jobs
from ordertrack.following.followers import Entries, Follower
from ordertrack.following.jobs import Done, Job
from ordertrack.messages.kinds import WITHIN, Kind
from ordertrack.orders.log.entries import EventRecord
from ordertrack.push import guests
from ordertrack.rules.state_machine import OrderStatus

FORGET = "forget_browsers"
# A guest is still told that an order was cancelled; of one that was handed over there is nothing to tell.
_LASTS = {
    OrderStatus.COMPLETED: dt.timedelta(0),
    OrderStatus.CANCELLED: WITHIN[Kind.CANCELLED] + dt.timedelta(minutes=10),
}


def follow(connection: Connection, tenant_id: uuid.UUID, entries: Entries) -> None:
    ended = {each.order_id: each for each in entries if isinstance(each, EventRecord)}
    over = {order_id: each for order_id, each in ended.items() if each.to_status in _LASTS}
    for order_id in guests.told_of(tenant_id, over):
        end = over[order_id]
        due_at = end.occurred_at + _LASTS[end.to_status]
        payload = {"order": str(order_id)}
        jobs.add(connection, tenant_id, FORGET, f"{FORGET}:{order_id}", FORGET, payload, due_at)


def forget(job: Job) -> Done:
    guests.end_of_order(job.tenant_id, uuid.UUID(job.payload["order"]))
    return Done()


def register() -> None:
    """Wherever the log is followed."""
    followers.register(Follower("guest browsers", follow, guests.are_told))
    jobs.register(FORGET, forget)
