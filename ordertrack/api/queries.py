"""What a call may be asked in its address."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ordertrack.api.field_types import ShortLine
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

MOST_LISTED = 200
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


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


MOST_RESTAURANTS = 50


class ReportQuery(Query):
    """Which days, of which restaurants, and what of them: all as on the report page."""

    range: Annotated[
        Literal["today", "yesterday", "7", "28", "90"] | None,
        Field(description="Days that move on; `7` if nothing is said.", examples=["28"]),
    ] = None
    from_: Annotated[
        dt.date | None,
        Field(alias="from", description="The first business day, with `to`: 400 days at most, 2000 to 2099."),
    ] = None
    to: Annotated[dt.date | None, Field(description="The last business day.")] = None
    restaurant: Annotated[
        ShortLine | None,
        Field(description=f"A restaurant's slug, or up to {MOST_RESTAURANTS} with commas between; else all."),
    ] = None
    fulfilment: Fulfilment | None = None
    stage: Annotated[Stage | None, Field(description="`kitchen` if nothing is said.")] = None
    doubtful: Annotated[
        Literal["in", "out"] | None, Field(description="`in`: doubtful times are counted in, not left out.")
    ] = None

    @field_validator("from_", "to", mode="before")
    @classmethod
    def _is_a_day(cls, value: object) -> object:
        # Left to itself, pydantic takes a number in a text for seconds since 1970.
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError("must be a day, like 2026-11-20")
        return value

    @field_validator("restaurant")
    @classmethod
    def _not_too_many(cls, value: str | None) -> str | None:
        if value is not None and value.count(",") >= MOST_RESTAURANTS:
            raise ValueError(f"names more than {MOST_RESTAURANTS} restaurants")
        return value

    @property
    def slugs(self) -> list[str]:
        return [] if self.restaurant is None else [each.strip() for each in self.restaurant.split(",")]


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
