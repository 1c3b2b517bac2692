"""The page on which dispatch and managers keep the riders of a restaurant: who they are, and who is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.i18n.form_fields import Typed, whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.moving import actions
from ordertrack.restaurants import roster
from ordertrack.restaurants.roster import Rider
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.rules.roles import Role
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant, restaurant_or_404
from ordertrack.tenants.signing_in.sign_in import acting_principal, staff_principal

blueprint = Blueprint("riders", __name__)


@blueprint.get("/r/<restaurant>/riders")
def show(restaurant: str) -> ResponseReturnValue:
    """Everybody on the roster, those who are here first."""
    return _page(*_find(staff_principal(), restaurant))


@blueprint.post("/r/<restaurant>/riders")
def save(restaurant: str) -> ResponseReturnValue:
    """Form: `do` (save, here, away, remove), `name`, `phone`, `seen`, and `rider`, the name on the roster.

    No `rider`: somebody is added, and is here. `seen` is the version of the rider that the form shows.
    """
    principal, found = _find(acting_principal(), restaurant)
    typed = Typed(request.form)
    known_as = typed["rider"] or None
    try:
        said = _save(typed, known_as, principal, found)
    except UnusableSettings as error:
        return _page(principal, found, typed, error.problems), 422
    flash(said, "riders")
    return redirect(url_for("riders.show", restaurant=found.slug), 303)


def _save(typed: Typed, known_as: str | None, by: Principal, restaurant: FoundRestaurant) -> str:
    wanted = Rider(typed["name"], typed["phone"] or None, is_here=True)
    listed = roster.of_restaurant(by.tenant_id, restaurant.id)
    if known_as is None:
        if listed.find(wanted.name):
            raise UnusableSettings({"name": _("Another rider has this name.")})
        roster.save(restaurant.id, wanted, by=by)
        return _("%(name)s is on the list, and here.", name=wanted.name)
    before = listed.find(known_as)
    if before is None:
        raise UnusableSettings({"name": _("Somebody else took this rider off the list meanwhile.")})
    if typed["do"] == "remove":
        roster.remove(restaurant.id, known_as, by=by)
        return _("%(name)s is off the list. Past orders keep the name.", name=before.name)
    if typed["do"] in ("here", "away"):
        roster.change(restaurant.id, known_as, by=by, is_here=typed["do"] == "here")
    elif typed["do"] == "save":
        wanted = replace(wanted, is_here=before.is_here)
        roster.save(restaurant.id, wanted, by=by, known_as=known_as, seen=whole(typed["seen"]))
        if wanted.name != before.name:
            actions.rename_rider(restaurant.id, before.name, wanted.name, by=by)
    else:
        abort(400, _("Choose one."))
    return _("Saved.")


def _page(
    principal: Principal,
    restaurant: FoundRestaurant,
    typed: Typed | None = None,
    problems: Mapping[str, str] | None = None,
) -> str:
    return render_template(
        "backoffice/riders.html",
        principal=principal,
        restaurant=restaurant,
        riders=roster.of_restaurant(principal.tenant_id, restaurant.id).riders,
        typed=typed,
        problems=problems or {},
        longest_name=roster.LONGEST_NAME,
        longest_phone=roster.LONGEST_PHONE,
    )


def _find(principal: Principal, slug: str) -> tuple[Principal, FoundRestaurant]:
    if not (principal.is_manager or principal.role == Role.DISPATCH):
        abort(403, _("Dispatch and managers keep the list of riders."))
    return principal, restaurant_or_404(principal, slug)
