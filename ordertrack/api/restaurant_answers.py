"""What calls about restaurants answer."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, Field

from ordertrack.restaurants.pace import PaceState
from ordertrack.rules.state_machine import Fulfilment


class RestaurantAnswer(BaseModel):
    """A restaurant, and how it stands: `busy` quotes so many `minutes` more, `paused` takes nothing in."""

    slug: str
    name: str
    timezone: str
    state: PaceState
    minutes: int
    until: Annotated[
        dt.datetime | None,
        Field(description="Until when, if anybody said so; outside its hours, until it opens."),
    ]


class RestaurantList(BaseModel):
    """All of the tenant's restaurants, by name."""

    items: list[RestaurantAnswer]
    next: None = None


class RiderAnswer(BaseModel):
    """A rider of a restaurant; `here` while they work, on the road or not."""

    name: str
    phone: str | None
    here: bool


class RiderList(BaseModel):
    """All riders on a restaurant's roster, those who are here first."""

    items: list[RiderAnswer]
    next: None = None


class QuoteAnswer(BaseModel):
    """What a guest would be told now. `learned`: from orders of the last weeks, else from the settings."""

    restaurant: str
    fulfilment: Fulfilment
    state: PaceState
    minutes: int
    until: dt.datetime | None
    from_: Annotated[dt.datetime | None, Field(serialization_alias="from")]
    to: dt.datetime | None
    learned: bool
