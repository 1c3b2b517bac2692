"""What a call may be asked in its address."""

from __future__ import annotations

import uuid
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from ordertrack.api.field_types import ShortLine
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

MOST_LISTED = 200


class Query(BaseModel):
    """What a call may be asked. `may_be_empty`: parameters that say where to begin, and need not know yet."""

    # A misspelt filter that is passed over would answer more than was asked for.
    model_config = ConfigDict(extra="forbid")
    may_be_empty: ClassVar[frozenset[str]] = frozenset()


Limit = Annotated[int, Field(ge=1, le=MOST_LISTED, description="How many to answer at most.")]


class OrdersQuery(Query):
    """Which orders to list."""

    restaurant: Annotated[ShortLine | None, Field(description="A restaurant's slug.", examples=["hamra"])] = (
        None
    )
    status: Annotated[OrderStatus | None, Field(examples=["pending"])] = None
    limit: Limit = 50
    page: Annotated[str | None, Field(min_length=1, description="The `next` of the answer before.")] = None


class QuoteQuery(Query):
    """What kind of order is asked about."""

    fulfilment: Annotated[Fulfilment, Field(examples=["delivery"])]


class MenuQuery(Query):
    """Of which restaurant to say what is sold out."""

    restaurant: Annotated[ShortLine | None, Field(description="A restaurant's slug.")] = None


Included = Literal["actions"]
Include = Annotated[
    Included | None, Field(description="`actions`: tell of actions too, in their place among the events.")
]


class OrderEventsQuery(Query):
    """What to tell of an order, and from where on."""

    may_be_empty = frozenset({"after"})
    after: Annotated[str | None, Field(description="A cursor; without it, from the beginning.")] = None
    include: Include = None


class EventsQuery(Query):
    """From where to read the tenant's events."""

    may_be_empty = frozenset({"after"})
    after: Annotated[str | None, Field(description="A cursor; without it, from the beginning.")] = None
    limit: Annotated[Limit, Field(examples=[100])] = 50
    include: Include = None


class StreamQuery(Query):
    """What to watch, and from where on."""

    may_be_empty = frozenset({"after"})
    after: Annotated[str | None, Field(description="A cursor; without it, from now on.")] = None
    restaurant: Annotated[ShortLine | None, Field(description="Only this restaurant's (its slug).")] = None
    order: Annotated[uuid.UUID | None, Field(description="Only this order's.")] = None
    include: Include = None
