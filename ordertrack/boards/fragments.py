"""The HTML of boards: whole columns, one card, and the messages that move a card on every screen."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import current_app

from ordertrack.boards import reasons, riders
from ordertrack.boards.columns import DISPATCH, Board, Column
from ordertrack.boards.room import MOST_CARDS, MOST_LATER, Room, lines_of
from ordertrack.i18n import labels
from ordertrack.i18n.formats import listed
from ordertrack.i18n.translate import ngettext, speaking
from ordertrack.orders.due import lateness
from ordertrack.orders.moving import move_checks
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.restaurants import cache, operations, pace, rule_sets
from ordertrack.restaurants.operations import Asked
from ordertrack.rules.order_actions import DETAILED_ACTS, OrderAction
from ordertrack.rules.state_machine import OrderStatus, RuleSet, asks_reason
from ordertrack.sla import card_timers
from ordertrack.tenants import suspension


def card_id(order_id: uuid.UUID) -> str:
    """The id of an order's card, on whatever board."""
    return f"order-{order_id}"


class Standing(NamedTuple):
    """What stands on a board: each column with its orders, in the column's own order.

    `left_out` is how many orders more there are than a board has room for: the least urgent ones.
    """

    columns: list[tuple[Column, list[OrderRecord]]]
    left_out: int


class _Rendered(NamedTuple):
    order: OrderRecord
    board: Board
    language: str
    html: str


_rendered: deque[_Rendered] = deque(maxlen=32)


def standing(board: Board, tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Standing:
    """What stands on a board now."""
    now = dt.datetime.now(dt.UTC)
    lasting = [status for column in board.columns if column.shown_for is None for status in column.statuses]
    passing = {
        status: now - column.shown_for
        for column in board.columns
        if column.shown_for is not None
        for status in column.statuses
    }
    orders, left_out = records.most_urgent(tenant_id, restaurant_id, lasting, passing, MOST_CARDS)
    later, later_left_out = records.later(tenant_id, restaurant_id, MOST_LATER)
    orders += later
    columns = [
        (column, sorted((order for order in orders if board.column_of(order) is column), key=column.sort_key))
        for column in board.columns
    ]
    return Standing(columns, left_out + later_left_out)


def move(board: Board, order: OrderRecord, language: str) -> str:
    """Take the card off the board and put it where it stands now: replayed, it changes nothing.

    What was rendered for the answer to a tap is what its board is told, and the other way round.
    """
    for rendered in list(_rendered):
        if rendered.order is order and rendered.board is board and rendered.language == language:
            return rendered.html
    html = _render(
        language, "board/messages/_move_message.html", board=board, order=order, column=board.column_of(order)
    )
    _rendered.append(_Rendered(order, board, language, html))
    return html


def forget() -> None:
    """Render anew what was rendered: settings have changed."""
    _rendered.clear()


def whole(board: Board, tenant_id: uuid.UUID, restaurant_id: uuid.UUID, language: str) -> str:
    """Every column anew."""
    stands = standing(board, tenant_id, restaurant_id)
    return _render(
        language,
        "board/messages/_columns_message.html",
        board=board,
        columns=stands.columns,
        left_out=stands.left_out,
        lines_of=Room().lines_of,
        **dialogs(board, tenant_id, restaurant_id),
    )


def dialogs(board: Board, tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> dict[str, object]:
    """What a board needs besides its cards: the reasons and riders it offers, whether more than usual is
    asked, and whether restaurant and company take orders."""
    is_extended = rule_sets.of_tenant(tenant_id).rule_set == RuleSet.EXTENDED
    rules = cache.of_restaurant(tenant_id, restaurant_id).calendar.rules[-1]
    return {
        "reasons": reasons.offered(tenant_id, restaurant_id),
        "is_extended": is_extended,
        "riders": riders.offered(tenant_id, restaurant_id) if board is DISPATCH else [],
        "standing": pace.of_restaurant(tenant_id, restaurant_id),
        "is_suspended": suspension.is_suspended(tenant_id),
        "zone": ZoneInfo(rules.timezone),
    }


def undo_seconds(order: OrderRecord, to: OrderStatus) -> int:
    """For how long a tap that moves the order to `to` can be taken back; 0: it goes at once."""
    return operations.of_restaurant(order.tenant_id, order.restaurant_id).undo_for(to)


class AskedMove(NamedTuple):
    """A move that asks for a reason: where to, and what the dialog is called."""

    to: OrderStatus
    asked: Asked


def usual_moves(order: OrderRecord, board: Board) -> tuple[OrderStatus, ...]:
    """The moves that this board offers with one tap, the usual one first."""
    return tuple(to for to in order.allowed(board.role) if not asks_reason(order.status, to, by_staff=True))


def asked_moves(order: OrderRecord, board: Board) -> tuple[AskedMove, ...]:
    """The moves that this board offers for a reason."""
    return _asked(order, order.allowed(board.role))


def asked_moves_of_managers(order: OrderRecord, board: Board) -> tuple[AskedMove, ...]:
    """Those that only managers make here besides; the page shows them to managers."""
    here = order.allowed(board.role)
    return _asked(order, [to for to in order.allowed() if to not in here])


def _asked(order: OrderRecord, moves: Iterable[OrderStatus]) -> tuple[AskedMove, ...]:
    asking = (to for to in moves if asks_reason(order.status, to, by_staff=True))
    return tuple(AskedMove(to, reasons.asked_of((order.status, to))) for to in asking)


def acts_of(order: OrderRecord, board: Board) -> tuple[OrderAction, ...]:
    """What this board offers to do to the order: the acts of its role that would change something."""
    return _changing(order, order.acts_allowed(board.role))


def acts_of_managers(order: OrderRecord, board: Board) -> tuple[OrderAction, ...]:
    """What only managers may do here besides; every watcher is sent it, and the page shows it to them."""
    here = order.acts_allowed(board.role)
    return _changing(order, [act for act in order.acts_allowed() if act not in here])


def what_changed(order: OrderRecord) -> str:
    """What was changed of an order since the kitchen looked."""
    added = sum(order.is_new(item) for item in order.items)
    voided = sum(order.was_just_voided(item) for item in order.items)
    said = [ngettext("%(num)s new line", "%(num)s new lines", added)] if added else []
    said += [ngettext("%(num)s void line", "%(num)s void lines", voided)] if voided else []
    return listed([*said, *(labels.order_field(name) for name in order.unseen_fields)])


def _changing(order: OrderRecord, acts: Iterable[OrderAction]) -> tuple[OrderAction, ...]:
    return tuple(act for act in acts if act in DETAILED_ACTS or not order.is_already(act))


def _render(language: str, template: str, **values: object) -> str:
    # Without Flask's context processors: a fragment must come out the same for every viewer.
    with speaking(language):
        return current_app.jinja_env.get_template(template).render(FOR_CARDS | values)


FOR_CARDS: dict[str, object] = {
    "card_id": card_id,
    "undo_seconds": undo_seconds,
    "usual_moves": usual_moves,
    "asked_moves": asked_moves,
    "asked_moves_of_managers": asked_moves_of_managers,
    "acts_of": acts_of,
    "acts_of_managers": acts_of_managers,
    "what_changed": what_changed,
    "needs_lines": move_checks.needs_lines,
    "timer_of": lateness.timer_of,
    "expected_end_of": card_timers.expected_end_of,
    "lines_of": lines_of,
}
"""What the template of a card asks for, wherever it is included."""
