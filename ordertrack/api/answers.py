"""What goes out: orders, events and lists of them as JSON."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ordertrack.orders.log.entries import ActionRecord, EventRecord
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, OrderStatus

CursorText = Annotated[str, Field(description="A position in the tenant's events: <epoch>-<seq>.")]
From = Annotated[OrderStatus | None, Field(serialization_alias="from")]


class ItemAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    quantity: int
    notes: str | None
    modifiers: list[str]
    sku: Annotated[str | None, Field(description="That of the menu's dish, if it was ordered as one.")]


class LineAnswer(BaseModel):
    """How it stands with an item: `line` is its place among them, counted from 1."""

    model_config = ConfigDict(from_attributes=True)

    line: Annotated[int, Field(validation_alias="position")]
    station: Annotated[str | None, Field(description="Where it is made, if anybody said.")]
    done: Annotated[bool, Field(validation_alias="is_done", description="Struck off in the kitchen.")]
    voided: Annotated[bool, Field(validation_alias="is_voided", description="No longer wanted.")]


class AddressAnswer(BaseModel):
    lines: list[str] = []
    area: str | None = None
    city: str | None = None
    instructions: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class CustomerAnswer(BaseModel):
    name: str | None = None
    phone: str | None = None
    locale: str | None = None
    email: str | None = None
    notify: list[str] | None = None
    address: AddressAnswer | None = None


class AmountsAnswer(BaseModel):
    """Money, in the currency's minor units by ISO 4217."""

    currency: str
    total: int | None = None
    to_collect: int | None = None


class OrderAnswer(BaseModel):
    """An order as it is now. Times are UTC; `updated_at` is since when it has its status."""

    id: uuid.UUID
    number: int
    restaurant: str
    status: OrderStatus
    fulfilment: Fulfilment
    placed_at: dt.datetime
    promised_at: dt.datetime | None
    updated_at: dt.datetime
    reference: str | None
    customer: CustomerAnswer | None
    items: list[ItemAnswer]
    lines: list[LineAnswer]
    tracking_url: Annotated[str, Field(description="The customer's page.")]
    allowed: Annotated[list[OrderStatus], Field(description="Where it may go from here.")]
    rush: bool
    hold: Annotated[str | None, Field(description="Why it is held, while it is.")]
    rider: Annotated[str | None, Field(description="Who carries it, or will.")]
    acknowledged_at: Annotated[
        dt.datetime | None, Field(description="When somebody on a board had seen that it is cancelled.")
    ]
    allowed_acts: Annotated[list[OrderAction], Field(description="What can be done to it besides.")]
    possible_double_of: Annotated[
        int | None,
        Field(description="The number of an order to which its sender gave the same reference just before."),
    ]
    revision: Annotated[int, Field(description="Grows with all that happens to the order.")]
    note: str | None
    table: str | None
    channel: Annotated[str | None, Field(description="Where it came from; `reference` is its code there.")]
    amounts: AmountsAnswer | None
    follows: Annotated[uuid.UUID | None, Field(description="The order that this one adds to.")]
    delayed_by: Annotated[int, Field(description="Minutes that it was delayed by since it was promised.")]
    start_by: Annotated[dt.datetime | None, Field(description="By when to begin it; null: no promise.")]
    later: Annotated[bool, Field(description="It need not be begun yet, and is on no board.")]
    fired_at: Annotated[dt.datetime | None, Field(description="When an order for later came onto boards.")]
    accept_by: Annotated[dt.datetime | None, Field(description="Until when somebody is to confirm it.")]

    @classmethod
    def of(cls, order: OrderRecord, site: str) -> OrderAnswer:
        """`site` is the address of the server, with a slash at its end."""
        return cls(
            id=order.id,
            number=order.number,
            restaurant=order.restaurant,
            status=order.status,
            fulfilment=order.fulfilment,
            placed_at=order.placed_at,
            promised_at=order.promised_at,
            updated_at=order.status_since,
            reference=order.reference,
            customer=CustomerAnswer.model_validate(order.customer) if order.customer else None,
            items=[ItemAnswer.model_validate(item) for item in order.items],
            lines=[LineAnswer.model_validate(item) for item in order.items],
            tracking_url=f"{site}track/{order.tracking_token}",
            allowed=list(order.allowed()),
            rush=order.is_rush,
            hold=order.hold_reason,
            rider=order.rider,
            acknowledged_at=order.acknowledged_at,
            allowed_acts=list(order.acts_allowed()),
            possible_double_of=order.possible_double_of,
            revision=order.revision,
            note=order.note,
            table=order.table,
            channel=order.channel,
            amounts=AmountsAnswer.model_validate(order.amounts) if order.amounts else None,
            follows=order.follows,
            delayed_by=order.delayed_by,
            start_by=order.start_by,
            later=order.is_later and order.status not in TERMINAL,
            fired_at=order.fired_at,
            accept_by=order.accept_by if order.status == OrderStatus.PENDING else None,
        )


