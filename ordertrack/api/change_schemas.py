"""What may come in to change an order."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ordertrack.api.field_types import (
    Amount,
    CurrencyCode,
    HoldReason,
    Moment,
    Notes,
    RequestModel,
    Revision,
    ShortLine,
    Table,
    with_examples,
)
from ordertrack.api.metadata import Metadata
from ordertrack.api.schemas import CustomerRequest, ItemRequest
from ordertrack.orders.changing.change_draft import AddLine, Change, ChangeLine, SetFields, VoidLine
from ordertrack.rules.order_changes import MOST_LINES_EVER

MOST_CHANGES = 200

LineNumber = Annotated[int, Field(ge=1, le=MOST_LINES_EVER, description="Its place in `items`, from 1.")]


class AddLineRequest(RequestModel):
    """Add a line."""

    do: Literal["add_line"]
    item: ItemRequest

    def to_change(self) -> Change:
        return AddLine(self.item.to_item())


class VoidLineRequest(RequestModel):
    """Take a line back: it stays in `items` and is no longer wanted."""

    do: Literal["void_line"]
    line: LineNumber

    def to_change(self) -> Change:
        return VoidLine(self.line)


class ChangeLineRequest(RequestModel):
    """Void a line and add another one in its stead, at the end."""

    do: Literal["change_line"]
    line: LineNumber
    item: ItemRequest

    def to_change(self) -> Change:
        return ChangeLine(self.line, self.item.to_item())


class AmountsPatch(RequestModel):
    """What of the amounts is another one now."""

    currency: CurrencyCode | None = None
    total: Amount | None = None
    to_collect: Amount | None = None


class SetRequest(RequestModel):
    """Set what is named, and leave the rest; null takes away. So it is within `customer` and `amounts` too
    (RFC 7396)."""

    do: Literal["set"]
    note: Notes | None = None
    promised_at: Moment | None = None
    reference: ShortLine | None = None
    table: Table | None = None
    customer: CustomerRequest | None = None
    amounts: AmountsPatch | None = None

    def to_change(self) -> Change:
        return SetFields({name: self._value(name) for name in self.model_fields_set - {"do"}})

    def _value(self, name: str) -> Any:
        value = getattr(self, name)
        return value.model_dump(exclude_unset=True) if isinstance(value, RequestModel) else value


class ChangesRequest(RequestModel):
    """Several changes, made together or not at all; `revision` is the order's as the caller saw it."""

    model_config = with_examples(
        {
            "revision": 1,
            "changes": [
                {"do": "add_line", "item": {"name": "Ayran", "quantity": 2}},
                {"do": "set", "note": "Ring twice"},
            ],
            "reason": "The guest called",
        }
    )

    revision: Revision
    changes: Annotated[
        list[
            Annotated[
                AddLineRequest | VoidLineRequest | ChangeLineRequest | SetRequest, Field(discriminator="do")
            ]
        ],
        Field(min_length=1, max_length=MOST_CHANGES),
    ]
    reason: HoldReason | None = None
    metadata: Metadata = Field(default_factory=dict)

    def to_changes(self) -> list[Change]:
        return [each.to_change() for each in self.changes]
