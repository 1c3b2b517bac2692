"""The page on which dispatch and managers say that a restaurant is busy, or takes no orders for a while."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ordertrack.i18n.form_fields import Reading, Typed, member, moment, whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import pace
from ordertrack.restaurants.pace import PACE, Pace, PaceState
from ordertrack.restaurants.save import save_pace
from ordertrack.restaurants.versioned import UnusableSettings, refuse
from ordertrack.rules.roles import Role
from ordertrack.sla.estimates import quoting
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant, restaurant_or_404
from ordertrack.tenants.signing_in.sign_in import acting_principal, staff_principal

blueprint = Blueprint("pace", __name__)


@blueprint.get("/r/<restaurant>/pace")
def show(restaurant: str) -> ResponseReturnValue:
    """How the restaurant stands, and who said so."""
    principal, found = _find(staff_principal(), restaurant)
    held = pace.of_restaurant(principal.tenant_id, found.id)
    return _page(principal, found, held, _typed(held, found))


@blueprint.post("/r/<restaurant>/pace")
def save(restaurant: str) -> ResponseReturnValue:
    """Form: `state` (open, busy, paused), `minutes`, `until` (a local day and time, or nothing), `seen`."""
    principal, found = _find(acting_principal(), restaurant)
    typed = Typed(request.form)
    try:
        saved = save_pace(_read(typed, found), by=principal, seen=whole(typed["seen"]))
    except UnusableSettings as error:
        held = pace.of_restaurant(principal.tenant_id, found.id)
        return _page(principal, found, held, typed, error.problems), 422
    flash(_("That is already so.") if saved is None else _("Saved. It applies from now on."), "pace")
    return redirect(url_for("pace.show", restaurant=found.slug), 303)


def _typed(held: Pace, restaurant: FoundRestaurant) -> Typed:
    local = held.until and held.until.astimezone(ZoneInfo(restaurant.timezone))
    fields = {
        "state": held.state.value,
        "minutes": str(held.minutes or 15),
        "until": f"{local:%Y-%m-%dT%H:%M}" if local else "",
    }
    return Typed(MultiDict(fields))


def _read(typed: Typed, restaurant: FoundRestaurant) -> Pace:
    reading = Reading(typed)
    state = reading.value("state", lambda text: member(PaceState, text), _("Choose one."), PaceState.OPEN)
    is_busy = state == PaceState.BUSY
    minutes = reading.value("minutes", whole, _("Give a number of minutes, as 10."), 1) if is_busy else 0
    zone = ZoneInfo(restaurant.timezone)
    until = reading.optional(
        "until", lambda text: moment(text, zone), _("Give a day and a time, like 2026-11-20 19:30.")
    )
    refuse(reading.problems)
    return Pace(restaurant.id, state, minutes, until)


def _page(
    principal: Principal,
    restaurant: FoundRestaurant,
    held: Pace,
    typed: Typed,
    problems: Mapping[str, str] | None = None,
) -> str:
    return render_template(
        "backoffice/pace.html",
        principal=principal,
        restaurant=restaurant,
        zone=ZoneInfo(restaurant.timezone),
        held=held,
        standing=quoting.standing(principal.tenant_id, restaurant.id),
        typed=typed,
        problems=problems or {},
        in_words=in_words,
        history=PACE.history(principal.tenant_id, restaurant.id)[:20],
    )


def in_words(state: str, minutes: int) -> str:
    """What is said of a restaurant that stands so."""
    if state == PaceState.PAUSED:
        return _("Paused: new orders are refused")
    if state == PaceState.BUSY:
        return _("Busy: %(minutes)s min more are quoted", minutes=minutes)
    return _("Open as usual")


def _find(principal: Principal, slug: str) -> tuple[Principal, FoundRestaurant]:
    if not (principal.is_manager or principal.role == Role.DISPATCH):
        abort(403, _("Dispatch and managers say whether the restaurant takes orders."))
    return principal, restaurant_or_404(principal, slug)
