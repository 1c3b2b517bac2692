"""What HubRise is told of a move, and what it knows already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ordertrack.channels.hubrise.statuses import HubRiseStatus, ours, theirs
from ordertrack.channels.interface import Told
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.state_machine import OrderStatus, RuleSet

_WAY = tuple(OrderStatus)
_OVER = (HubRiseStatus.COMPLETED, HubRiseStatus.CANCELLED, HubRiseStatus.REJECTED)


def status_of(told: Told) -> HubRiseStatus:
    return theirs(told.event.from_status, told.event.to_status, told.order.fulfilment)


def facts_of(status: HubRiseStatus, location_id: str | None, as_of: dt.datetime | None) -> dict[str, Any]:
    """What is kept with the order of what HubRise said last."""
    return {
        "status": status.value,
        "location_id": location_id,
        "as_of": as_of and as_of.isoformat(),
    }


def is_over(facts: Mapping[str, Any]) -> bool:
    """Whether the order has ended at HubRise: nothing is to bring it back there."""
    return facts.get("status") in _OVER


def is_known(told: Told) -> bool:
    """Whether HubRise had come so far by itself: what is told would send the order back there.

    After the order went back here, each further move is news again.
    """
    said = _said(told.facts)
    if told.event.from_status is None:
        return said != HubRiseStatus.NEW or told.order.status != told.event.to_status
    if said is None or _went_back(told.order, told.facts.get("as_of")):
        return False
    to = told.event.to_status
    if to == OrderStatus.CANCELLED or _is_back(told.event.from_status, to):
        return False
    return _WAY.index(to) <= _WAY.index(ours(said, RuleSet.EXTENDED))


def _said(facts: Mapping[str, Any]) -> HubRiseStatus | None:
    said = facts.get("status")
    return HubRiseStatus(said) if said in tuple(HubRiseStatus) else None


def _went_back(order: OrderRecord, since: str | None) -> bool:
    moment = dt.datetime.fromisoformat(since) if since else order.placed_at
    moves = [(before.status, step) for before, step in pairwise(order.steps) if step.at > moment]
    return any(_is_back(before, step.status) for before, step in moves)


def _is_back(before: OrderStatus | None, to: OrderStatus) -> bool:
    return before is not None and _WAY.index(to) < _WAY.index(before)
