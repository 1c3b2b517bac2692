"""A tap on a card: one POST, one transition, and the card as it then truly is."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, abort, make_response, render_template, request

from ordertrack.boards import fragments
from ordertrack.boards.columns import BOARDS, Board
from ordertrack.errors import problem_of
from ordertrack.orders import records, transitions
from ordertrack.orders.plain_text import UnusableText, plain_text
from ordertrack.orders.records import OrderRecord
from ordertrack.orders.state_machine import IllegalTransition, OrderStatus
from ordertrack.orders.transitions import OrderMoved, OrderNotFound
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sign_in import staff_principal

blueprint = Blueprint("taps", __name__)
LONGEST_REASON = 500


@blueprint.post("/orders/<uuid:order_id>/transitions")
def advance(order_id: uuid.UUID) -> Response:
    """Form: `to`, `seen`, `reason`. 200, 409 and 422 all answer with a notice and the fresh card."""
    principal = staff_principal()
    try:
        result = transitions.advance(
            order_id,
            _status("to") or abort(422, "Say in `to` which status the order is to have."),
            by=principal,
            seen=_status("seen"),
            reason=_reason(),
        )
    except (IllegalTransition, OrderMoved, UnusableText) as error:
        problem = problem_of(error)
        order = records.find(principal.tenant_id, order_id)
        if order is None:
            raise OrderNotFound(order_id) from None
        return _answer(principal, order, problem.detail, problem.status)
    notice = "" if result.moved else f"{result.changed_by} had done that already."
    return _answer(principal, result.order, notice)


def _answer(principal: Principal, order: OrderRecord, notice: str, status: int = 200) -> Response:
    card = fragments.move(_board(principal), order)
    return make_response(render_template("_tap.html", notice=notice, card=card), status)


def _board(principal: Principal) -> Board:
    """The board that the tap came from, or else one that the asker may see."""
    asked = BOARDS.get(request.form.get("board", ""))
    if asked is not None and asked.admits(principal):
        return asked
    return next(board for board in BOARDS.values() if board.admits(principal))


def _status(field: str) -> OrderStatus | None:
    text = request.form.get(field)
    if not text:
        return None
    try:
        return OrderStatus(text)
    except ValueError:
        abort(422, f"{text[:40]!r} is not a status; there are {', '.join(OrderStatus)}.")


def _reason() -> str | None:
    text = request.form.get("reason", "")
    return plain_text(text, LONGEST_REASON) if text.strip() else None
