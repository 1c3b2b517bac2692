"""From the log to what is to be told: each kind of an order once, where restaurant and guest want it.

What it writes is committed together with how far the log was read, so nothing is passed over or done twice.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.following import jobs
from ordertrack.following.followers import Entries
from ordertrack.following.jobs import NewJob
from ordertrack.messages.kinds import OF_STATUS, Kind
from ordertrack.messages.kinds import concerns as concerns_kind
from ordertrack.messages.models import GuestMessage, GuestWish, MessageChoice, State
from ordertrack.orders.log.entries import ActionRecord, EventRecord
from ordertrack.orders.models import Order
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import TERMINAL

TELL, LOOK_IF_LATE = "guest_message", "guest_lateness"
NOTICED_WITHIN = dt.timedelta(seconds=4)
"""How long a page that is open has to say that its guest has seen it."""
LATE_AFTER = dt.timedelta(minutes=3)
"""How long after what was promised a guest is told that it has passed."""
_MOVES_THE_PROMISE = frozenset({OrderAction.DELAY, OrderAction.CHANGE, OrderAction.FIRE})


class Due(NamedTuple):
    """What is to be told of an order because of what happened at `since`; `way` is tried first."""

    order_id: uuid.UUID
    restaurant_id: uuid.UUID
    kind: Kind
    since: dt.datetime
    revision: int | None
    way: str


def follow(connection: Connection, tenant_id: uuid.UUID, entries: Entries) -> None:
    """What these entries of the log make due."""
    events = [each for each in entries if _concerns(each)]
    wanted = _wanted(connection, tenant_id, {each.order_id for each in events})
    new: list[NewJob] = []
    for event in events:
        order = wanted.get(event.order_id)
        if order is None:
            continue
        new += [job for due in _due(event, order) for job in make(connection, tenant_id, due)]
        if Kind.DELAYED in order.kinds and order.promised_at is not None:
            new += _looks(event, order.promised_at)
    jobs.add_all(connection, tenant_id, new)


def concerns(connection: Connection, tenant_id: uuid.UUID) -> bool:
    """Whether any of its restaurants tells its guests something."""
    tells = exists().where(
        MessageChoice.tenant_id == tenant_id, func.cardinality(MessageChoice.transports) > 0
    )
    return bool(connection.scalar(select(tells)))


def make(connection: Connection, tenant_id: uuid.UUID, due: Due) -> Iterator[NewJob]:
    """The job that tells it, unless that kind was told, or is to be, already.

    What came too late may come again: an order can be ready a second time.
    """
    row = insert(GuestMessage).values(
        tenant_id=tenant_id,
        order_id=due.order_id,
        kind=due.kind,
        id=uuid.uuid4(),
        restaurant_id=due.restaurant_id,
        since=due.since,
        revision=due.revision,
    )
    made = connection.execute(
        row.on_conflict_do_update(
            index_elements=["tenant_id", "order_id", "kind"],
            set_={"state": State.WAITING, "since": due.since, "revision": due.revision, "why": None},
            where=GuestMessage.state == State.PASSED,
        ).returning(GuestMessage.id)
    ).first()
    if made is not None:
        yield telling(due.order_id, due.kind, due.way, due.since + NOTICED_WITHIN)


def telling(order_id: uuid.UUID, kind: Kind, way: str, due_at: dt.datetime) -> NewJob:
    """Messages of one order go out one after the other; a provider that hangs holds up its own alone."""
    said = {"order": str(order_id), "kind": kind.value}
    return NewJob(TELL, f"guest:{order_id}", f"messages:{way}", said, due_at)


def _concerns(event: EventRecord | ActionRecord) -> bool:
    if isinstance(event, EventRecord):
        return event.is_timed
    return event.act in _MOVES_THE_PROMISE


def _due(event: EventRecord | ActionRecord, order: Any) -> Iterator[Due]:
    if not isinstance(event, EventRecord):
        return
    kind = OF_STATUS.get(event.to_status)
    if kind is not None and kind in order.kinds and concerns_kind(kind, order.fulfilment):
        way = order.transports[0]
        yield Due(event.order_id, order.restaurant_id, kind, event.occurred_at, order.revision, way)


def _looks(event: EventRecord | ActionRecord, promised_at: dt.datetime) -> Iterator[NewJob]:
    """Estimates change with what happens; that a promise is over is nothing that happens."""
    if isinstance(event, EventRecord) and event.to_status in TERMINAL:
        return
    yield _look(event, event.occurred_at)
    if isinstance(event, ActionRecord) or event.from_status is None:
        yield _look(event, promised_at + LATE_AFTER)


def _look(event: EventRecord | ActionRecord, at: dt.datetime) -> NewJob:
    """Each is a lane by itself: none waits for another."""
    lane = f"late:{event.order_id}:{event.cursor.seq}:{at.timestamp():.0f}"
    return NewJob(LOOK_IF_LATE, lane, "lateness", {"order": str(event.order_id)}, at)


def _wanted(
    connection: Connection, tenant_id: uuid.UUID, order_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, Any]:
    """Of these the orders whose guests agreed to be told, in restaurants that tell something."""
    ids = list(order_ids)
    if not ids:
        return {}
    wish = exists().where(GuestWish.tenant_id == Order.tenant_id, GuestWish.order_id == Order.id)
    rows = connection.execute(
        select(
            Order.id,
            Order.restaurant_id,
            Order.fulfilment,
            Order.promised_at,
            (Order.version + Order.action_count).label("revision"),
            MessageChoice.kinds,
            MessageChoice.transports,
        )
        .join(
            MessageChoice,
            (MessageChoice.tenant_id == Order.tenant_id)
            & (MessageChoice.restaurant_id == Order.restaurant_id),
        )
        .where(
            Order.tenant_id == tenant_id,
            Order.id.in_(ids),
            MessageChoice.tenant_id == tenant_id,
            func.cardinality(MessageChoice.transports) > 0,
            or_(Order.customer.has_key("notify"), wish),
        )
    )
    return {row.id: row for row in rows}
