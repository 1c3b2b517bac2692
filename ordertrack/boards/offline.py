"""What a board needs to go on without the server: the worker that opens it, and the moves that come next."""

from __future__ import annotations

from typing import TypedDict

from flask import Blueprint, Response
from markupsafe import Markup

from ordertrack.boards.columns import Board
from ordertrack.i18n.labels import move
from ordertrack.restaurants import operations
from ordertrack.restaurants.operations import OperationSettings
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, allowed
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant
from ordertrack.web import assets

blueprint = Blueprint("offline", __name__)


class NextMove(TypedDict):
    """One button of a card: the status it moves to, its words, and for how many seconds it can be undone.

    `lines`: it waits for lines to be struck off.
    """

    to: str
    label: str
    undo: int
    lines: bool


@blueprint.get("/sw.js")
def worker() -> Response:
    """The service worker. It may speak for every page."""
    response = assets.worker("boards")
    response.headers["Service-Worker-Allowed"] = "/"
    return response


@blueprint.app_template_global()
def page_policy() -> Markup:
    """What the page may load, for whoever keeps it: a later one would not let it have its own styles."""
    return Markup(assets.content_security_policy())  # noqa: S704 (ours, and its quotes are single ones)


@blueprint.app_template_global()
def next_moves(
    board: Board, principal: Principal, restaurant: FoundRestaurant
) -> dict[str, dict[str, list[NextMove]]]:
    """By fulfilment and status: what the board offers there. For taps that follow a tap not sent yet.

    Cancelling is left out: it asks for a reason, and so for a look at the order as it truly is.
    """
    settings = operations.of_restaurant(principal.tenant_id, restaurant.id)
    return {
        fulfilment.value: {
            status.value: [_next_move(to, fulfilment, settings) for to in moves]
            for status in OrderStatus
            if (moves := _offered(status, fulfilment, board))
        }
        for fulfilment in Fulfilment
    }


def _offered(status: OrderStatus, fulfilment: Fulfilment, board: Board) -> list[OrderStatus]:
    return [to for to in allowed(status, fulfilment, board.role) if to is not OrderStatus.CANCELLED]


def _next_move(to: OrderStatus, fulfilment: Fulfilment, settings: OperationSettings) -> NextMove:
    needs_lines = to == OrderStatus.READY and settings.orders.ready_needs_lines
    return {
        "to": to.value,
        "label": move(to, fulfilment),
        "undo": settings.undo_for(to),
        "lines": needs_lines,
    }
