"""The page on which managers say what holds in a restaurant: its days, its shifts, its targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.settings import settings_wording, suggestions
from ordertrack.backoffice.settings.settings_access import settings_principal
from ordertrack.backoffice.settings.settings_forms import (
    SHIFTS,
    read_rules,
    read_target,
    type_rules,
    type_target,
)
from ordertrack.i18n import time_zones
from ordertrack.i18n.form_fields import Typed, whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.past import settings as past_settings
from ordertrack.restaurants import cache, naming, save
from ordertrack.restaurants.cache import RULES, TARGETS, RestaurantSettings
from ordertrack.restaurants.checks import LONGEST_SHIFT_NAME
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.estimates import suggested_targets
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import restaurant_or_404

blueprint = Blueprint("sla_settings", __name__)


@blueprint.get("/sla/settings")
def choose() -> ResponseReturnValue:
    """Where the restaurants are chosen by now."""
    settings_principal()
    return redirect(url_for("restaurants.show"))


@blueprint.get("/sla/settings/<restaurant>")
def show(restaurant: str) -> ResponseReturnValue:
    """Rules, targets and their history, of one restaurant.

    Query: `stage`, `fulfilment`, `minutes`: what the form of a target begins with. Nothing is saved by that.
    """
    principal = settings_principal()
    found = _find(principal, restaurant)
    return _page(principal, found, begun=suggestions.taken_over(request.args))


@blueprint.post("/sla/settings/<restaurant>/rules")
def save_rules(restaurant: str) -> ResponseReturnValue:
    """Form: `timezone`, `day_starts`, `forgotten_after` (minutes), `early_before` (seconds), and for each
    shift `shift-<row>-name`, `-weekday` (0 to 6, several), `-starts`, `-ends`; `seen`: see there.
    """
    principal = settings_principal()
    found = _find(principal, restaurant)
    typed = Typed(request.form)
    try:
        saved = save.save_rules(found.id, read_rules(typed), by=principal, seen=whole(typed["seen"]))
    except UnusableSettings as error:
        return _page(principal, found, rules=typed, problems=error.problems), 422
    if saved is None:
        flash(_("Nothing was changed: these rules hold already."), "rules")
    else:
        day = settings_wording.date(saved.valid_from)
        flash(_("Saved. These rules hold from the business day %(day)s on.", day=day), "rules")
    return redirect(url_for("sla_settings.show", restaurant=found.slug))


@blueprint.post("/sla/settings/<restaurant>/targets")
def save_target(restaurant: str) -> ResponseReturnValue:
    """Form: `stage`, `fulfilment` (blank: all), `minutes` (blank: no target), `valid_from`, `seen`.

    A day before the restaurant's own first order takes the target that held then, until that order.
    """
    principal = settings_principal()
    found = _find(principal, restaurant)
    typed = Typed(request.form)
    try:
        target = read_target(typed)
        until = past_settings.save_target(found.id, target, by=principal, seen=whole(typed["seen"]))
    except UnusableSettings as error:
        return _page(principal, found, target=typed, problems=error.problems), 422
    saved = _(
        "Saved. %(stage)s, %(whom)s: %(allowed)s from %(day)s on.",
        stage=naming.stage(target.stage),
        whom=naming.whom(target.fulfilment),
        allowed=settings_wording.allowed(target.seconds),
        day=settings_wording.date(target.valid_from),
    )
    if until is not None:
        day = settings_wording.date(until)
        saved += " " + _(
            "Days from %(day)s on, of the first order that was not imported, stay as they were.", day=day
        )
    flash(saved, "targets")
    return redirect(url_for("sla_settings.show", restaurant=found.slug, _anchor="targets"))


def _page(
    principal: Principal,
    restaurant: RestaurantSettings,
    rules: Typed | None = None,
    target: Typed | None = None,
    begun: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> str:
    """The page as things are, or with what was typed and what is wrong with it."""
    now = dt.datetime.now(dt.UTC)
    today = restaurant.calendar.day_of(now)
    rules = rules or type_rules(restaurant.calendar.rules[-1])
    return render_template(
        "backoffice/targets.html",
        principal=principal,
        restaurant=restaurant,
        today=today,
        zone=restaurant.calendar.zone_on(today),
        rules=rules,
        shifts=SHIFTS.shown(rules),
        target=target or type_target(today, begun or {}),
        suggested=suggestions.said(
            suggested_targets.of_restaurant(principal.tenant_id, restaurant.id, today), restaurant.slug
        ),
        is_taken_over=bool(begun),
        posted="target" if target else "rules",
        problems=problems or {},
        stage_targets=settings_wording.stage_targets(restaurant.targets, today),
        rules_history=RULES.history(principal.tenant_id, restaurant.id),
        targets_history=TARGETS.history(principal.tenant_id, restaurant.id),
        changes_of_rules=settings_wording.of_rules,
        said_of_target=settings_wording.of_target,
        stages=naming.stages(),
        fulfilments=Fulfilment,
        weekdays=naming.weekdays(),
        time_zones=time_zones.offered(),
        longest_name=LONGEST_SHIFT_NAME,
        date=settings_wording.date,
        moment=settings_wording.moment,
    )


def _find(principal: Principal, slug: str) -> RestaurantSettings:
    """The restaurant as it is now, whatever this process read a moment ago."""
    (restaurant,) = cache.read(principal.tenant_id, restaurant_or_404(principal, slug).id)
    return restaurant
