"""A tap on a card: one POST, one transition or action, and the card as it then truly is."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, Response, abort, make_response, render_template, request

from ordertrack.boards import fragments, reasons, tap_ids
from ordertrack.boards.columns import BOARDS, Board
from ordertrack.i18n import translate
from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.moving.transitions import OrderMoved, OrderNotFound
from ordertrack.orders.reading import known_orders, records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.order_actions import IllegalAct, OrderAction
from ordertrack.rules.state_machine import IllegalTransition, OrderStatus
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import acting_principal
from ordertrack.web.problems import problem_of

blueprint = Blueprint("taps", __name__)
LONGEST_REASON = 500


@blueprint.post("/orders/<uuid:order_id>/transitions")
def advance(order_id: uuid.UUID) -> Response:
    """Form: `to`, `seen`, `reason`; from a board also `board` and `despite_open_lines`; `person` on a tablet.

    200, 409 and 422 all answer with a notice and the fresh card.
    """
    principal = acting_principal()
    to = _status("to")
    if to is None:
        abort(422, _("Say in `to` which status the order is to have."))

    def move() -> tuple[OrderRecord, str]:
        result = transitions.advance(
            order_id,
            to,
            by=principal,
            expected_status=_status("seen"),
            reason=reasons.as_kept(_text("reason", LONGEST_REASON)),
            metadata=tap_ids.metadata(),
            waited=tap_ids.waited(),
            on_board="board" in request.form,
            despite_open_lines=bool(request.form.get("despite_open_lines")),
        )
        had_done = _("%(name)s had done that already.", name=result.changed_by)
        return result.order, "" if result.moved else had_done

    return _answer(principal, order_id, move)


@blueprint.post("/orders/<uuid:order_id>/actions")
def act(order_id: uuid.UUID) -> Response:
    """Form: `act`, `seen`, `line`, `detail`, `board`, `person`; answers as a transition does.

    Who acknowledges a change says which `revision` of the order that was, who delays by how many `minutes`.
    """
    principal = acting_principal()
    wanted = _act()

    def do() -> tuple[OrderRecord, str]:
        detail = reasons.as_kept(_text("detail", actions.LONGEST[wanted]))
        result = actions.act(
            order_id,
            wanted,
            by=principal,
            expected_status=_status("seen"),
            line=_line(),
            detail=detail,
            minutes=_whole("minutes"),
            metadata=tap_ids.metadata(),
            seen_revision=_whole("revision"),
        )
        return result.order, ""

    return _answer(principal, order_id, do)


def _answer(
    principal: Principal, order_id: uuid.UUID, change: Callable[[], tuple[OrderRecord, str]]
) -> Response:
    """What came of the tap: a notice if there is something to say, and the card."""
    status = 200
    try:
        if principal.tablet is not None or principal.restaurants is not None:
            _refuse_other_restaurants(principal, order_id)
        order, notice = _sent_before(principal, order_id) or change()
    except (IllegalTransition, IllegalAct, OrderMoved, UnusableText) as error:
        problem = problem_of(error)
        found = records.find(principal.tenant_id, order_id)
        if found is None:
            raise OrderNotFound(order_id) from None
        order, notice, status = found, problem.detail, problem.status
    card = fragments.move(_board(principal, order), order, translate.of_page())
    return make_response(render_template("board/messages/_tap_answer.html", notice=notice, card=card), status)


def _sent_before(principal: Principal, order_id: uuid.UUID) -> tuple[OrderRecord, str] | None:
    """The order, if this very tap was done when it was sent before and only its answer got lost."""
    if not tap_ids.was_done(principal.tenant_id, order_id):
        return None
    order = records.find(principal.tenant_id, order_id)
    return None if order is None else (order, "")


def _refuse_other_restaurants(principal: Principal, order_id: uuid.UUID) -> None:
    """A tablet, and who is of some restaurants, knows the orders of these only, which stay there."""
    order = known_orders.find(principal.tenant_id, order_id) or records.find(principal.tenant_id, order_id)
    if order is None or not principal.may_see(order.restaurant_id):
        raise OrderNotFound(order_id)


def _board(principal: Principal, order: OrderRecord) -> Board:
    """The board that the tap came from, or else one that the asker may see."""
    boards = [board for board in BOARDS.values() if principal.may_open(board.name, order.restaurant_id)]
    return next((board for board in boards if board.name == request.form.get("board")), boards[0])


def _status(field: str) -> OrderStatus | None:
    text = request.form.get(field)
    if not text:
        return None
    try:
        return OrderStatus(text)
    except ValueError:
        known = ", ".join(OrderStatus)
        abort(422, _("%(text)s is not a status; there are %(known)s.", text=repr(text[:40]), known=known))


def _act() -> OrderAction:
    text = request.form.get("act", "")
    try:
        return OrderAction(text)
    except ValueError:
        abort(422, _("Say in `act` what to do; there are %(known)s.", known=", ".join(OrderAction)))


def _line() -> int | None:
    text = request.form.get("line", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        abort(422, _("%(text)s is not the position of a line.", text=repr(text[:40])))
    return int(text)


def _whole(field: str) -> int | None:
    text = request.form.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _text(field: str, longest: int) -> str | None:
    text = request.form.get(field, "")
    return plain_text(text, longest) if text.strip() else None
