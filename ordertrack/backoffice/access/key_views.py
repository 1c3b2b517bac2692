"""The page on which managers see to the keys of programs: a new one, another text, an end."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.zones import zone_of
from ordertrack.database.session import db
from ordertrack.i18n import form_fields
from ordertrack.i18n.form_fields import Typed
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.versioned import UnusableSettings, refuse
from ordertrack.restaurants.wall_clock import to_moment
from ordertrack.rules.scopes import Scope
from ordertrack.tenants import accounts
from ordertrack.tenants.accounts import LONGEST_NAME, AccountError
from ordertrack.tenants.keys import api_keys, issuing, rotation
from ordertrack.tenants.models import ApiKey, Tenant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import managing_principal

blueprint = Blueprint("keys", __name__)
MAY = {
    Scope.ORDERS_WRITE: marked("Place, move and change orders"),
    Scope.ORDERS_READ: marked("Read orders, restaurants, quotes and riders"),
    Scope.EVENTS_READ: marked("Read what happens, and watch it live"),
    Scope.REPORTS_READ: marked("Read the figures of the reports"),
    Scope.SETTINGS_WRITE: marked("Change settings, such as who is on the list of riders"),
}
OVERLAPS = {
    "0": marked("at once"),
    "1": marked("in an hour"),
    "24": marked("in a day"),
    "168": marked("in a week"),
}
"""When the text of before ends, in hours."""
_LATEST = 3650  # days


class Shown(NamedTuple):
    """A key's text, which is shown this once; `key` is the row it belongs to."""

    key: ApiKey
    secret: str


@blueprint.get("/keys")
def show() -> ResponseReturnValue:
    """The keys that the asker may issue: what each may do, where, until when, and when it was last used."""
    return _page(managing_principal())


@blueprint.post("/keys")
def make() -> ResponseReturnValue:
    """Form: `name`, `scope` (several), `restaurant` (slugs; none: all), `until` (a day, or nothing)."""
    principal = managing_principal()
    typed = Typed(request.form)
    try:
        made = _make(typed, principal)
    except UnusableSettings as error:
        return _page(principal, {f"add-{name}": said for name, said in error.problems.items()}), 422
    return _page(principal, shown=made)


@blueprint.post("/keys/<uuid:key_id>/rotate")
def rotate(key_id: uuid.UUID) -> ResponseReturnValue:
    """Form: `overlap` (hours that the text of before stays good), `until` (a day, or nothing), `seen`."""
    principal = managing_principal()
    key = _find(principal, key_id)
    typed = Typed(request.form)
    try:
        if typed["overlap"] not in OVERLAPS:
            refuse({"overlap": _("Choose one.")})
        until = _last_day(typed, principal)
        if until is None and key.expires_at is not None and key.expires_at <= dt.datetime.now(dt.UTC):
            refuse({"until": _("This key has ended: say until when it is to be good.")})
        if typed["seen"] != seen_of(key):
            refuse({"seen": _("Somebody else gave this key another text meanwhile: see when.")})
        secret = rotation.rotate(key, dt.timedelta(hours=int(typed["overlap"])), until, by=principal)
    except UnusableSettings as error:
        db.session.rollback()
        return _page(principal, {f"{key_id}-{name}": said for name, said in error.problems.items()}), 422
    return _page(principal, shown=Shown(key, secret))


@blueprint.post("/keys/<uuid:key_id>/end")
def end(key_id: uuid.UUID) -> ResponseReturnValue:
    """Whatever the program has open closes at once."""
    principal = managing_principal()
    key = _find(principal, key_id)
    api_keys.revoke_key(_company(principal), None, key.id, by=principal)
    flash(_("The key “%(name)s” has ended.", name=key.name), "keys")
    return redirect(url_for("keys.show"), 303)


def seen_of(key: ApiKey) -> str:
    """What tells a form whether the key has had another text since."""
    return key.previous_until.isoformat() if key.previous_until else ""


def _find(principal: Principal, key_id: uuid.UUID) -> ApiKey:
    try:
        return issuing.find(principal, key_id)
    except issuing.NoSuchKey:
        abort(404, _("There is no such key, or it has ended already."))


def _company(principal: Principal) -> Tenant:
    company = db.session.get(Tenant, principal.tenant_id)
    assert company is not None
    return company


def _make(typed: Typed, principal: Principal) -> Shown:
    problems = {}
    scopes = [scope for scope in Scope if scope in typed.every("scope")]
    if not scopes or len(scopes) != len(set(typed.every("scope"))):
        problems["scope"] = _("Choose what the program may do.")
    chosen = [each for each in _restaurants(principal) if each.slug in typed.every("restaurant")]
    if len(chosen) != len(set(typed.every("restaurant"))):
        problems["restaurant"] = _("There is no such restaurant.")
    elif not issuing.may_issue(principal, [each.id for each in chosen] or None):
        problems["restaurant"] = _("Choose which of your restaurants the key is for.")
    try:
        accounts.checked_name(typed["name"])
    except AccountError as error:
        problems["name"] = str(error)
    try:
        until = _last_day(typed, principal)
    except UnusableSettings as error:
        problems |= error.problems
    refuse(problems)
    made = api_keys.create_key(
        _company(principal),
        typed["name"],
        scopes=scopes,
        restaurants=[each.slug for each in chosen],
        expires_at=until,
        by=principal,
    )
    return Shown(*made)


def _last_day(typed: Typed, principal: Principal) -> dt.datetime | None:
    """The end of the day that was typed, where the first restaurant is; None for no day."""
    if not typed["until"]:
        return None
    day = form_fields.day(typed["until"])
    zone = zone_of(principal.tenant_id)
    today = dt.datetime.now(zone).date()
    if day is None or not today <= day <= today + dt.timedelta(days=_LATEST):
        refuse({"until": _("Give a day to come, like 2027-01-31, or leave it empty.")})
    assert day is not None
    return to_moment(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()), zone)


def _restaurants(principal: Principal) -> list[RestaurantSettings]:
    return [each for each in cache.of_tenant(principal.tenant_id) if principal.may_see(each.id)]


def _page(principal: Principal, problems: Mapping[str, str] | None = None, shown: Shown | None = None) -> str:
    zone: ZoneInfo = zone_of(principal.tenant_id)
    restaurants = _restaurants(principal)
    return render_template(
        "backoffice/keys.html",
        principal=principal,
        problems=problems or {},
        typed=Typed(request.form),
        shown=shown,
        keys=issuing.in_use(principal),
        restaurants=restaurants,
        names={each.id: each.name for each in restaurants},
        is_for_all=principal.restaurants is None,
        may={scope: _(said) for scope, said in MAY.items()},
        overlaps={hours: _(said) for hours, said in OVERLAPS.items()},
        seen_of=seen_of,
        zone=zone,
        longest_name=LONGEST_NAME,
    )
