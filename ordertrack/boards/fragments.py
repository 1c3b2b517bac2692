"""The HTML of boards: whole columns, one card, and the messages that move a card on every screen."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import current_app

from ordertrack.boards.columns import Board, Column
from ordertrack.orders import records
from ordertrack.orders.records import OrderRecord
from ordertrack.sla import screens


def card_id(order_id: uuid.UUID) -> str:
    """The id of an order's card, on whatever board."""
    return f"order-{order_id}"


def columns_of(
    board: Board, tenant_id: uuid.UUID, restaurant_id: uuid.UUID
) -> list[tuple[Column, list[OrderRecord]]]:
    """Each column with its orders, in the column's own order."""
    lasting = [column.status for column in board.columns if column.shown_for is None]
    passing = [column for column in board.columns if column.shown_for is not None]
    longest = max((column.shown_for for column in passing if column.shown_for), default=dt.timedelta())
    orders = records.of_restaurant(
        tenant_id,
        restaurant_id,
        lasting,
        ended=[column.status for column in passing],
        ended_since=dt.datetime.now(dt.UTC) - longest,
    )
    return [
        (column, sorted((order for order in orders if board.column_of(order) is column), key=column.place_of))
        for column in board.columns
    ]


def move(board: Board, order: OrderRecord) -> str:
    """Take the card off the board and put it where it stands now: replayed, it changes nothing."""
    return _render("_move.html", board=board, order=order, column=board.column_of(order))


def whole(board: Board, tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> str:
    """Every column anew."""
    return _render("_columns.html", board=board, columns=columns_of(board, tenant_id, restaurant_id))


def _render(template: str, **values: object) -> str:
    # Without Flask's context processors: a fragment must come out the same for every viewer.
    return current_app.jinja_env.get_template(template).render(**FOR_CARDS, **values)


FOR_CARDS: dict[str, object] = {
    "card_id": card_id,
    "timer_of": screens.timer_of,
    "expected_end_of": screens.expected_end_of,
}
"""What the template of a card asks for, wherever it is included."""
