"""What a guest ordered, as the caller says it; texts and counts are validated by who built it."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from ordertrack.restaurants.operations import OperationSettings
from ordertrack.rules.state_machine import Fulfilment

LONGEST_AGO_PROMISED = dt.timedelta(hours=1)
LONGEST_AHEAD_PROMISED = dt.timedelta(days=30)


class PromiseOutOfRange(ValueError):
    """A promised time that no kitchen could mean: carries `promised_at`."""

    def __init__(self, promised_at: dt.datetime) -> None:
        self.promised_at = promised_at
        super().__init__(
            "promised_at must lie between one hour ago and 30 days ahead;"
            f" {promised_at.isoformat()} does not. Check the year and the time zone."
        )


@dataclass(frozen=True, slots=True)
class NewItem:
    """One line; `station` None leaves it to the restaurant's settings where it is made.

    With a `sku` and no name it is a dish of the menu, from which it takes its name, and its station unless
    one is said; with both it was one, and keeps what it has.
    """

    name: str
    quantity: int
    notes: str | None = None
    modifiers: tuple[str, ...] = ()
    station: str | None = None
    sku: str | None = None

    def routed(self, settings: OperationSettings) -> dict[str, Any]:
        """The line as it is written: with the station where this restaurant makes it."""
        said = self.station
        station = settings.station_of(self.name) if said is None else settings.as_spelled(said)
        return asdict(self) | {"station": station}


@dataclass(frozen=True, slots=True)
class NewOrder:
    """`restaurant` is its slug. `customer` may have `name`, `phone`, `email`, `locale`, `address`, and by
    what they agreed to be told (`notify`); `amounts` have a `currency` and, in its minor units, a `total` and
    what is `to_collect`. `follows` is the order that this one is an addition to. One that `begins_now` is not
    for later, however late it was promised."""

    restaurant: str
    fulfilment: Fulfilment
    items: tuple[NewItem, ...]
    reference: str | None = None
    customer: dict[str, Any] | None = None
    promised_at: dt.datetime | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    note: str | None = None
    table: str | None = None
    channel: str | None = None
    amounts: dict[str, Any] | None = None
    follows: uuid.UUID | None = None
    begins_now: bool | None = None

    @property
    def fingerprint(self) -> str:
        """Equal for equal orders, whatever the order of keys in what was sent."""
        said = asdict(self)
        for item in said["items"]:
            for name in ("station", "sku"):
                if item[name] is None:  # as orders were before there were any
                    del item[name]
        for name in _CAME_LATER:
            if said[name] is None:
                del said[name]
        if self.promised_at is not None:
            said["promised_at"] = self.promised_at.astimezone(dt.UTC).isoformat()
        return sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


# A key that was used before there were these stands for the same order still.
_CAME_LATER = ("note", "table", "channel", "amounts", "follows", "begins_now")


def check_promise(promised_at: dt.datetime | None) -> None:
    """Raise PromiseOutOfRange."""
    if promised_at is None:
        return
    now = dt.datetime.now(dt.UTC)
    if not now - LONGEST_AGO_PROMISED <= promised_at <= now + LONGEST_AHEAD_PROMISED:
        raise PromiseOutOfRange(promised_at)
