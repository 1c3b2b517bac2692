"""The whole of an order log in memory, as it is played; what is wrong with one row is noted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from ordertrack.importing.choices import Asked, Choices
from ordertrack.importing.logged_order import BadRow, Fault, LoggedOrder
from ordertrack.importing.reading import Reading, ZoneOf
from ordertrack.importing.roles import UnusableColumns
from ordertrack.importing.time_formats import NumberKind
from ordertrack.importing.understanding import understood

_NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)  # what is played happens now, whenever it was


@dataclass
class OrderLog:
    """What was read: the orders, as their lines come, and the rows that tell of none.

    `is_of_numbers`: its times count from anywhere; `counts_from_a_day`: from the one that was said.
    """

    orders: list[LoggedOrder] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    rows: int = 0
    is_of_numbers: bool = False
    counts_from_a_day: bool = False

    @property
    def restaurants(self) -> list[str]:
        """Those that it names, sorted."""
        return sorted({order.restaurant for order in self.orders if order.restaurant is not None})

    @property
    def faults(self) -> Counter[Fault]:
        return Counter(row.fault for row in self.bad_rows)


def read(path: Path, choices: Choices, zone_of: ZoneOf) -> OrderLog:
    """The log; raises UnusableColumns, UnusableFile, or OSError if there is no file.

    Numbers need no day to count from: they may be played now.
    """
    with understood(path, choices) as found:
        for question in found.questions:
            if question.asked not in (Asked.FIRST_DAY, Asked.UNIT):
                raise UnusableColumns(f"{question.sentence} Say: {question.option}")
        reading = Reading(found, zone_of, _NEVER, earliest=-inf)
        orders = list(reading.orders())
        bad_rows = sorted([*found.bad_rows, *reading.bad_rows])
        is_of_numbers = any(question.asked == Asked.FIRST_DAY for question in found.questions)
        counts = NumberKind.OFFSET in found.kinds.values()
        return OrderLog(orders, bad_rows, found.rows, is_of_numbers, counts)
