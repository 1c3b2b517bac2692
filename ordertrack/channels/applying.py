"""Making of what a channel says an order, or of an order what it says: by the ways that every order goes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from ordertrack.channels import connections, content, walking
from ordertrack.channels.interface import Became, Channel, Nothing, Payload, Refused, Said, Sentence
from ordertrack.channels.models import ChannelConnection, ChannelOrder
from ordertrack.database.session import db
from ordertrack.i18n.translate import marked
from ordertrack.menu import problems as menu_problems  # noqa: F401 (it registers)
from ordertrack.menu.ordering import DishSoldOut, NotOnTheMenu
from ordertrack.menu.reading import menu_of
from ordertrack.orders import problems as order_problems  # noqa: F401 (it registers)
from ordertrack.orders.changing import changes
from ordertrack.orders.models import Order
from ordertrack.orders.moving import actions
from ordertrack.orders.moving.transitions import OrderChanged, OrderMoved
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.intake import (
    FollowsNoOrder,
    IdempotencyKeyReused,
    RestaurantNotFound,
    RestaurantPaused,
)
from ordertrack.orders.placing.new_order import LONGEST_AGO_PROMISED, NewOrder, PromiseOutOfRange
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.order_actions import IllegalAct, OrderAction
from ordertrack.rules.order_changes import IllegalChange
from ordertrack.rules.state_machine import TERMINAL, IllegalTransition, OrderStatus
from ordertrack.tenants.principal import Principal
from ordertrack.web.problems import problem_of

BecameKind = TypeVar("BecameKind", bound=Became)
_MOST_TRIES = 10
_MOVING = (OrderChanged, OrderMoved, IdempotencyKeyReused)
"""Somebody else wrote the order in between: it is looked at again."""
_CHANGE_REFUSALS = (IllegalChange, PromiseOutOfRange, NotOnTheMenu, DishSoldOut)
_REFUSALS = (
    *(RestaurantNotFound, RestaurantPaused, FollowsNoOrder, IllegalTransition),
    *_CHANGE_REFUSALS,
)
CANCELLED_THERE = marked("Cancelled by the channel")
"""Why an order is cancelled where the channel does not say it."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a payload: the last order that it was about, and a sentence where there is one to say."""

    order_id: uuid.UUID | None = None
    is_anything: bool = False
    sentence: Sentence | None = None


def apply_all(row: ChannelConnection, channel: Channel, payload: Payload) -> Applied:
    """Do what the payload says, one order after the other; raises Nothing or Refused."""
    connection = connections.opened(row)
    by = connections.principal_of(row)
    done = Applied()
    for said in channel.understand(connection, payload):
        applied = _apply(row, by, said)
        done = replace(applied, is_anything=done.is_anything or applied.is_anything)
    return done


def order_of_external(tenant_id: uuid.UUID, connection_id: uuid.UUID, external_id: str) -> uuid.UUID | None:
    """The order that the channel knows by this id."""
    return db.session.scalar(
        select(Order.id).where(
            Order.tenant_id == tenant_id,
            Order.idempotency_key == external_id,
            Order.idempotency_sender == f"channel:{connection_id}",
        )
    )


def facts_of(tenant_id: uuid.UUID, connection_id: uuid.UUID, external_id: str) -> Mapping[str, Any]:
    """What the channel keeps with one of its orders."""
    known = db.session.get(ChannelOrder, (tenant_id, connection_id, external_id), populate_existing=True)
    return known.facts if known is not None else {}


