"""What may come in: the models that check every call and that the OpenAPI document is made from."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Annotated, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ordertrack.api.metadata import Metadata
from ordertrack.i18n.plain_text import plain_text
from ordertrack.orders.intake import NewItem, NewOrder
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

MOST_ITEMS = 200
MOST_LISTED = 200
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII)


def _one_line(text: str) -> str:
    return plain_text(text, len(text))


def _lines(text: str) -> str:
    return plain_text(text.replace("\r\n", "\n"), len(text), lines=True)


def _moment(value: object) -> object:
    # Left to itself, pydantic takes a number in a text for seconds since 1970.
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("must be a date and time with a zone, like 2026-05-01T19:30:00+03:00")
    return value


def _in_utc(moment: dt.datetime) -> dt.datetime:
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("must be a time within the years 1 to 9999") from None


_Line = AfterValidator(_one_line)
ShortLine = Annotated[str, StringConstraints(min_length=1, max_length=100), _Line]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), _Line]
StationName = Annotated[str, StringConstraints(min_length=1, max_length=30), _Line]
Rider = Annotated[str, StringConstraints(min_length=1, max_length=60), _Line]
HoldReason = Annotated[str, StringConstraints(min_length=1, max_length=200), _Line]
Phone = Annotated[str, StringConstraints(min_length=1, max_length=30), _Line]
Notes = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_lines)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500), _Line]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_moment), AfterValidator(_in_utc)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ItemRequest(_Request):
    """One line of an order. Without `station` the restaurant's settings say where it is made."""

    name: Name
    quantity: Annotated[int, Field(ge=1, le=999)]
    notes: Notes | None = None
    modifiers: Annotated[list[ShortLine], Field(max_length=20)] = []
    station: StationName | None = None


class CustomerRequest(_Request):
    """Who ordered, as far as they said."""

    name: ShortLine | None = None
    phone: Phone | None = None
    locale: Annotated[Locale | None, Field(description="A language tag, like ar or fr-LB.")] = None


class OrderRequest(_Request):
    """A new order."""

    restaurant: Annotated[ShortLine, Field(description="The restaurant's slug.")]
    reference: Annotated[ShortLine | None, Field(description="The caller's own name for the order.")] = None
    fulfilment: Fulfilment
    customer: CustomerRequest | None = None
    items: Annotated[list[ItemRequest], Field(min_length=1, max_length=MOST_ITEMS)]
    promised_at: Annotated[
        Moment | None, Field(description="From one hour ago to 30 days ahead, with a time zone.")
    ] = None
    metadata: Metadata = Field(default_factory=dict)

    def to_order(self) -> NewOrder:
        customer = self.customer.model_dump(exclude_none=True) if self.customer else None
        return NewOrder(
            restaurant=self.restaurant,
            fulfilment=self.fulfilment,
            items=tuple(
                NewItem(item.name, item.quantity, item.notes, tuple(item.modifiers), item.station)
                for item in self.items
            ),
            reference=self.reference,
            customer=customer or None,
            promised_at=self.promised_at,
            metadata=self.metadata,
        )


class TransitionRequest(_Request):
    """A move: where to, and (`seen`) from where, as far as the caller knows."""

    to: OrderStatus
    seen: OrderStatus | None = None
    reason: Reason | None = None
    metadata: Metadata = Field(default_factory=dict)

    @model_validator(mode="after")
    def _say_the_reason_once(self) -> Self:
        # The event keeps it in its metadata under this name.
        if self.reason is not None and "reason" in self.metadata:
            raise PydanticCustomError("reason_twice", "give `reason` by itself or in `metadata`, not both")
        return self


class ActionRequest(_Request):
    """Something done to an order besides moving it: `line` (from 1) for strikes, `reason` for a hold, `rider`
    for an assignment."""

    act: OrderAction
    seen: OrderStatus | None = None
    line: Annotated[int | None, Field(ge=1, le=MOST_ITEMS)] = None
    reason: HoldReason | None = None
    rider: Rider | None = None
    metadata: Metadata = Field(default_factory=dict)

    @model_validator(mode="after")
    def _say_what_belongs_to_it(self) -> Self:
        given = {name for name in ("line", "reason", "rider") if getattr(self, name) is not None}
        needed = _BELONGS_TO.get(self.act, set())
        if given != needed:
            said = " and ".join(sorted(needed)) or "none of line, reason and rider"
            raise PydanticCustomError(
                "act_details", "with `{act}` give {said}", {"act": self.act, "said": said}
            )
        return self

    @property
    def detail(self) -> str | None:
        return self.reason or self.rider


_BELONGS_TO = {
    OrderAction.STRIKE: {"line"},
    OrderAction.UNSTRIKE: {"line"},
    OrderAction.HOLD: {"reason"},
    OrderAction.ASSIGN: {"rider"},
}


class Query(BaseModel):
    """What a call may be asked. `may_be_empty`: parameters that say where to begin, and need not know yet."""

    # A misspelt filter that is passed over would answer more than was asked for.
    model_config = ConfigDict(extra="forbid")
    may_be_empty: ClassVar[frozenset[str]] = frozenset()


Limit = Annotated[int, Field(ge=1, le=MOST_LISTED, description="How many to answer at most.")]


class OrdersQuery(Query):
    """Which orders to list."""

    restaurant: Annotated[ShortLine | None, Field(description="A restaurant's slug.")] = None
    status: OrderStatus | None = None
    limit: Limit = 50
    page: Annotated[str | None, Field(min_length=1, description="The `next` of the answer before.")] = None


Included = Literal["actions"]
Include = Annotated[
    Included | None, Field(description="`actions`: tell of actions too, in their place among the events.")
]


class OrderEventsQuery(Query):
    """What to tell of an order."""

    include: Include = None


class EventsQuery(Query):
    """From where to read the tenant's events."""

    may_be_empty = frozenset({"after"})
    after: Annotated[str | None, Field(description="A cursor; without it, from the beginning.")] = None
    limit: Limit = 50
    include: Include = None


class StreamQuery(Query):
    """What to watch, and from where on."""

    may_be_empty = frozenset({"after"})
    after: Annotated[str | None, Field(description="A cursor; without it, from now on.")] = None
    restaurant: Annotated[ShortLine | None, Field(description="Only this restaurant's (its slug).")] = None
    order: Annotated[uuid.UUID | None, Field(description="Only this order's.")] = None
    include: Include = None
