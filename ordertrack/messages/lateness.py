"""Whether an order is late as its guest's page says it: then its guest is told, once."""

from __future__ import annotations

import datetime as dt
import uuid

from ordertrack.database.session import db
from ordertrack.following import jobs
from ordertrack.following.jobs import Done, Job
from ordertrack.messages import choices, follower, pages
from ordertrack.messages.choices import Choice
from ordertrack.messages.follower import LATE_AFTER, Due
from ordertrack.messages.kinds import Kind
from ordertrack.orders import records
from ordertrack.orders.lateness import guest_waits
from ordertrack.orders.order_record import OrderRecord
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla import card_timers
from ordertrack.tracking import host


def look(job: Job) -> Done:
    """The job that looks; the tenant is entered."""
    order = records.find(job.tenant_id, uuid.UUID(job.payload["order"]))
    now = dt.datetime.now(dt.UTC)
    if order is None or not guest_waits(order.status, order.fulfilment):
        return Done("nobody waits")
    if _is_said(order):
        _tell(order, now, order.revision)
        return Done("later than promised")
    if order.promised_at is not None and order.promised_at + LATE_AFTER <= now:
        if pages.was_open(order.tenant_id, order.id, order.promised_at):
            return Done("the guest sees that the promise has passed")
        _tell(order, now, None)
        return Done("the promise has passed")
    return Done("in time")


def _is_said(order: OrderRecord) -> bool:
    """Whether the page says that it takes longer; of what nobody has confirmed an estimate is not told."""
    if order.status == OrderStatus.PENDING and not order.delayed_now:
        return False
    return any(host.delay(order, card_timers.expected_end_of(order)))


def _tell(order: OrderRecord, now: dt.datetime, revision: int | None) -> None:
    """A part of the job's transaction."""
    choice = choices.read(order.tenant_id).get(order.restaurant_id, Choice())
    if Kind.DELAYED not in choice.kinds or not choice.ways:
        return
    due = Due(order.id, order.restaurant_id, Kind.DELAYED, now, revision, choice.ways[0].value)
    connection = db.session.connection()
    jobs.add_all(connection, order.tenant_id, list(follower.make(connection, order.tenant_id, due)))