def _apply(row: ChannelConnection, by: Principal, said: Said) -> Applied:
    order_id = None
    for _turn in range(_MOST_TRIES):
        if not _claim(row, said):
            raise _of(Nothing(_OLDER), order_of_external(row.tenant_id, row.id, said.external_id))
        order_id = order_of_external(row.tenant_id, row.id, said.external_id)
        try:
            if order_id is None:
                return _make(row, by, said)
            return _bring_up_to(row, by, said, order_id)
        except _MOVING:
            db.session.rollback()
        except Became as error:
            db.session.rollback()
            raise _of(error, order_id) from error
        except _REFUSALS as error:
            db.session.rollback()
            # It is placed by now if it was the way to its status that was refused.
            placed = order_of_external(row.tenant_id, row.id, said.external_id)
            raise _of(Refused(problem_of(error).detail), placed) from error
    raise _of(Refused(_BUSY), order_id)


def _claim(row: ChannelConnection, said: Said) -> bool:
    """Note that this state of the order is the newest, and commit: from here on an older one does nothing.

    False if a newer one was here before.
    """
    asked = insert(ChannelOrder).values(
        tenant_id=row.tenant_id, connection_id=row.id, external_id=said.external_id, as_of=said.as_of
    )
    newest = func.coalesce(asked.excluded.as_of, ChannelOrder.as_of)
    claimed = asked.on_conflict_do_update(
        index_elements=_KEY,
        set_={"as_of": newest},
        where=or_(ChannelOrder.as_of.is_(None), ChannelOrder.as_of <= newest),
    )
    is_newest = db.session.execute(claimed.returning(ChannelOrder.external_id)).first() is not None
    db.session.commit()
    return is_newest


def _make(row: ChannelConnection, by: Principal, said: Said) -> Applied:
    if not said.makes:
        raise Nothing(_NEVER_HERE if said.status in TERMINAL else _MAKES_NONE)
    if said.order is None:
        raise Refused(_UNKNOWN, order=said.external_id)
    order = _stationed(row.tenant_id, said.order)
    order = replace(
        order, channel=order.channel or row.name, metadata={**order.metadata, **_metadata(row, said)}
    )
    _remember(row, said)
    order_id, is_new = intake.place(_promised(order), by=by, idempotency_key=said.external_id)
    db.session.commit()
    _walk(row, by, said, _found(by, order_id))
    return Applied(order_id, True, None if is_new else Sentence(_WAS_HERE))


def _bring_up_to(row: ChannelConnection, by: Principal, said: Said, order_id: uuid.UUID) -> Applied:
    order = _found(by, order_id)
    # After the order: who changes it by a newer state from here on changes it under us, and we look again.
    known = db.session.get(ChannelOrder, (row.tenant_id, row.id, said.external_id), populate_existing=True)
    if known is None or (known.as_of is not None and said.as_of is not None and said.as_of < known.as_of):
        raise Nothing(_OLDER)
    wanted = _wanted(said, known, order)
    changed = order
    refusal: Exception | None = None
    _remember(row, said)
    if wanted and order.status not in TERMINAL:
        try:
            at, metadata = order.revision, _metadata(row, said)
            changed = changes.change(order_id, wanted, by=by, expected_revision=at, metadata=metadata).order
        except _CHANGE_REFUSALS as error:
            db.session.rollback()
            refusal = error  # where it has come to is true all the same
            _remember(row, said)  # so that it is refused once, and not with each event that follows
    db.session.commit()
    is_moved = _walk(row, by, said, changed)
    if refusal is not None:
        raise refusal
    if is_moved or changed.revision != order.revision:
        return Applied(order_id, True)
    return Applied(order_id, False, Sentence(_SO_ALREADY))


def _promised(order: NewOrder) -> NewOrder:
    """A time that is long past is promised no more: the order came late, and is wanted all the same."""
    long_past = dt.datetime.now(dt.UTC) - LONGEST_AGO_PROMISED
    is_past = order.promised_at is not None and order.promised_at < long_past
    return replace(order, promised_at=None) if is_past else order


def _stationed(tenant_id: uuid.UUID, order: NewOrder) -> NewOrder:
    """Dishes called by the menu's skus are made where the menu says; their names stay as they were sold."""
    dishes = menu_of(tenant_id).by_sku if any(item.sku for item in order.items) else {}
    items = (
        replace(item, station=dishes[item.sku].station)
        if item.name and item.station is None and item.sku is not None and item.sku in dishes
        else item
        for item in order.items
    )
    return replace(order, items=tuple(items))


