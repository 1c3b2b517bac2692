"""Orders that have left a board in the last hours: found there, and called back where the rules allow it."""

from __future__ import annotations

import datetime as dt
import uuid

from ordertrack.boards.columns import Board
from ordertrack.orders.moving import move_checks
from ordertrack.orders.moving.move_checks import Move
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.state_machine import RECALL, IllegalTransition, OrderStatus
from ordertrack.tenants.principal import Principal

HOURS = 6
MOST = 150


def left_board(board: Board, tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> list[OrderRecord]:
    """The orders that the board does not show any more, the last that moved first; MOST and one more."""
    lasting = {status for column in board.columns if column.shown_for is None for status in column.statuses}
    gone = [status for status in OrderStatus if status not in lasting]
    since = dt.datetime.now(dt.UTC) - dt.timedelta(hours=HOURS)
    orders = records.moved_since(tenant_id, restaurant_id, gone, since, 2 * MOST)
    return [order for order in orders if board.column_of(order) is None][: MOST + 1]


def may_recall(order: OrderRecord, by: Principal) -> bool:
    """Whether who asks may take back that the order was called ready, if a reason is given."""
    status, to = RECALL
    if order.status != status:
        return False
    try:
        move_checks.check(order, Move(to, by, reason="?", on_board=True))
    except IllegalTransition:
        return False
    return True
