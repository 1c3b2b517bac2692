"""The page on which managers say how a restaurant shows itself to its guests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.settings import brand_form
from ordertrack.backoffice.settings.settings_access import settings_of
from ordertrack.i18n.form_fields import Typed, whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import brand, logos
from ordertrack.restaurants.brand import BRAND, Brand
from ordertrack.restaurants.brand_check import LONGEST_NAME, LONGEST_PHONE
from ordertrack.restaurants.pictures import LARGEST
from ordertrack.restaurants.save import save_brand
from ordertrack.restaurants.versioned import UnusableSettings, refuse
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant
from ordertrack.web import links
from ordertrack.web.bodies import LARGEST_LOGO

blueprint = Blueprint("brand_settings", __name__)


@blueprint.get("/r/<restaurant>/brand")
def show(restaurant: str) -> ResponseReturnValue:
    """What guests see of a restaurant, and everything that was saved."""
    principal, found = settings_of(restaurant)
    held = _held(principal, found)
    return _page(principal, found, held, brand_form.typed(held))


@blueprint.post("/r/<restaurant>/brand")
def save(restaurant: str) -> ResponseReturnValue:
    """Form: `colour` (#rrggbb), `name`, `phone`, `address` (one line a line), `seen`: the version shown."""
    principal, found = settings_of(restaurant)
    typed = Typed(request.form)
    try:
        wanted = replace(brand_form.read(typed, found.id), logo=_held(principal, found).logo)
        saved = save_brand(wanted, by=principal, seen=whole(typed["seen"]))
    except UnusableSettings as error:
        return _page(principal, found, _held(principal, found), typed, error.problems), 422
    flash(
        _("Nothing was changed: these settings hold already.")
        if saved is None
        else _("Saved. Guests see it from now on."),
        "brand",
    )
    return redirect(url_for("brand_settings.show", restaurant=found.slug), 303)


@blueprint.post("/r/<restaurant>/logo")
def save_logo(restaurant: str) -> ResponseReturnValue:
    """Form: `logo`, a file (PNG, JPEG or SVG), or `remove`; `seen`: the version shown."""
    request.max_content_length = LARGEST_LOGO
    principal, found = settings_of(restaurant)
    sent = request.files.get("logo")
    held = _held(principal, found)
    try:
        if "remove" not in request.form and not sent:
            refuse({"logo": _("Choose a picture first, a PNG, JPEG or SVG.")})
        file = sent.read(LARGEST + 1) if sent and "remove" not in request.form else None
        saved = logos.save(found.id, file, by=principal, seen=whole(request.form.get("seen", "")))
    except UnusableSettings as error:
        return _page(principal, found, held, brand_form.typed(held), error.problems), 422
    flash(
        _("Nothing was changed: these settings hold already.")
        if saved is None
        else _("Saved. Guests see it from now on."),
        "brand",
    )
    return redirect(url_for("brand_settings.show", restaurant=found.slug), 303)


def _page(
    principal: Principal,
    restaurant: FoundRestaurant,
    held: Brand,
    typed: Typed,
    problems: Mapping[str, str] | None = None,
) -> str:
    return render_template(
        "backoffice/brand.html",
        principal=principal,
        restaurant=restaurant,
        zone=ZoneInfo(restaurant.timezone),
        held=held,
        typed=typed,
        problems=problems or {},
        history=BRAND.history(principal.tenant_id, restaurant.id),
        changes=brand_form.changes,
        longest_name=LONGEST_NAME,
        longest_phone=LONGEST_PHONE,
        is_within=links.are_within(),
    )


def _held(principal: Principal, restaurant: FoundRestaurant) -> Brand:
    """The settings as they are now, whatever this process read a moment ago."""
    held = brand.read(principal.tenant_id, restaurant.id)
    assert held is not None
    return held
