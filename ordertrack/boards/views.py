"""The pages of the kitchen and dispatch boards, and their streams."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ordertrack.boards import filters, fragments, recent
from ordertrack.boards.channel import BoardChannel
from ordertrack.boards.columns import BOARDS, Board
from ordertrack.boards.filters import Told
from ordertrack.boards.room import Room
from ordertrack.database.session import db
from ordertrack.i18n import translate
from ordertrack.i18n.translate import gettext as _
from ordertrack.live.topics import Channel
from ordertrack.orders.log import event_log
from ordertrack.restaurants import cache, operations, pace, roster, rule_sets
from ordertrack.streams import sse
from ordertrack.tenants import suspension
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant, find_restaurant, restaurant_or_404
from ordertrack.tenants.sessions import kept_sign_ins
from ordertrack.tenants.signing_in.sign_in import staff_principal

blueprint = Blueprint("boards", __name__)
_channels = {name: BoardChannel(board) for name, board in BOARDS.items()}
CHANNELS: list[Channel] = list(_channels.values())


def to_own_board(principal: Principal) -> ResponseReturnValue:
    """To the board that was open last, to the only one there is, or to the list of them."""
    boards = _boards_of(principal)
    last = session.get("board")
    addresses = [
        url_for("boards.show", restaurant=restaurant.slug, board=board.name) for restaurant, board in boards
    ]
    if last in addresses:
        return redirect(last)
    if len(addresses) == 1:
        return redirect(addresses[0])
    return redirect(url_for("boards.choose"))


@blueprint.get("/boards")
def choose() -> ResponseReturnValue:
    """Every board that the asker may open."""
    principal = staff_principal()
    return render_template("board/choose.html", principal=principal, boards=_boards_of(principal))


@blueprint.get("/r/<restaurant>/<any(kitchen, dispatch):board>")
def show(restaurant: str, board: str) -> ResponseReturnValue:
    """One board of one restaurant, true at the cursor that its stream starts from."""
    principal, found, shown = _find(restaurant, board)
    # Read before the rows: what happens in between comes again with the stream, and changes nothing then.
    cursor = event_log.head(principal.tenant_id)
    version = _settings_version(principal.tenant_id, found.id)
    stands = fragments.standing(shown, principal.tenant_id, found.id)
    _remember(principal, url_for("boards.show", restaurant=found.slug, board=shown.name))
    return render_template(
        "board/board.html",
        principal=principal,
        restaurant=found,
        board=shown,
        boards=[other for other in BOARDS.values() if principal.may_open(other.name, found.id)],
        columns=stands.columns,
        left_out=stands.left_out,
        cursor=cursor,
        settings=version,
        stations=[
            station.name for station in operations.of_restaurant(principal.tenant_id, found.id).stations
        ],
        **fragments.dialogs(shown, principal.tenant_id, found.id),
        **fragments.FOR_CARDS | {"lines_of": Room().lines_of},
    )


@blueprint.get("/r/<restaurant>/<any(kitchen, dispatch):board>/recent")
def left(restaurant: str, board: str) -> str:
    """A part of the page: the orders that have left the board in the last hours, to look through there."""
    principal, found, shown = _find(restaurant, board)
    return render_template(
        "board/_recent.html",
        orders=recent.left_board(shown, principal.tenant_id, found.id),
        most=recent.MOST,
        hours=recent.HOURS,
        may_recall=lambda order: recent.may_recall(order, principal),
        board=shown,
        **fragments.FOR_CARDS,
    )


@blueprint.get("/r/<restaurant>/<any(kitchen, dispatch):board>/stream")
def stream(restaurant: str, board: str) -> Response:
    """What happens on the board after a cursor, as it happens, in the query's `language`.

    Header `Shows-Settings`: the version of the settings that the page shows. Header `Hides`: what its filters
    hide.
    """
    principal, found, shown = _find(restaurant, board)
    told = _filter(principal, found)
    topic = _channels[shown.name].topic(principal.tenant_id, found.id, translate.of_page())
    version = _settings_version(principal.tenant_id, found.id)
    is_outdated = request.headers.get("Shows-Settings", version) != version
    # The log does not tell of targets: who may have missed a change is shown everything.
    after = None if is_outdated else sse.requested_cursor()
    is_as_it_was = None if is_outdated else _as_it_was(principal, found, version)
    return sse.answer(principal, topic, after, told.as_text(), is_as_it_was=is_as_it_was)


def _remember(principal: Principal, address: str) -> None:
    """Have `home` lead here, unless it would anyway: a cookie that is not set anew is on no slow line."""
    if session.get("board") != address and len(_boards_of(principal)) > 1:
        session["board"] = address


def _settings_version(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> str:
    """Another one whenever something was saved that cards show or boards go by."""
    kinds = (cache.of_restaurant, operations.of_restaurant, pace.of_restaurant, roster.of_restaurant)
    versions = [of_restaurant(tenant_id, restaurant_id).version for of_restaurant in kinds]
    is_closed = pace.of_restaurant(tenant_id, restaurant_id).is_closed
    held_up = ["closed"] if is_closed else []
    if suspension.is_suspended(tenant_id):
        held_up.append("suspended")
    return ".".join(map(str, [*versions, rule_sets.of_tenant(tenant_id).version, *held_up]))


def _as_it_was(principal: Principal, found: FoundRestaurant, version: str) -> Callable[[], bool]:
    """Tells later, in their tenant, whether a stream would be asked for by the same, of the same board."""
    is_signed_in = kept_sign_ins.holding(principal)
    return lambda: (
        is_signed_in()
        and find_restaurant(principal.tenant_id, found.slug) is found
        and _settings_version(principal.tenant_id, found.id) == version
    )


def _filter(principal: Principal, restaurant: FoundRestaurant) -> Told:
    stations = [
        station.name for station in operations.of_restaurant(principal.tenant_id, restaurant.id).stations
    ]
    try:
        return filters.parse(request.headers.get(filters.HEADER), stations)
    except filters.MalformedFilter:
        abort(400, _("What this screen hides is not said in the form that is expected."))


def _find(slug: str, board: str) -> tuple[Principal, FoundRestaurant, Board]:
    principal = staff_principal()
    restaurant = restaurant_or_404(principal, slug)
    if not principal.may_open(board, restaurant.id):
        abort(403, _("This board is not for you: it is for its own role and for managers."))
    return principal, restaurant, BOARDS[board]


def _boards_of(principal: Principal) -> list[tuple[Restaurant, Board]]:
    restaurants = db.session.scalars(
        select(Restaurant).where(Restaurant.tenant_id == principal.tenant_id).order_by(Restaurant.name)
    ).all()
    return [
        (restaurant, board)
        for restaurant in restaurants
        for board in BOARDS.values()
        if principal.may_open(board.name, restaurant.id)
    ]
