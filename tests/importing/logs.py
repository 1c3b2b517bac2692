"""Small logs for tests, written down and read without a database."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from zoneinfo import ZoneInfo

from ordertrack.importing import items, roles
from ordertrack.importing.choices import Choices, Question
from ordertrack.importing.logged_order import BadRow, LoggedOrder
from ordertrack.importing.reading import Reading
from ordertrack.importing.roles import STATUS_OF
from ordertrack.importing.understanding import Understood, understood
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)


@dataclass
class Read:
    """What came of a log: `found` is closed, what it found out stays."""

    found: Understood
    orders: list[LoggedOrder]
    bad_rows: list[BadRow]
    counts: Counter[str]

    @property
    def questions(self) -> list[Question]:
        return self.found.questions

    @property
    def reasons(self) -> list[str]:
        return [row.reason for row in self.bad_rows]

    def times(self, place: int = 0) -> dict[str, str]:
        """Of an order, in UTC to the minute, or to what it has of seconds."""
        return {
            status.value: dt.datetime.fromtimestamp(at, dt.UTC).isoformat().removesuffix("+00:00")
            for status, at in self.orders[place].times.items()
        }


def read(
    content: str | bytes,
    mapping: str = "",
    zone: str | Mapping[str, str] = "UTC",
    *,
    now: dt.datetime = NOW,
    earliest: float | None = None,
    **choices: object,
) -> Read:
    """The log that has this content. `zone`: of all local times, or by the restaurant's name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_file(path, mapping, zone, now=now, earliest=earliest, **choices)


def read_file(
    path: Path,
    mapping: str = "",
    zone: str | Mapping[str, str] = "UTC",
    *,
    now: dt.datetime = NOW,
    earliest: float | None = None,
    **choices: object,
) -> Read:
    zones = (lambda _name, _day: ZoneInfo(zone)) if isinstance(zone, str) else None
    zone_of = zones or (lambda name, _day: ZoneInfo(zone[name or ""]))
    said = Choices(roles.parse(mapping), **choices)  # type: ignore[arg-type]
    with understood(path, said) as found:
        reading = Reading(found, zone_of, now)
        if earliest is not None:
            reading.earliest = earliest
        orders = list(reading.orders())
        return Read(found, orders, sorted([*found.bad_rows, *reading.bad_rows]), reading.counts)


def read_numbers(content: str, mapping: str = "", unit_seconds: float = 1.0) -> Read:
    """A log whose times are numbers from any moment on."""
    return read(content, mapping, unit_seconds=unit_seconds, earliest=-inf, now=NOW.replace(year=9999))


def logged(order_id: str, cells: Mapping[str, str]) -> LoggedOrder:
    """An order by what its columns say: times are seconds."""
    times: dict[OrderStatus, float] = {}
    texts: dict[OrderStatus, str] = {}
    for name, cell in cells.items():
        if name in STATUS_OF:
            times[STATUS_OF[name]], texts[STATUS_OF[name]] = float(cell), cell
    ordered = {status: times[status] for status in OrderStatus if status in times}
    fulfilment = Fulfilment(cells.get("fulfilment", "delivery"))
    reason = cells.get("reason") or None
    dishes = items.read(cells.get("items", ""), ";") or items.NOT_LOGGED
    return LoggedOrder(int(order_id), order_id, None, fulfilment, dishes, reason, ordered, texts)
