"""What providers report of a message, in whatever order and however often they do."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ColumnElement, func, select, update

from ordertrack.database.session import db
from ordertrack.following import jobs
from ordertrack.messages import choices, follower, kinds
from ordertrack.messages.models import GuestMessage, State
from ordertrack.messages.transports import Way
from ordertrack.orders.reading import records

_BEFORE = {
    State.SENT: (State.SENDING, State.UNKNOWN),
    State.FAILED: (State.SENDING, State.UNKNOWN, State.SENT),
    State.DELIVERED: (State.SENDING, State.UNKNOWN, State.SENT, State.FAILED),
    State.READ: (State.SENDING, State.UNKNOWN, State.SENT, State.FAILED, State.DELIVERED),
}
"""What each follows: a report that comes late takes nothing back."""


def note(
    tenant_id: uuid.UUID, way: Way, message_id: str, reference: str, state: State, why: str | None
) -> bool:
    """Whether it is news, of a message of ours that went by this way; committed."""
    ours = _named(message_id, reference)
    if ours is None:
        return False
    row = db.session.execute(
        update(GuestMessage)
        .where(
            GuestMessage.tenant_id == tenant_id,
            GuestMessage.transport == way,
            ours,
            GuestMessage.state.in_(_BEFORE[state]),
        )
        .values(state=state, why=why, changed_at=func.clock_timestamp())
        .returning(GuestMessage.order_id, GuestMessage.kind)
        .execution_options(synchronize_session=False)
    ).first()
    if row is not None and state == State.FAILED:
        _try_another(tenant_id, row.order_id, row.kind)
    db.session.commit()
    return row is not None


def _named(message_id: str, reference: str) -> ColumnElement[bool] | None:
    try:
        return GuestMessage.id == uuid.UUID(message_id)
    except ValueError:
        return GuestMessage.reference == reference if reference else None


def _try_another(tenant_id: uuid.UUID, order_id: uuid.UUID, kind: kinds.Kind) -> None:
    """What did not arrive goes by the restaurant's next way, if its moment has not passed."""
    held = db.session.scalars(
        select(GuestMessage).where(
            GuestMessage.tenant_id == tenant_id,
            GuestMessage.order_id == order_id,
            GuestMessage.kind == kind,
        )
    ).one()
    order, now = records.find(tenant_id, order_id), dt.datetime.now(dt.UTC)
    tried = [*held.tried, *filter(None, [held.transport])]
    choice = choices.of_restaurant(tenant_id, held.restaurant_id)
    left = [way for way in choice.ways if way not in tried]
    if order is None or not left or not kinds.is_still_true(kind, order, held.since, now):
        return
    held.tried, held.tries, held.state = [str(each) for each in tried], 0, State.WAITING
    db.session.flush()
    telling = follower.telling(order_id, kind, left[0].value, now)
    jobs.add_all(db.session.connection(), tenant_id, [telling])
