"""The pages of the kitchen and dispatch boards, and their streams."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ordertrack import streaming
from ordertrack.boards import fragments
from ordertrack.boards.channel import BoardChannel
from ordertrack.boards.columns import BOARDS, Board
from ordertrack.database import db
from ordertrack.live.topics import Channel
from ordertrack.orders import event_log
from ordertrack.sla import settings
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant, find_restaurant
from ordertrack.tenants.sign_in import staff_principal

blueprint = Blueprint("boards", __name__)
_channels = {name: BoardChannel(board) for name, board in BOARDS.items()}
CHANNELS: list[Channel] = list(_channels.values())


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """To the board that was open last, to the only one there is, or to the list of them."""
    principal = staff_principal()
    boards = _boards_of(principal)
    last = session.get("board")
    addresses = [url_for("boards.show", restaurant=place.slug, board=board.name) for place, board in boards]
    if last in addresses:
        return redirect(last)
    if len(addresses) == 1:
        return redirect(addresses[0])
    return redirect(url_for("boards.choose"))


@blueprint.get("/boards")
def choose() -> ResponseReturnValue:
    """Every board that the asker may open."""
    principal = staff_principal()
    return render_template("boards.html", principal=principal, boards=_boards_of(principal))


@blueprint.get("/r/<restaurant>/<any(kitchen, dispatch):board>")
def show(restaurant: str, board: str) -> ResponseReturnValue:
    """One board of one restaurant, true at the cursor that its stream starts from."""
    principal, place, shown = _find(restaurant, board)
    # Read before the rows: what happens in between comes again with the stream, and changes nothing then.
    cursor = event_log.head(principal.tenant_id)
    version = settings.of_restaurant(principal.tenant_id, place.id).version
    columns = fragments.columns_of(shown, principal.tenant_id, place.id)
    session["board"] = url_for("boards.show", restaurant=place.slug, board=shown.name)
    return render_template(
        "board.html",
        principal=principal,
        restaurant=place,
        board=shown,
        boards=[other for other in BOARDS.values() if other.admits(principal)],
        columns=columns,
        cursor=cursor,
        settings=version,
        **fragments.FOR_CARDS,
    )


@blueprint.get("/r/<restaurant>/<any(kitchen, dispatch):board>/stream")
def stream(restaurant: str, board: str) -> Response:
    """What happens on the board after a cursor, as it happens. Header `Shows-Settings`: their version."""
    principal, place, shown = _find(restaurant, board)
    topic = _channels[shown.name].topic(principal.tenant_id, place.id)
    version = str(settings.of_restaurant(principal.tenant_id, place.id).version)
    is_outdated = request.headers.get("Shows-Settings", version) != version
    # The log does not tell of targets: who may have missed a change is shown everything.
    return streaming.answer(principal, topic, None if is_outdated else streaming.requested_cursor())


def _find(restaurant: str, board: str) -> tuple[Principal, FoundRestaurant, Board]:
    principal = staff_principal()
    place = find_restaurant(principal.tenant_id, restaurant)
    if place is None:
        abort(404, "There is no such restaurant.")
    if not BOARDS[board].admits(principal):
        abort(403, f"The {board} board is for the {board} role and for managers.")
    return principal, place, BOARDS[board]


def _boards_of(principal: Principal) -> list[tuple[Restaurant, Board]]:
    places = db.session.scalars(
        select(Restaurant).where(Restaurant.tenant_id == principal.tenant_id).order_by(Restaurant.name)
    ).all()
    return [(place, board) for place in places for board in BOARDS.values() if board.admits(principal)]
