"""The two boards: which statuses they show, in which columns, and whose hands they are made for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ordertrack.orders.records import OrderRecord
from ordertrack.orders.state_machine import OrderStatus, Role
from ordertrack.tenants.principal import Principal

_FAR_AHEAD = 10**13  # milliseconds: the year 2286


@dataclass(frozen=True)
class Column:
    """One status of a board. With `shown_for`, a card leaves by itself that long after it came.

    An alarm stands above the other columns, where nobody can overlook it, and only while it holds a card.
    """

    status: OrderStatus
    title: str
    when_empty: str
    shown_for: dt.timedelta | None = None
    is_alarm: bool = False

    @property
    def dom_id(self) -> str:
        return f"column-{self.status}"

    def gone_at(self, order: OrderRecord) -> dt.datetime | None:
        return None if self.shown_for is None else order.status_since + self.shown_for

    def place_of(self, order: OrderRecord) -> int:
        """What the column sorts by, smallest first: what is due first; where cards leave, what came last."""
        if self.shown_for is None:
            return int(order.due_at.timestamp() * 1000)
        return _FAR_AHEAD - int(order.status_since.timestamp() * 1000)


@dataclass(frozen=True)
class Board:
    """A board offers the moves of its role and no others, so that everybody may be sent the same bytes."""

    name: str
    title: str
    role: Role
    columns: tuple[Column, ...]

    def admits(self, principal: Principal) -> bool:
        return principal.is_manager or principal.role == self.role

    def column_of(self, order: OrderRecord) -> Column | None:
        """Where the order stands on this board now; None if it does not."""
        for column in self.columns:
            if column.status == order.status:
                gone_at = column.gone_at(order)
                return column if gone_at is None or gone_at > dt.datetime.now(dt.UTC) else None
        return None

    @property
    def statuses(self) -> frozenset[OrderStatus]:
        return frozenset(column.status for column in self.columns)


_A_WHILE = dt.timedelta(minutes=10)

KITCHEN = Board(
    "kitchen",
    "Kitchen",
    Role.KITCHEN,
    (
        Column(OrderStatus.PENDING, "Pending", "No new orders."),
        Column(OrderStatus.CONFIRMED, "Confirmed", "Nothing is waiting to be started."),
        Column(OrderStatus.PREPARING, "Preparing", "Nothing is being prepared."),
        Column(OrderStatus.READY, "Just ready", "Nothing became ready lately.", _A_WHILE),
        Column(OrderStatus.CANCELLED, "Cancelled", "Nothing was cancelled lately.", _A_WHILE, is_alarm=True),
    ),
)

DISPATCH = Board(
    "dispatch",
    "Dispatch",
    Role.DISPATCH,
    (
        Column(OrderStatus.READY, "Ready", "Nothing is waiting to go out."),
        Column(OrderStatus.DELIVERING, "Delivering", "Nobody is on the road."),
        Column(OrderStatus.COMPLETED, "Just completed", "Nothing was completed lately.", _A_WHILE),
    ),
)

BOARDS = {board.name: board for board in (KITCHEN, DISPATCH)}
