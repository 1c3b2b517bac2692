"""The page that tells managers who changed what: settings, people, keys, tablets, when, from what to what."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.audit.audit_wording import KINDS, Wording
from ordertrack.backoffice.zones import zone_of
from ordertrack.i18n import form_fields, formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.menu.labels import named
from ordertrack.menu.reading import menu_of
from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.wall_clock import to_moment
from ordertrack.tenants import audit
from ordertrack.tenants.audit import AuditEntry, Wanted
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import managing_principal

blueprint = Blueprint("audit", __name__)
_ASKED = ("restaurant", "person", "kind", "day")
_A_DAY = dt.date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, and for each field a sentence if it cannot be."""

    wanted: Wanted
    zone: ZoneInfo
    problems: Mapping[str, str]


@blueprint.get("/audit")
def show() -> ResponseReturnValue:
    """The newest changes. Query: `restaurant` (slug), `person` (an actor), `kind`, `day` (YYYY-MM-DD), and
    `after`, the entry after which the page goes on.
    """
    principal = managing_principal()
    restaurants = [each for each in cache.of_tenant(principal.tenant_id) if principal.may_see(each.id)]
    asked = _read(principal, restaurants)
    found = [] if asked.problems else _entries(principal, asked.wanted)
    names = {each.id: each.name for each in restaurants}
    page = render_template(
        "backoffice/audit.html",
        principal=principal,
        restaurants=restaurants,
        names=names,
        people=audit.actors(principal.tenant_id, Wanted(restaurants=asked.wanted.restaurants)),
        kinds=KINDS,
        typed=request.args,
        problems=asked.problems,
        zone=asked.zone,
        entries=found[: audit.A_PAGE],
        older=_address(found[audit.A_PAGE - 1]) if len(found) > audit.A_PAGE else None,
        newest=_address() if "after" in request.args else None,
        wording=Wording(names, asked.zone, _categories(principal)),
    )
    return (page, 422) if asked.problems else page


def _entries(principal: Principal, wanted: Wanted) -> list[AuditEntry]:
    """A page of entries, and one more if there are more."""
    try:
        after = uuid.UUID(request.args.get("after", ""))
    except ValueError:
        after = None
    return audit.entries(principal.tenant_id, wanted, after, audit.A_PAGE + 1)


def _read(principal: Principal, restaurants: list[RestaurantSettings]) -> Asked:
    typed = {name: request.args.get(name, "").strip() for name in _ASKED}
    problems = {}
    chosen = next((each for each in restaurants if each.slug == typed["restaurant"]), None)
    if typed["restaurant"] and chosen is None:
        problems["restaurant"] = _("There is no such restaurant.")
    if typed["kind"] and typed["kind"] not in KINDS:
        problems["kind"] = _("Choose one.")
    if "\0" in typed["person"]:
        problems["person"] = _("Choose one.")
    zone = chosen.calendar.zone_on(dt.datetime.now(dt.UTC).date()) if chosen else zone_of(principal.tenant_id)
    day = form_fields.day(typed["day"]) if typed["day"] else None
    if typed["day"] and (day is None or not 2000 <= day.year <= 2099):
        said = {"typed": formats.quoted(typed["day"]), "example": formats.iso(_A_DAY)}
        problems["day"] = _("%(typed)s is not a day; write it as %(example)s.", **said)
        day = None
    wanted = Wanted(
        chosen.id if chosen else None,
        typed["person"] or None,
        typed["kind"] or None,
        _midnight(day, zone) if day else None,
        _midnight(day + dt.timedelta(days=1), zone) if day else None,
        None if principal.restaurants is None else [each.id for each in restaurants],
    )
    return Asked(wanted, zone, problems)


def _categories(principal: Principal) -> dict[str, str]:
    return {each.key: named(each.names) for each in menu_of(principal.tenant_id).categories}


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return to_moment(dt.datetime.combine(day, dt.time()), zone)


def _address(after: AuditEntry | None = None) -> str:
    """This page, or the one that goes on after an entry, with what was asked for."""
    asked: dict[str, Any] = {name: value for name in _ASKED if (value := request.args.get(name, ""))}
    return url_for("audit.show", **asked, after=after.id if after else None)
