"""The calls about the menu: reading it, and replacing it as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, request

from ordertrack.api import problems, reading
from ordertrack.api.authentication import principal
from ordertrack.api.blueprint import answer, blueprint
from ordertrack.api.confinement import require_restaurant
from ordertrack.api.menu_answers import MenuAnswer
from ordertrack.api.queries import MenuQuery
from ordertrack.menu import replacing
from ordertrack.menu.document import MenuRequest, document_of
from ordertrack.menu.editing import UnusableMenu
from ordertrack.menu.reading import menu_of
from ordertrack.tenants.company import currency_of
from ordertrack.tenants.restaurants import FoundRestaurant
from ordertrack.web.bodies import LARGEST_MENU
from ordertrack.web.problems import Problem as Refused
from ordertrack.web.problems import Refusal


@blueprint.get("/menu")
def menu() -> Response:
    """The menu; with `restaurant` also what is sold out there. It is not sent again while it is the same."""
    slug = reading.query(MenuQuery).restaurant
    restaurant = None if slug is None else require_restaurant(principal(), slug)
    response = _menu(restaurant)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag(weak=True)  # it is the same one compressed
    return response.make_conditional(request)


@blueprint.put("/menu")
def save_menu() -> Response:
    """Have this be the menu, and the other dishes withdrawn; all of it or nothing."""
    if principal().restaurants is not None:
        raise Refusal(
            Refused(403, "The menu is the company's, and this API key is for some of its restaurants.")
        )
    wanted = reading.body(MenuRequest, LARGEST_MENU)
    restaurant = None
    if wanted.restaurant is not None:
        restaurant = require_restaurant(principal(), wanted.restaurant)
    try:
        replacing.replace(wanted, by=principal(), restaurant_id=restaurant and restaurant.id)
    except UnusableMenu as error:
        raise problems.refusal(_fields(error), 422) from None
    return _menu(restaurant)


def _menu(restaurant: FoundRestaurant | None) -> Response:
    tenant_id = principal().tenant_id
    found = menu_of(tenant_id, restaurant and restaurant.id)
    said = document_of(found, currency_of(tenant_id), restaurant and restaurant.slug)
    return answer(MenuAnswer.model_validate(said))


def _fields(error: UnusableMenu) -> Iterator[tuple[str, str]]:
    return (((".".join(map(str, problem.place))), problem.said) for problem in error.problems)
