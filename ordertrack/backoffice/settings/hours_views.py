"""The page on which managers say when a restaurant is open: every week, and on days that are otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.settings import hours_form, hours_wording
from ordertrack.backoffice.settings.hours_form import SPECIAL, WEEKLY
from ordertrack.backoffice.settings.settings_access import settings_of
from ordertrack.i18n.form_fields import Typed, whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import hours, naming
from ordertrack.restaurants.hours import HOURS, Hours
from ordertrack.restaurants.save import save_hours
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.sla.estimates import quoting
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant

blueprint = Blueprint("hours", __name__)


@blueprint.get("/r/<restaurant>/hours")
def show(restaurant: str) -> ResponseReturnValue:
    """When the restaurant is open, and everything that was saved."""
    principal, found = settings_of(restaurant)
    held = _held(principal, found)
    return _page(principal, found, held, hours_form.typed(held, _today(found)))


@blueprint.post("/r/<restaurant>/hours")
def save(restaurant: str) -> ResponseReturnValue:
    """Form: for each line `weekly-<row>-weekday` (0 to 6, several), `-starts`, `-ends`; for each day that is
    otherwise `special-<row>-day`, `-starts`, `-ends` (no times: closed); `seen`: the version shown.
    """
    principal, found = settings_of(restaurant)
    typed = Typed(request.form)
    try:
        saved = save_hours(hours_form.read(typed, found.id), by=principal, seen=whole(typed["seen"]))
    except UnusableSettings as error:
        return _page(principal, found, _held(principal, found), typed, error.problems), 422
    flash(
        _("Nothing was changed: these settings hold already.")
        if saved is None
        else _("Saved. It is open by these hours from now on."),
        "hours",
    )
    return redirect(url_for("hours.show", restaurant=found.slug), 303)


def _page(
    principal: Principal,
    restaurant: FoundRestaurant,
    held: Hours,
    typed: Typed,
    problems: Mapping[str, str] | None = None,
) -> str:
    zone = ZoneInfo(restaurant.timezone)
    return render_template(
        "backoffice/hours.html",
        principal=principal,
        restaurant=restaurant,
        zone=zone,
        held=held,
        stands=hours_wording.stands(quoting.standing(principal.tenant_id, restaurant.id), zone),
        weekly=WEEKLY.shown(typed),
        special=SPECIAL.shown(typed),
        weekdays=naming.weekdays(),
        problems=problems or {},
        history=HOURS.history(principal.tenant_id, restaurant.id),
        changes=hours_wording.changes,
    )


def _today(restaurant: FoundRestaurant) -> dt.date:
    return dt.datetime.now(ZoneInfo(restaurant.timezone)).date()


def _held(principal: Principal, restaurant: FoundRestaurant) -> Hours:
    """The hours as they are now, whatever this process read a moment ago."""
    held = hours.read(principal.tenant_id, restaurant.id)
    assert held is not None
    return held
