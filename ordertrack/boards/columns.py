"""The two boards: which statuses they show, in which columns, and whose hands they are made for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from ordertrack.i18n.translate import marked
from ordertrack.orders.due import must_start
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import OrderStatus

_FAR_AHEAD = 10**13  # milliseconds: the year 2286


@dataclass(frozen=True)
class Column:
    """One or few statuses of a board. With `shown_for`, a card leaves by itself that long after it came.

    An alarm stands above the other columns, where nobody can overlook it, and only while it holds a card that
    nobody has acknowledged. A slim column shows what is coming, without its dishes. What stands in an entry
    column nobody has taken up yet: it is new. A drawer opens over the others. `hint` says how the
    column is used; where orders stand `by_waiting`, the one that came there first is first.
    """

    name: str
    statuses: tuple[OrderStatus, ...]
    title: str
    when_empty: str
    shown_for: dt.timedelta | None = None
    is_alarm: bool = False
    is_slim: bool = False
    is_entry: bool = False
    is_drawer: bool = False
    by_waiting: bool = False
    hint: str | None = None

    @property
    def dom_id(self) -> str:
        return f"column-{self.name}"

    def gone_at(self, order: OrderRecord) -> dt.datetime | None:
        return None if self.shown_for is None else order.status_since + self.shown_for

    def sort_key(self, order: OrderRecord) -> str:
        """What the column sorts by, smallest first, as text.

        It ends in six digits of the order's number, by which scripts know it. First stands what must be begun
        first, by the second, with what adds to it; or what is in a rush, then what waits longest; where cards
        leave, what came last.
        """
        if self.shown_for is not None:
            moment = _FAR_AHEAD - int(order.status_since.timestamp() * 1000)
        elif self.by_waiting:
            moment = int(order.status_since.timestamp() * 1000) + (0 if order.is_rush else _FAR_AHEAD)
        else:
            moment = int(must_start.of_order(order).timestamp()) * 1000 + _FAR_AHEAD
        if order.follows_number is not None:
            return f"{moment:014}{order.follows_number:06}{order.number:06}"
        return f"{moment:014}{order.number:06}"


def _column(
    status: OrderStatus,
    title: str,
    when_empty: str,
    shown_for: dt.timedelta | None = None,
    is_entry: bool = False,
) -> Column:
    return Column(status, (status,), title, when_empty, shown_for, is_entry=is_entry)


@dataclass(frozen=True)
class Board:
    """A board offers the moves of its role and no others, so that everybody may be sent the same bytes."""

    name: str
    title: str
    role: Role
    columns: tuple[Column, ...]

    def column_of(self, order: OrderRecord) -> Column | None:
        """Where the order stands on this board now; None if it does not."""
        if order.is_later:
            return LATER if order.status != OrderStatus.CANCELLED else None
        column = self._by_status.get(order.status)
        if column is None or order.acknowledged_at is not None:
            return None
        gone_at = column.gone_at(order)
        return column if gone_at is None or gone_at > dt.datetime.now(dt.UTC) else None

    @property
    def statuses(self) -> frozenset[OrderStatus]:
        return frozenset(self._by_status)

    @cached_property
    def _by_status(self) -> dict[OrderStatus, Column]:
        return {status: column for column in self.columns for status in column.statuses}


_A_WHILE = dt.timedelta(minutes=10)

_IN_THE_KITCHEN = Column(
    "kitchen",
    (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING),
    marked("In the kitchen"),
    marked("Nothing is on its way from the kitchen."),
    is_slim=True,
)
LATER = Column(
    "later",
    (),
    marked("Later"),
    marked("No order is for later."),
    is_slim=True,
    is_drawer=True,
)
_CANCELLED = Column(
    OrderStatus.CANCELLED,
    (OrderStatus.CANCELLED,),
    marked("Cancelled"),
    marked("Nothing was cancelled lately."),
    dt.timedelta(hours=12),
    is_alarm=True,
)

KITCHEN = Board(
    "kitchen",
    marked("Kitchen"),
    Role.KITCHEN,
    (
        _column(OrderStatus.PENDING, marked("Pending"), marked("No new orders."), is_entry=True),
        _column(OrderStatus.CONFIRMED, marked("Confirmed"), marked("Nothing is waiting to be started.")),
        _column(OrderStatus.PREPARING, marked("Preparing"), marked("Nothing is being prepared.")),
        _column(
            OrderStatus.READY,
            marked("Just ready"),
            marked("Nothing became ready lately."),
            shown_for=_A_WHILE,
        ),
        _CANCELLED,
        LATER,
    ),
)

DISPATCH = Board(
    "dispatch",
    marked("Dispatch"),
    Role.DISPATCH,
    (
        Column(
            OrderStatus.READY,
            (OrderStatus.READY,),
            marked("Ready to go"),
            marked("Nothing is waiting to go out."),
            is_entry=True,
            by_waiting=True,
            hint=marked("longest waiting first; choose several, then a rider"),
        ),
        Column(
            OrderStatus.DELIVERING,
            (OrderStatus.DELIVERING,),
            marked("On the road"),
            marked("Nobody is on the road."),
            by_waiting=True,
        ),
        _IN_THE_KITCHEN,
        Column(
            OrderStatus.COMPLETED,
            (OrderStatus.COMPLETED,),
            marked("Just completed"),
            marked("Nothing was completed lately."),
            shown_for=_A_WHILE,
            is_drawer=True,
        ),
        _CANCELLED,
        LATER,
    ),
)

BOARDS = {board.name: board for board in (KITCHEN, DISPATCH)}
