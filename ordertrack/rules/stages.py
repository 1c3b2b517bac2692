"""The stages of an order: the time between two statuses, by which everything here is measured."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ordertrack.rules.state_machine import OrderStatus


class Stage(StrEnum):
    ACCEPT = "accept"
    QUEUE = "queue"
    COOK = "cook"
    KITCHEN = "kitchen"
    HANDOVER = "handover"
    ROAD = "road"
    TOTAL = "total"


class LeftOut(StrEnum):
    """Why a measured time is not to be trusted."""

    FORGOTTEN = "forgotten"
    MASS = "mass"
    EARLY = "early"


@dataclass(frozen=True, slots=True)
class Span:
    """A stage begins when an order enters `begins` and ends when it then enters one of `ends`."""

    begins: OrderStatus
    ends: frozenset[OrderStatus]
    through: frozenset[OrderStatus]


def _span(begins: OrderStatus, *ends: OrderStatus, through: tuple[OrderStatus, ...] = ()) -> Span:
    return Span(begins, frozenset(ends), frozenset({begins, *through}))


HEADLINE = Stage.KITCHEN

# `through`: the statuses in which an order is while the stage runs.
SPANS: dict[Stage, Span] = {
    Stage.ACCEPT: _span(OrderStatus.PENDING, OrderStatus.CONFIRMED),
    Stage.QUEUE: _span(OrderStatus.CONFIRMED, OrderStatus.PREPARING),
    Stage.COOK: _span(OrderStatus.PREPARING, OrderStatus.READY),
    Stage.KITCHEN: _span(OrderStatus.CONFIRMED, OrderStatus.READY, through=(OrderStatus.PREPARING,)),
    Stage.HANDOVER: _span(OrderStatus.READY, OrderStatus.DELIVERING, OrderStatus.COMPLETED),
    Stage.ROAD: _span(OrderStatus.DELIVERING, OrderStatus.COMPLETED),
    Stage.TOTAL: _span(
        OrderStatus.PENDING,
        OrderStatus.COMPLETED,
        through=(
            OrderStatus.CONFIRMED,
            OrderStatus.PREPARING,
            OrderStatus.READY,
            OrderStatus.DELIVERING,
        ),
    ),
}

# Stages that take hands or wheels: one shorter than the floor was tapped, not worked.
WORKED = frozenset({Stage.COOK, Stage.KITCHEN, Stage.ROAD, Stage.TOTAL})

# Taps that mark work on one order. Several at once are a habit of tapping; orders are accepted together, and
# leave together with one rider, for good reasons.
TAPPED_ONE_BY_ONE = frozenset({OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.COMPLETED})

# Where a cancellation is late: somebody has begun to work on the order.
CANCELLED_LATE_IN = frozenset({OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.DELIVERING})


def running(status: OrderStatus) -> tuple[Stage, ...]:
    """The stages that run while an order is in this status."""
    return tuple(stage for stage, span in SPANS.items() if status in span.through)
