"""Reading an order log, row by row; what is wrong with one row is noted, and the reading goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ordertrack.demo.replay import csv_rows, log_columns
from ordertrack.demo.replay.csv_rows import Row, UnreadableRow
from ordertrack.demo.replay.log_columns import Sources, UnusableColumns
from ordertrack.demo.replay.logged_order import Fault, FaultyRow, LoggedOrder, Reading


class BadRow(NamedTuple):
    line: int
    fault: Fault
    reason: str


@dataclass
class OrderLog:
    """What was read: the orders, as their lines come, and the rows that tell of none."""

    orders: list[LoggedOrder] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.orders) + len(self.bad_rows)

    @property
    def restaurants(self) -> list[str]:
        """Those that it names, sorted."""
        return sorted({order.restaurant for order in self.orders if order.restaurant is not None})

    @property
    def faults(self) -> Counter[Fault]:
        return Counter(row.fault for row in self.bad_rows)


def read(
    path: Path, sources: Sources, reading: Reading, *, into_one: bool = False, limit: int | None = None
) -> OrderLog:
    """The log, or its first `limit` good orders; raises UnusableColumns, or OSError if there is no file.

    `into_one`: all orders are of one restaurant, whatever the log says.
    """
    log = OrderLog()
    with csv_rows.opened(path) as lines:
        rows = csv_rows.rows(lines)
        _, header = next(rows, (1, UnreadableRow("")))
        if isinstance(header, UnreadableRow):
            raise UnusableColumns("The file's first line must name its columns; there is no such line.")
        needed = ("order", "placed") if into_one else ("order", "restaurant", "placed")
        judge = _Judge(log_columns.bind(sources, header, needed), len(header), needed, reading)
        for line, row in rows:
            if limit is not None and len(log.orders) >= limit:
                break
            try:
                log.orders.append(judge.order(line, row))
            except FaultyRow as error:
                log.bad_rows.append(BadRow(line, error.fault, str(error)))
    return log


@dataclass
class _Judge:
    """Finds a row faulty by itself, or in the light of the rows before it."""

    columns: Mapping[str, Callable[[Row], str]]
    width: int
    needed: tuple[str, ...]
    reading: Reading
    line_of: dict[str, int] = field(default_factory=dict)

    def order(self, line: int, row: Row | UnreadableRow) -> LoggedOrder:
        if isinstance(row, UnreadableRow):
            raise FaultyRow(Fault.MALFORMED, str(row))
        if len(row) != self.width:
            raise FaultyRow(Fault.MALFORMED, f"has {len(row)} fields; the first line has {self.width}")
        cells = {ours: read(row) for ours, read in self.columns.items()}
        for ours, cell in cells.items():
            if csv_rows.REPLACED in cell:
                raise FaultyRow(Fault.MALFORMED, f"{ours} is not in UTF-8")
            if not cell and ours in self.needed:
                raise FaultyRow(Fault.MALFORMED, f"{ours} is missing")
        order = self.reading.order(line, cells)
        if (first := self.line_of.setdefault(order.id, line)) != line:
            raise FaultyRow(Fault.DUPLICATE, f"order {order.id} stands on line {first} already")
        return order
