"""The page on which managers say how a restaurant's floor works: undo, rest, digits and stations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.settings import dishes_sold, order_handling_form, settings_wording
from ordertrack.backoffice.settings.settings_access import settings_of
from ordertrack.backoffice.settings.settings_forms import STATIONS, read_operations, type_operations
from ordertrack.boards import reasons
from ordertrack.i18n.form_fields import Typed, whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import operations, rule_sets
from ordertrack.restaurants.checks import LONGEST_STATION_NAME, reasons_field, undo_field
from ordertrack.restaurants.operations import MOVES, OPERATIONS, Asked, OperationSettings
from ordertrack.restaurants.order_handling import AcceptThen
from ordertrack.restaurants.save import save_operations
from ordertrack.restaurants.stations import Station
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.rules.state_machine import RuleSet
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant

blueprint = Blueprint("floor_settings", __name__)


@blueprint.get("/r/<restaurant>/settings")
def show(restaurant: str) -> ResponseReturnValue:
    """What holds on the floor of a restaurant, and everything that was saved."""
    principal, found = settings_of(restaurant)
    held = _held(principal, found)
    return _page(principal, found, held, type_operations(held), held.stations)


@blueprint.post("/r/<restaurant>/settings")
def save(restaurant: str) -> ResponseReturnValue:
    """Form: `undo-<status>` (seconds), `rest_after` and `recall_within` (minutes), `arabic_digits` (0 or 1),
    `reasons-<asked>` (one a line), `kitchen_takes`, `road_takes`, `margin` and `accept_within` (minutes),
    `confirms` (nothing, channels, everything), `confirmed_channels` (one a line), `accept_then` (nothing,
    confirm, cancel), `ready_needs_lines` (0 or 1), for each station `station-<row>-name`, `-dishes` (a dish's
    words a line), and `seen`, the version that it was shown.

    With `look` nothing is saved: it shows where dishes would go.
    """
    principal, found = settings_of(restaurant)
    typed = Typed(request.form)
    try:
        wanted = read_operations(typed, found.id)
        if "look" in request.form:
            return _page(principal, found, _held(principal, found), typed, wanted.stations)
        saved = save_operations(wanted, by=principal, seen=whole(typed["seen"]))
    except UnusableSettings as error:
        held = _held(principal, found)
        return _page(principal, found, held, typed, held.stations, error.problems), 422
    flash(
        _("Nothing was changed: these settings hold already.")
        if saved is None
        else _("Saved. All boards and tablets work this way from now on."),
        "floor",
    )
    return redirect(url_for("floor_settings.show", restaurant=found.slug))


def _page(
    principal: Principal,
    restaurant: FoundRestaurant,
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
        restaurant=restaurant,
        zone=ZoneInfo(restaurant.timezone),
        held=held,
        typed=typed,
        stations=shown,
        spare_stations=STATIONS.spare(shown),
        is_looking="look" in request.form and not problems,
        problems=problems or {},
        moves=MOVES,
        undo_field=undo_field,
        reasons_fields={asked: reasons_field(asked) for asked in Asked},
        usual_reasons=reasons.USUAL,
        asked_in_words=settings_wording.asked_in_words,
        accept_then=order_handling_form.accept_then,
        accept_thens=list(AcceptThen),
        is_extended=rule_sets.of_tenant(principal.tenant_id).rule_set == RuleSet.EXTENDED,
        routed=dishes_sold.of_dishes(principal.tenant_id, restaurant.id, stations),
        history=OPERATIONS.history(principal.tenant_id, restaurant.id),
        changes=settings_wording.of_operations,
        longest_name=LONGEST_STATION_NAME,
    )


def _held(principal: Principal, restaurant: FoundRestaurant) -> OperationSettings:
    """The settings as they are now, whatever this process read a moment ago."""
    held = operations.read(principal.tenant_id, restaurant.id)
    assert held is not None
    return held
