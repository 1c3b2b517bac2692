"""The page on which managers say what holds in a restaurant: its days, its shifts, its targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice import targets_history as settings_history
from ordertrack.backoffice import targets_wording
from ordertrack.backoffice.targets_form import TypedRules, TypedTarget
from ordertrack.i18n import formats
from ordertrack.i18n.form_fields import whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import naming, rows, save
from ordertrack.restaurants.calendar_check import LONGEST_NAME, UnusableRules, timezones
from ordertrack.restaurants.rows import RestaurantSettings
from ordertrack.restaurants.target_check import UnusableTarget
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import find_restaurant
from ordertrack.tenants.sign_in import staff_principal

blueprint = Blueprint("sla_settings", __name__)


@blueprint.get("/sla/settings")
def choose() -> ResponseReturnValue:
    """Every restaurant of the tenant, with what holds in it."""
    principal = _manager()
    places = [(place, place.calendar.rules[-1]) for place in rows.read(principal.tenant_id)]
    return render_template(
        "backoffice/choose_restaurant.html",
        principal=principal,
        places=places,
        shifts_in_words=targets_wording.shifts_in_words,
        clock=formats.clock,
    )


@blueprint.get("/sla/settings/<restaurant>")
def show(restaurant: str) -> ResponseReturnValue:
    """Rules, targets and their history, of one restaurant."""
    principal = _manager()
    return _page(principal, _find(principal, restaurant))


@blueprint.post("/sla/settings/<restaurant>/rules")
def save_rules(restaurant: str) -> ResponseReturnValue:
    """Form: `timezone`, `day_starts`, `forgotten_after` (minutes), `early_before` (seconds), and for each
    shift `shift-<row>-name`, `-weekday` (0 to 6, several), `-starts`, `-ends`; `seen`: see there.
    """
    principal = _manager()
    place = _find(principal, restaurant)
    rules = TypedRules.from_form(request.form)
    try:
        saved = save.save_rules(place.id, rules.read(), by=principal, seen=whole(rules.seen))
    except UnusableRules as error:
        return _page(principal, place, rules=rules, problems=error.problems), 422
    if saved is None:
        flash(_("Nothing was changed: these rules hold already."), "rules")
    else:
        day = targets_wording.date(saved.valid_from)
        flash(_("Saved. These rules hold from the business day %(day)s on.", day=day), "rules")
    return redirect(url_for("sla_settings.show", restaurant=place.slug))


@blueprint.post("/sla/settings/<restaurant>/targets")
def save_target(restaurant: str) -> ResponseReturnValue:
    """Form: `stage`, `fulfilment` (blank: every order), `minutes` (blank: no target), `valid_from`."""
    principal = _manager()
    place = _find(principal, restaurant)
    typed = TypedTarget.from_form(request.form)
    try:
        target = typed.read()
        save.save_target(place.id, target, by=principal)
    except UnusableTarget as error:
        return _page(principal, place, target=typed, problems=error.problems), 422
    saved = _(
        "Saved. %(stage)s, %(whom)s: %(allowed)s from %(day)s on.",
        stage=naming.stage(target.stage),
        whom=naming.whom(target.fulfilment),
        allowed=targets_wording.allowed(target.seconds),
        day=targets_wording.date(target.valid_from),
    )
    flash(saved, "targets")
    return redirect(url_for("sla_settings.show", restaurant=place.slug, _anchor="targets"))


def _page(
    principal: Principal,
    place: RestaurantSettings,
    rules: TypedRules | None = None,
    target: TypedTarget | None = None,
    problems: Mapping[str, str] | None = None,
) -> str:
    """The page as things are, or with what was typed and what is wrong with it."""
    now = dt.datetime.now(dt.UTC)
    today = place.calendar.day_of(now)
    latest = place.calendar.rules[-1]
    return render_template(
        "backoffice/targets.html",
        principal=principal,
        place=place,
        today=today,
        zone=place.calendar.zone_on(today),
        rules=rules or TypedRules.understood(latest),
        target=target or TypedTarget.blank(today),
        problems=problems or {},
        stage_targets=targets_wording.stage_targets(place.targets, today),
        rules_history=settings_history.of_rules(principal.tenant_id, place.id),
        targets_history=settings_history.of_targets(principal.tenant_id, place.id),
        stages=naming.stages(),
        fulfilments=Fulfilment,
        weekdays=naming.weekdays(),
        timezones=sorted(timezones()),
        longest_name=LONGEST_NAME,
        date=targets_wording.date,
        moment=targets_wording.moment,
    )


def _manager() -> Principal:
    principal = staff_principal()
    if not principal.is_manager:
        abort(403, _("Settings are for managers and owners."))
    return principal


def _find(principal: Principal, slug: str) -> RestaurantSettings:
    """The restaurant as it is now, whatever this process read a moment ago."""
    found = find_restaurant(principal.tenant_id, slug)
    if found is None:
        abort(404, _("There is no such restaurant."))
    (place,) = rows.read(principal.tenant_id, found.id)
    return place
