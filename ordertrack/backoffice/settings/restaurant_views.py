"""The restaurants of a company: all of them, one more, and of each its name, and whether it is given up."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.settings import hours_wording, settings_wording
from ordertrack.backoffice.settings.settings_access import settings_of, settings_principal
from ordertrack.backoffice.zones import zone_of
from ordertrack.i18n import formats, time_zones
from ordertrack.i18n.form_fields import Typed
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders import closing
from ordertrack.restaurants import cache, places
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.sla.estimates import quoting
from ordertrack.tenants.accounts import LONGEST_NAME
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant

blueprint = Blueprint("restaurants", __name__)


@blueprint.get("/restaurants")
def show() -> ResponseReturnValue:
    """Every restaurant that the asker sees, how it stands, and the form for one more."""
    return _list(settings_principal())


@blueprint.post("/restaurants")
def add() -> ResponseReturnValue:
    """Form: `name`, `timezone`. Leads to the restaurant's page."""
    principal = settings_principal()
    if principal.restaurants is not None:
        abort(403, _("Who sees to some of the restaurants adds none: ask somebody who sees to all."))
    typed = Typed(request.form)
    try:
        made = places.add(typed["name"], typed["timezone"], by=principal)
    except UnusableSettings as error:
        return _list(principal, typed, error.problems), 422
    flash(_("%(name)s is there, and takes orders from now on.", name=made.name), "restaurant")
    return redirect(url_for("restaurants.about", restaurant=made.slug), 303)


@blueprint.get("/r/<restaurant>/about")
def about(restaurant: str) -> ResponseReturnValue:
    """What the restaurant is called, and whether it is closed."""
    return _page(*settings_of(restaurant))


@blueprint.post("/r/<restaurant>/about")
def rename(restaurant: str) -> ResponseReturnValue:
    """Form: `name`, `seen`, the name that the page showed."""
    principal, found = settings_of(restaurant)
    typed = Typed(request.form)
    try:
        is_changed = places.rename(found.id, typed["name"], by=principal, seen=typed["seen"])
    except UnusableSettings as error:
        return _page(principal, found, typed, error.problems), 422
    flash(_("Saved.") if is_changed else _("Nothing was changed: it is called so."), "restaurant")
    return redirect(url_for("restaurants.about", restaurant=found.slug), 303)


@blueprint.post("/r/<restaurant>/close")
def close(restaurant: str) -> ResponseReturnValue:
    """Take nothing in from now on; not while orders are open."""
    principal, found = settings_of(restaurant)
    try:
        is_changed = closing.close(found.id, by=principal)
    except UnusableSettings as error:
        return _page(principal, found, None, error.problems), 422
    flash(_("It is closed: no order comes in.") if is_changed else _("It was closed already."), "restaurant")
    return redirect(url_for("restaurants.about", restaurant=found.slug), 303)


@blueprint.post("/r/<restaurant>/open-again")
def open_again(restaurant: str) -> ResponseReturnValue:
    """Take orders as before it was closed."""
    principal, found = settings_of(restaurant)
    is_changed = closing.open_again(found.id, by=principal)
    flash(_("It takes orders again.") if is_changed else _("It was open already."), "restaurant")
    return redirect(url_for("restaurants.about", restaurant=found.slug), 303)


def _list(principal: Principal, typed: Typed | None = None, problems: Mapping[str, str] | None = None) -> str:
    restaurants = [each for each in cache.read(principal.tenant_id) if principal.may_see(each.id)]
    return render_template(
        "backoffice/restaurants.html",
        principal=principal,
        restaurants=[(each, _stands(principal, each.id)) for each in restaurants],
        may_add=principal.restaurants is None,
        typed=typed,
        problems=problems or {},
        usual_zone=zone_of(principal.tenant_id).key,
        time_zones=time_zones.offered(),
        longest_name=LONGEST_NAME,
        shifts_in_words=settings_wording.shifts_in_words,
        clock=formats.clock,
    )


def _stands(principal: Principal, restaurant_id: uuid.UUID) -> str:
    calendar = cache.of_restaurant(principal.tenant_id, restaurant_id).calendar
    zone = calendar.zone_on(dt.datetime.now(dt.UTC).date())
    standing = quoting.standing(principal.tenant_id, restaurant_id)
    return hours_wording.stands(standing, zone)


def _page(
    principal: Principal,
    restaurant: FoundRestaurant,
    typed: Typed | None = None,
    problems: Mapping[str, str] | None = None,
) -> str:
    return render_template(
        "backoffice/restaurant.html",
        principal=principal,
        restaurant=restaurant,
        zone=ZoneInfo(restaurant.timezone),
        typed=typed,
        problems=problems or {},
        is_closed=closing.is_closed(principal.tenant_id, restaurant.id),
        longest_name=LONGEST_NAME,
    )