def _wanted(said: Said, known: ChannelOrder, order: OrderRecord) -> list[Any]:
    wanted: list[Any] = []
    if said.order is not None:
        before = known.content or content.of_record(order)
        wanted = content.changes(before, said.order, order)
    return [*wanted, *(said.changes(order) if said.changes is not None else ())]


def _walk(row: ChannelConnection, by: Principal, said: Said, order: OrderRecord) -> bool:
    """Whether the order was moved; where it is further, or so already, there is nothing to do."""
    to = said.status
    if to is None or to == order.status:
        return False
    if order.status == OrderStatus.CANCELLED:
        raise Refused(_CANCELLED_HERE)
    if order.status == OrderStatus.COMPLETED:
        if to == OrderStatus.CANCELLED:
            raise Refused(_COMPLETED_HERE)
        return False
    if to != OrderStatus.CANCELLED and not said.may_go_back and walking.is_behind(order, to):
        return False
    reason = said.reason or (CANCELLED_THERE if to == OrderStatus.CANCELLED else None)
    try:
        walking.walk(
            order,
            to,
            by=by,
            reason=reason,
            metadata=_metadata(row, said),
            may_go_back=said.may_go_back,
        )
    except IllegalTransition as error:
        if to == OrderStatus.CANCELLED and _hold(order, by, reason or CANCELLED_THERE, _metadata(row, said)):
            raise Refused(_HELD, problem=error.sentence) from None
        raise
    return True


def _hold(order: OrderRecord, by: Principal, reason: str, metadata: dict[str, Any]) -> bool:
    """Have everybody see, where an order cannot be cancelled any more, that nobody wants it."""
    try:
        actions.act(order.id, OrderAction.HOLD, by=by, detail=reason[:200], metadata=metadata)
    except IllegalAct:
        db.session.rollback()
        return False
    return True


def _remember(row: ChannelConnection, said: Said) -> None:
    """What the channel says of an order, committed with what comes of it."""
    values: dict[str, Any] = {"facts": ChannelOrder.facts.concat(dict(said.facts))}
    if said.order is not None:
        values["content"] = content.of_new(said.order)
    db.session.execute(
        update(ChannelOrder)
        .where(
            ChannelOrder.tenant_id == row.tenant_id,
            ChannelOrder.connection_id == row.id,
            ChannelOrder.external_id == said.external_id,
        )
        .values(**values)
    )


def _metadata(row: ChannelConnection, said: Said) -> dict[str, Any]:
    return {**walking.SOURCE, "connection": str(row.id), "external_id": said.external_id}


def _found(by: Principal, order_id: uuid.UUID) -> OrderRecord:
    order = records.find(by.tenant_id, order_id)
    assert order is not None  # orders are not deleted
    return order


def _of(error: BecameKind, order_id: uuid.UUID | None) -> BecameKind:
    error.order_id = order_id
    return error


_KEY = ("tenant_id", "connection_id", "external_id")
_OLDER = marked("A newer state of this order came before.")
_NEVER_HERE = marked("It was over before an order was made of it.")
_MAKES_NONE = marked("In this state it makes no order yet.")
_UNKNOWN = marked("There is no order %(order)s here that could be changed.")
_WAS_HERE = marked("The order was here already.")
_SO_ALREADY = marked("Nothing is otherwise than it was.")
_CANCELLED_HERE = marked("The order is cancelled here, and does not come back: place it anew.")
_COMPLETED_HERE = marked("The order was completed here: cancelling it afterwards changes nothing.")
_HELD = marked("It was cancelled there, and cannot be cancelled here any more (%(problem)s): it is held.")
_BUSY = marked("Others were changing this order all the time: play it again.")
