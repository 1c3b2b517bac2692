"""Until there is a company, pages lead nowhere but to the address at which one is founded."""

from __future__ import annotations

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from ordertrack.database.session import release_connection
from ordertrack.setup import invitations
from ordertrack.web import links

_AS_EVER = frozenset(
    {"api", "founding", "health", "language_menu", "metrics", "mirror", "offline", "problem_pages"}
)
"""Rooms that answer in an empty house as in any other."""


class House:
    """What this process knows of the house: once there is a company, nobody asks again."""

    has_company = False


def init_app(app: Flask) -> None:
    app.extensions["house"] = House()
    app.before_request(_lead_to_setup)


def _lead_to_setup() -> ResponseReturnValue | None:
    house: House = current_app.extensions["house"]
    if house.has_company or request.blueprint in _AS_EVER or request.path.startswith("/api/"):
        return None
    try:
        is_empty = invitations.house_is_empty()
    except SQLAlchemyError:
        return None  # whoever needs the database says that it is away
    finally:
        release_connection()
    house.has_company = not is_empty
    return (render_template("setup/empty.html", site=links.site()), 503) if is_empty else None
