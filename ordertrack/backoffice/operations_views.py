"""The page on which managers say how a restaurant's floor works: undo, rest, digits and stations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice import dishes_sold, settings_wording
from ordertrack.backoffice.settings_forms import STATIONS, read_operations, type_operations
from ordertrack.i18n.form_fields import Typed, whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import operations
from ordertrack.restaurants.checks import LONGEST_STATION_NAME, undo_field
from ordertrack.restaurants.operations import MOVES, OPERATIONS, OperationSettings
from ordertrack.restaurants.save import save_operations
from ordertrack.restaurants.stations import Station
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant, find_restaurant
from ordertrack.tenants.sign_in import staff_principal

blueprint = Blueprint("floor_settings", __name__)


@blueprint.get("/r/<restaurant>/settings")
def show(restaurant: str) -> ResponseReturnValue:
    """What holds on the floor of a restaurant, and everything that was saved."""
    principal, place = _find(restaurant)
    held = _held(principal, place)
    return _page(principal, place, held, type_operations(held), held.stations)


@blueprint.post("/r/<restaurant>/settings")
def save(restaurant: str) -> ResponseReturnValue:
    """Form: `undo-<status>` (seconds), `rest_after` (minutes), `arabic_digits` (0 or 1), for each station
    `station-<row>-name`, `-dishes` (a dish's words a line), and `seen`, the version that it was shown.

    With `look` nothing is saved: it shows where dishes would go.
    """
    principal, place = _find(restaurant)
    typed = Typed(request.form)
    try:
        wanted = read_operations(typed, place.id)
        if "look" in request.form:
            return _page(principal, place, _held(principal, place), typed, wanted.stations)
        saved = save_operations(wanted, by=principal, seen=whole(typed["seen"]))
    except UnusableSettings as error:
        held = _held(principal, place)
        return _page(principal, place, held, typed, held.stations, error.problems), 422
    flash(
        _("Nothing was changed: these settings hold already.")
        if saved is None
        else _("Saved. Every board and tablet goes by it from now on."),
        "floor",
    )
    return redirect(url_for("floor_settings.show", restaurant=place.slug))


def _page(
    principal: Principal,
    place: FoundRestaurant,
    held: OperationSettings,
    typed: Typed,
    stations: Sequence[Station],
    problems: Mapping[str, str] | None = None,
) -> str:
    """The page with what was typed, what is wrong with it, and where dishes go by these stations."""
    shown = STATIONS.shown(typed)
    return render_template(
        "backoffice/operations.html",
        principal=principal,
        place=place,
        zone=ZoneInfo(place.timezone),
        held=held,
        typed=typed,
        stations=shown,
        spare_stations=STATIONS.spare(shown),
        is_looking="look" in request.form and not problems,
        problems=problems or {},
        moves=MOVES,
        undo_field=undo_field,
        routed=dishes_sold.of_dishes(principal.tenant_id, place.id, stations),
        history=OPERATIONS.history(principal.tenant_id, place.id),
        changes=settings_wording.of_operations,
        longest_name=LONGEST_STATION_NAME,
    )


def _find(slug: str) -> tuple[Principal, FoundRestaurant]:
    principal = staff_principal()
    if not principal.is_manager:
        abort(403, _("Settings are for managers and owners."))
    place = find_restaurant(principal.tenant_id, slug)
    if place is None:
        abort(404, _("There is no such restaurant."))
    return principal, place


def _held(principal: Principal, place: FoundRestaurant) -> OperationSettings:
    """The settings as they are now, whatever this process read a moment ago."""
    held = operations.read(principal.tenant_id, place.id)
    assert held is not None
    return held