class EventAnswer(BaseModel):
    """One transition. `status` is `to`; `in_status_for` are the seconds spent in `from`; `open_lines` is how
    many lines were not struck off when an order was called ready, null for every other move."""

    cursor: CursorText
    order_id: uuid.UUID
    number: int
    restaurant: str
    from_: From
    to: OrderStatus
    status: OrderStatus
    changed_by: str
    actor: str
    occurred_at: dt.datetime
    in_status_for: float | None
    metadata: dict[str, Any]
    open_lines: int | None

    @classmethod
    def of(cls, event: EventRecord) -> EventAnswer:
        return cls(
            cursor=str(event.cursor),
            order_id=event.order_id,
            number=event.number,
            restaurant=event.restaurant,
            from_=event.from_status,
            to=event.to_status,
            status=event.to_status,
            changed_by=event.changed_by,
            actor=event.actor,
            occurred_at=event.occurred_at,
            in_status_for=None if event.in_status_for is None else event.in_status_for.total_seconds(),
            metadata=event.metadata,
            open_lines=event.open_lines,
        )


class ChangesAnswer(BaseModel):
    """What a change was of: lines by their places, and the names of fields that were set; no values."""

    revision: int
    added: list[int]
    voided: list[int]
    fields: list[str]


class ActionMessage(BaseModel):
    """The data of an `order_action` in the stream: something done to an order besides moving it."""

    order_id: uuid.UUID
    number: int
    restaurant: str
    act: OrderAction
    status: Annotated[OrderStatus, Field(description="What the order was, and stays.")]
    line: int | None
    reason: str | None
    rider: str | None
    minutes: Annotated[int | None, Field(description="By how many an order was delayed.")]
    changed_by: str
    occurred_at: dt.datetime
    metadata: dict[str, Any]
    changes: Annotated[ChangesAnswer | None, Field(description="What a change was of; null for the rest.")]

    @classmethod
    def of(cls, action: ActionRecord) -> ActionMessage:
        return cls(**_values(action))


class ActionAnswer(ActionMessage):
    """An action in a list of events; it has `act`, which no event has."""

    cursor: CursorText
    actor: str

    @classmethod
    def of(cls, action: ActionRecord) -> ActionAnswer:
        return cls(cursor=str(action.cursor), actor=action.actor, **_values(action))


def _values(action: ActionRecord) -> dict[str, Any]:
    return {
        "order_id": action.order_id,
        "number": action.number,
        "restaurant": action.restaurant,
        "act": action.act,
        "status": action.status,
        "line": action.line,
        "reason": action.detail if action.act != OrderAction.ASSIGN else None,
        "rider": action.detail if action.act == OrderAction.ASSIGN else None,
        "changed_by": action.changed_by,
        "occurred_at": action.occurred_at,
        "metadata": action.metadata,
        "changes": action.changes,
        "minutes": action.minutes,
    }


class StreamMessage(BaseModel):
    """The data of a `status_update` in the stream."""

    order_id: uuid.UUID
    status: OrderStatus
    updated_at: dt.datetime
    from_: From
    number: int
    restaurant: str
    changed_by: str
    metadata: dict[str, Any]

    @classmethod
    def of(cls, event: EventRecord) -> StreamMessage:
        return cls(
            order_id=event.order_id,
            status=event.to_status,
            updated_at=event.occurred_at,
            from_=event.from_status,
            number=event.number,
            restaurant=event.restaurant,
            changed_by=event.changed_by,
            metadata=event.metadata,
        )


class OrderList(BaseModel):
    """Orders, newest first. `next` is the `page` to ask for next; null: this was the last."""

    items: list[OrderAnswer]
    next: str | None


class EventList(BaseModel):
    """Events, oldest first. In the feed `next` is always there, to be passed as `after`; an order's events
    come all at once, and their `next` is null, unless there are more than 500."""

    items: list[EventAnswer | ActionAnswer]
    next: str | None

    @classmethod
    def of(cls, entries: Iterable[EventRecord | ActionRecord], next: str | None) -> EventList:
        return cls(items=[entry_of(entry) for entry in entries], next=next)


def entry_of(entry: EventRecord | ActionRecord) -> EventAnswer | ActionAnswer:
    """An entry of the log as it stands in lists."""
    return EventAnswer.of(entry) if isinstance(entry, EventRecord) else ActionAnswer.of(entry)


class FieldProblem(BaseModel):
    field: Annotated[str, Field(description="Where it is, like items.0.quantity.")]
    problem: str


class ProblemDocument(BaseModel):
    """A refusal (RFC 9457); `detail` says what to change. The other fields stand where they apply."""

    type: Annotated[
        str, Field(description="The address of a page that says what problems of this kind mean.")
    ]
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []
    from_: Annotated[OrderStatus | None, Field(alias="from")] = None
    to: OrderStatus | None = None
    allowed: list[OrderStatus] = []
    act: OrderAction | None = None
    allowed_acts: list[OrderAction] = []
    seen: OrderStatus | None = None
    revision: int | None = None
    paused: Annotated[bool, Field(description="The restaurant takes nothing in, `until` it does.")] = False
    until: dt.datetime | None = None
    order: Annotated[
        dict[str, Any] | None, Field(description="An OrderAnswer: the order as it is now, if it was changed.")
    ] = None
    current: Annotated[str | None, Field(description="An order's status, or the feed's newest cursor.")] = (
        None
    )
