"""What may come in: the models that check every call and that the OpenAPI document is made from."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ordertrack.api.field_types import (
    Amount,
    Channel,
    CurrencyCode,
    Email,
    HoldReason,
    Instructions,
    Locale,
    Moment,
    Name,
    Notes,
    NotifyBy,
    Phone,
    Reason,
    RequestModel,
    Revision,
    Rider,
    ShortLine,
    StationName,
    Table,
    with_examples,
)
from ordertrack.api.metadata import Metadata
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.order_actions import LONGEST_DELAY, OrderAction
from ordertrack.rules.order_changes import MOST_LINES, MOST_LINES_EVER
from ordertrack.rules.state_machine import Fulfilment, OrderStatus


class ItemRequest(RequestModel):
    """One line of an order: a dish of the menu by its `sku`, or anything by its `name`.

    A dish takes its name and its station from the menu. Without `station` the restaurant's settings say where
    a line is made.
    """

    name: Name | None = None
    sku: Annotated[ShortLine | None, Field(description="That of a dish of the menu.")] = None
    quantity: Annotated[int, Field(ge=1, le=999)]
    notes: Notes | None = None
    modifiers: Annotated[list[ShortLine], Field(max_length=20, default_factory=list)]
    station: StationName | None = None

    @model_validator(mode="after")
    def _say_what_it_is(self) -> Self:
        if (self.name is None) == (self.sku is None):
            raise PydanticCustomError("item", "give a `name`, or the `sku` of a dish of the menu")
        return self

    def to_item(self) -> NewItem:
        return NewItem(
            self.name or "", self.quantity, self.notes, tuple(self.modifiers), self.station, self.sku
        )


class AddressRequest(RequestModel):
    """Where to: `lines` are street, building and floor, as the guest would write them."""

    lines: Annotated[list[ShortLine] | None, Field(max_length=6)] = None
    area: ShortLine | None = None
    city: ShortLine | None = None
    instructions: Instructions | None = None
    latitude: Annotated[float | None, Field(ge=-90, le=90, allow_inf_nan=False)] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180, allow_inf_nan=False)] = None

    @model_validator(mode="after")
    def _say_both_coordinates(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise PydanticCustomError("coordinates", "give `latitude` and `longitude` together")
        return self


class CustomerRequest(RequestModel):
    """Who ordered, as far as they said."""

    name: ShortLine | None = None
    phone: Phone | None = None
    locale: Annotated[Locale | None, Field(description="A language tag, like ar or fr-LB.")] = None
    email: Email | None = None
    notify: Annotated[
        list[NotifyBy] | None,
        Field(
            min_length=1,
            max_length=3,
            description="By what the guest agreed to be told how it goes: they are told by none else.",
        ),
    ] = None
    address: AddressRequest | None = None


class AmountsRequest(RequestModel):
    """Money, in the currency's minor units by ISO 4217: 1250 LBP are 12.50, 1250 JPY are 1250."""

    currency: CurrencyCode
    total: Amount | None = None
    to_collect: Annotated[Amount | None, Field(description="What the guest still has to pay.")] = None

    @model_validator(mode="after")
    def _say_an_amount(self) -> Self:
        if self.total is None and self.to_collect is None:
            raise PydanticCustomError("amounts", "give a `total`, or what is `to_collect`, or both")
        return self


