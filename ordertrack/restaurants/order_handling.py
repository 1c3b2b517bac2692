"""How a restaurant handles its orders: how long one takes, what the house confirms, and until when."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from ordertrack.i18n import names
from ordertrack.rules.state_machine import Fulfilment


class AcceptThen(StrEnum):
    """What becomes of an order that nobody confirmed in time."""

    NOTHING = "nothing"
    CONFIRM = "confirm"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class OrderHandling:
    """Times are seconds. `kitchen_takes` and `road_takes` hold where estimates are silent.

    `margin` is how much sooner than need be an order for later is begun. The house confirms everything on its
    arrival if `confirms_all`, else what comes by one of `confirmed_channels`. `accept_within` is how long
    somebody has to confirm the rest, 0 for ever. If it `ready_needs_lines`, boards ask about open lines
    before they call an order ready. With more than `busy_over` orders in the kitchen (0: never)
    `busy_minutes` more are quoted.
    """

    kitchen_takes: int = 1200
    road_takes: int = 1200
    margin: int = 300
    confirms_all: bool = False
    confirmed_channels: tuple[str, ...] = ()
    accept_within: int = 0
    accept_then: AcceptThen = AcceptThen.NOTHING
    ready_needs_lines: bool = False
    busy_over: int = 0
    busy_minutes: int = 15

    def takes(self, fulfilment: Fulfilment) -> int:
        """About how many seconds an order takes until its guest has it, or may fetch it."""
        return self.kitchen_takes + (self.road_takes if fulfilment == Fulfilment.DELIVERY else 0)

    def confirms(self, channel: str | None) -> bool:
        """Whether the house confirms what comes by this channel."""
        named = {names.key(each) for each in self.confirmed_channels}
        return self.confirms_all or (channel is not None and names.key(channel) in named)


def stored(handling: OrderHandling) -> dict[str, Any]:
    """As it is kept."""
    return asdict(handling) | {"confirmed_channels": list(handling.confirmed_channels)}


def read(saved: dict[str, Any]) -> OrderHandling:
    """As it was kept; what was not said yet then is as at first, but that lines were asked about."""
    values = {"ready_needs_lines": True} | saved
    if "confirmed_channels" in values:
        values["confirmed_channels"] = tuple(values["confirmed_channels"])
    if "accept_then" in values:
        values["accept_then"] = AcceptThen(values["accept_then"])
    return OrderHandling(**values)
