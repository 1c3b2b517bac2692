"""What a shared tablet may open: this list and nothing else, so that a new page is closed to it at first."""

from __future__ import annotations

from flask import Flask, abort, redirect, request, session, url_for
from flask_login import current_user

from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.roles import Role
from ordertrack.tenants.principal import PICKUP, TabletPlace
from ordertrack.tenants.sessions.cookies import is_tablet
from ordertrack.tenants.shared_tablets import tablets

_WORKING = frozenset({Role.KITCHEN.value, Role.DISPATCH.value})
_EVERY = _WORKING | {PICKUP}

OPEN: dict[str, frozenset[str]] = {
    "boards.show": _WORKING,
    "boards.stream": _WORKING,
    "taps.advance": _WORKING,
    "taps.act": _WORKING,
    "orders.of_day": _WORKING,
    "orders.story": _WORKING,
    "order_changes.show": frozenset({"dispatch"}),
    "order_changes.change": frozenset({"dispatch"}),
    "open_orders.show": _WORKING,
    "order_entry.show": frozenset({"dispatch"}),
    "order_entry.take": frozenset({"dispatch"}),
    "order_entry.quoted": frozenset({"dispatch"}),
    "order_entry.menu": frozenset({"dispatch"}),
    "order_entry.taken": frozenset({"dispatch"}),
    "tickets.show": frozenset({"dispatch"}),
    "sold_out.show": _WORKING,
    "sold_out.mark": _WORKING,
    "sold_out.stream": _WORKING,
    "tracking.show": _WORKING,
    "tracking.stream": _WORKING,
    "tracking.logo": _WORKING,
    "tablet.people_here": _WORKING,
    "tablet.sign_on": _WORKING,
    "tablet.sign_out": _WORKING,
    "pickup.show": frozenset({PICKUP}),
    "pickup.stream": frozenset({PICKUP}),
    "language_menu.choose": _EVERY,
    "offline.worker": _EVERY,
    "health.healthz": _EVERY,
    "health.readyz": _EVERY,
}
"""The endpoints, and the boards whose tablets they are open to, within the tablet's own restaurant."""

_HOME = frozenset({"overview.home", "boards.choose", "sign_in.login"})


def init_app(app: Flask) -> None:
    app.before_request(_refuse_what_is_not_open)


def address_of(place: TabletPlace) -> str:
    """The page of the board that the tablet shows."""
    if place.board == PICKUP:
        return url_for("pickup.show", restaurant=place.restaurant)
    return url_for("boards.show", restaurant=place.restaurant, board=place.board)


def _refuse_what_is_not_open() -> None:
    # Looked for in the cookie first: whoever is no tablet is not looked up twice, or without need.
    if not is_tablet(session) or not current_user.is_authenticated:
        return
    principal = current_user.principal
    place: TabletPlace = principal.tablet
    if request.method == "GET" and request.endpoint in _HOME:
        abort(redirect(address_of(place)))
    if request.endpoint is None:
        return  # nowhere: that is a 404 or a 405 for everybody
    if place.board not in OPEN.get(request.endpoint, ()) or not _is_own(place):
        board = _(tablets.BOARDS[place.board])
        abort(
            403,
            _(
                "This device is the tablet “%(name)s” of %(restaurant)s. It shows the board %(board)s and"
                " opens nothing else; a manager does the rest on a device of their own.",
                name=principal.name,
                restaurant=place.restaurant_name,
                board=board,
            ),
        )


def _is_own(place: TabletPlace) -> bool:
    """Whether the address names no other restaurant and no other board than the tablet's."""
    asked = request.view_args or {}
    if asked.get("board", place.board) != place.board:
        return False
    return bool(asked.get("restaurant", place.restaurant) == place.restaurant)