class OrderRequest(RequestModel):
    """A new order."""

    model_config = with_examples(
        {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 2}]},
        {
            "restaurant": "hamra",
            "reference": "W-1042",
            "channel": "Website",
            "fulfilment": "delivery",
            "items": [
                {"name": "Mixed grill", "quantity": 1, "modifiers": ["no garlic"], "notes": "well done"},
                {"name": "Fattoush", "quantity": 2},
            ],
            "customer": {
                "name": "Rana",
                "phone": "+961 3 555 019",
                "locale": "ar",
                "notify": ["whatsapp", "sms"],
                "address": {"lines": ["Makdisi Street 12", "3rd floor"], "area": "Hamra"},
            },
            "note": "Ring twice",
            "amounts": {"currency": "USD", "total": 3450, "to_collect": 3450},
        },
    )

    restaurant: Annotated[ShortLine, Field(description="The restaurant's slug.")]
    reference: Annotated[ShortLine | None, Field(description="The caller's own name for the order.")] = None
    fulfilment: Fulfilment
    customer: CustomerRequest | None = None
    items: Annotated[list[ItemRequest], Field(min_length=1, max_length=MOST_LINES)]
    promised_at: Annotated[
        Moment | None, Field(description="From one hour ago to 30 days ahead, with a time zone.")
    ] = None
    note: Annotated[Notes | None, Field(description="What is to be heeded of the whole order.")] = None
    table: Annotated[Table | None, Field(description="Where the guest sits.")] = None
    channel: Annotated[
        Channel | None, Field(description="Where the order comes from; `reference` is its code there.")
    ] = None
    amounts: AmountsRequest | None = None
    follows: Annotated[
        uuid.UUID | None, Field(strict=False, description="The id of the order that this one adds to.")
    ] = None
    metadata: Metadata = Field(default_factory=dict)

    def to_order(self) -> NewOrder:
        customer = self.customer.model_dump(exclude_none=True) if self.customer else None
        return NewOrder(
            restaurant=self.restaurant,
            fulfilment=self.fulfilment,
            items=tuple(item.to_item() for item in self.items),
            reference=self.reference,
            customer=customer or None,
            promised_at=self.promised_at,
            metadata=self.metadata,
            note=self.note,
            table=self.table,
            channel=self.channel,
            amounts=self.amounts.model_dump(exclude_none=True) if self.amounts else None,
            follows=self.follows,
        )


class TransitionRequest(RequestModel):
    """A move: where to, and (`seen`) from where, as far as the caller knows; with `revision`, only if nothing
    has happened to the order since."""

    model_config = with_examples({"to": "confirmed", "seen": "pending", "revision": 1})

    to: OrderStatus
    seen: OrderStatus | None = None
    revision: Revision | None = None
    reason: Reason | None = None
    metadata: Metadata = Field(default_factory=dict)

    @model_validator(mode="after")
    def _say_the_reason_once(self) -> Self:
        # The event keeps it in its metadata under this name.
        if self.reason is not None and "reason" in self.metadata:
            raise PydanticCustomError("reason_twice", "give `reason` by itself or in `metadata`, not both")
        return self


class RiderRequest(RequestModel):
    """A rider of the roster. Of who has this name already only what is said is changed, a phone that is null
    is taken away; anybody else is added."""

    model_config = with_examples({"name": "Ziad", "phone": "+961 3 555 702", "here": True})

    name: Rider
    phone: Phone | None = None
    is_here: Annotated[bool, Field(alias="here")] = False

    def to_fields(self) -> dict[str, Any]:
        """What was said besides the name."""
        return self.model_dump(exclude={"name"}, exclude_unset=True)


class ActionRequest(RequestModel):
    """Something done to an order besides moving it: `line` (from 1) for strikes, `reason` for a hold, `rider`
    for an assignment, `minutes` for a delay; with `revision`, only if nothing has happened to it since."""

    model_config = with_examples({"act": "delay", "minutes": 10, "reason": "The grill is full"})

    act: OrderAction
    seen: OrderStatus | None = None
    revision: Revision | None = None
    line: Annotated[int | None, Field(ge=1, le=MOST_LINES_EVER)] = None
    reason: HoldReason | None = None
    rider: Rider | None = None
    minutes: Annotated[int | None, Field(ge=1, le=LONGEST_DELAY)] = None
    metadata: Metadata = Field(default_factory=dict)

    @model_validator(mode="after")
    def _say_what_belongs_to_it(self) -> Self:
        given = {name for name in _DETAILS if getattr(self, name) is not None}
        needed = _BELONGS_TO.get(self.act, set())
        may = {"reason"} if self.act == OrderAction.DELAY else set()
        if given - may != needed:
            said = " and ".join(sorted(needed)) or "none of line, reason, rider and minutes"
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
    OrderAction.DELAY: {"minutes"},
}
_DETAILS = ("line", "reason", "rider", "minutes")
