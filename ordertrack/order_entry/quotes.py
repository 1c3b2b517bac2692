"""What a guest is told on the telephone: between which times, in steps of five minutes, and how long."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from ordertrack.restaurants.pace import PaceState
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.estimates import quoting
from ordertrack.sla.estimates.quoting import Standing

PROMISING = frozenset({Fulfilment.DELIVERY, Fulfilment.PICKUP})
"""Where the guest is told a time, which is kept as the promise; at a table nobody says one."""
_STEP = 5 * 60  # seconds


@dataclass(frozen=True, slots=True)
class Said:
    """Of an order for now: no earlier than `low_at`, no later than `high_at`; `minutes` until that."""

    low_at: dt.datetime
    high_at: dt.datetime
    minutes: int

    @property
    def stored(self) -> str:
        """As the form carries it."""
        return f"{self.low_at.isoformat()}/{self.high_at.isoformat()}"


@dataclass(frozen=True, slots=True)
class Quotes:
    """How the restaurant stands, and by fulfilment what is said; nothing while it takes nothing in."""

    standing: Standing
    said: Mapping[Fulfilment, Said]

    @property
    def is_paused(self) -> bool:
        return self.standing.state == PaceState.PAUSED


def of_restaurant(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, now: dt.datetime) -> Quotes:
    """What would be told now."""
    quoted = {each: quoting.quote(tenant_id, restaurant_id, each) for each in Fulfilment}
    said = {
        each: told(quote.low_at, quote.high_at, now)
        for each, quote in quoted.items()
        if quote.low_at is not None and quote.high_at is not None
    }
    return Quotes(quoted[Fulfilment.PICKUP].standing, said)


def told(low_at: dt.datetime, high_at: dt.datetime, now: dt.datetime) -> Said:
    """The range in steps that people say; rounded up, so that nothing is promised too early."""
    low, high = _rounded(low_at), _rounded(high_at)
    if high <= low:
        high = low + dt.timedelta(seconds=_STEP)
    minutes = math.ceil((high - now).total_seconds() / _STEP) * _STEP // 60
    return Said(low, high, minutes)


def _rounded(moment: dt.datetime) -> dt.datetime:
    seconds = math.ceil(moment.timestamp() / _STEP) * _STEP
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
