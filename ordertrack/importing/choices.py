"""What somebody says of a log, where it does not say it itself or is to be read otherwise."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from ordertrack.importing.moments import DateOrder
from ordertrack.importing.roles import Sources
from ordertrack.rules.state_machine import Fulfilment

UNITS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0}


@dataclass(frozen=True)
class Choices:
    """`first_day` is the day whose midnight in UTC is 0, where times are numbers that count `unit_seconds`.

    `into`: the slug of the one restaurant that all is of. `limit`: only the first so many orders.
    """

    sources: Sources = field(default_factory=dict)
    encoding: str | None = None
    dates: DateOrder | None = None
    unit_seconds: float | None = None
    first_day: dt.date | None = None
    fulfilment: Fulfilment = Fulfilment.DELIVERY
    into: str | None = None
    limit: int | None = None


class Asked(StrEnum):
    """What only somebody who knows the log can tell."""

    ORDER = "order"
    RESTAURANT = "restaurant"
    PLACED = "placed"
    DATES = "dates"
    UNIT = "unit"
    FIRST_DAY = "from"


@dataclass(frozen=True, slots=True)
class Question:
    """`sentence` asks it; `option` is how it is answered on a command line."""

    asked: Asked
    sentence: str
    option: str
