"""What the owner types of the first restaurant and of the company, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import request

from ordertrack.database.session import db
from ordertrack.i18n import time_zones
from ordertrack.i18n.money import codes as currency_codes
from ordertrack.i18n.slugs import LONGEST as LONGEST_SLUG
from ordertrack.i18n.slugs import slug_of
from ordertrack.i18n.translate import current
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import rule_sets
from ordertrack.rules.state_machine import RuleSet
from ordertrack.tenants import accounts, company
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.models import Restaurant, Tenant
from ordertrack.tenants.principal import Principal


class Typed(NamedTuple):
    name: str
    slug: str
    timezone: str
    currency: str
    languages: list[str]
    rule_set: str
    seen: str

    @property
    def short_name(self) -> str:
        """What was typed, or else what is made of the name."""
        return self.slug or slug_of(self.name, "restaurant")


def typed() -> Typed:
    said = {name: request.form.get(name, "").strip() for name in ("name", "slug", "timezone", "currency")}
    said["timezone"] = time_zones.find(said["timezone"]) or said["timezone"]
    return Typed(
        **said,
        languages=request.form.getlist("languages"),
        rule_set=request.form.get("rule_set", ""),
        seen=request.form.get("seen", ""),
    )


def as_it_is(tenant: Tenant, restaurants: int) -> Typed:
    """What holds now; `seen` tells a form that was made of it from one that was made before."""
    held = rule_sets.read(tenant.id)
    seen = f"{restaurants} {held.version} {tenant.currency} {','.join(tenant.languages)}"
    return Typed("", "", "", tenant.currency, list(tenant.languages), held.rule_set.value, seen)


def problems_with(form: Typed, now: Typed, *, is_first: bool) -> dict[str, str]:
    """By the name of its field what has to change; of the restaurant only if it is the first."""
    if form.seen != now.seen:
        return {"seen": _("Something of this was saved meanwhile: look at it again, then save.")}
    found: dict[str, str | None] = {}
    if is_first:
        found["name"] = _said(lambda: accounts.checked_name(form.name))
        if not accounts.is_slug(form.short_name):
            found["slug"] = _(
                "It stands in addresses: use 1 to %(most)s small letters a to z, digits and hyphens.",
                most=LONGEST_SLUG,
            )
        if form.timezone not in time_zones.timezones():
            found["timezone"] = _("Choose a city from the list, like Beirut.")
    found["currency"] = _said(lambda: company.checked_currency(form.currency))
    found["languages"] = _said(lambda: company.checked_languages(form.languages))
    if form.rule_set not in tuple(RuleSet):
        found["rule_set"] = _("Choose one of the two.")
    return {name: problem for name, problem in found.items() if problem}


def save(form: Typed, tenant: Tenant, *, by: Principal, is_first: bool) -> Restaurant | None:
    """What the company is, and its first restaurant, if it has none; AccountError if the name was taken."""
    before = accounts.facts_of_company(tenant)
    company.save(tenant, form.currency, form.languages)
    accounts.note_company(by, tenant, before, accounts.facts_of_company(tenant))
    db.session.commit()
    rule_sets.choose(RuleSet(form.rule_set), by=by)
    if not is_first:
        return None
    return accounts.create_restaurant(tenant, form.name, form.short_name, form.timezone, by=by)


def currencies() -> Mapping[str, str]:
    """By its code each currency's name in the language spoken now."""
    names = current().locale.currencies
    return {code: f"{code} · {names[code]}" for code in sorted(currency_codes()) if code in names}


def _said(check: Any) -> str | None:
    try:
        check()
    except (AccountError, ValueError) as error:
        return str(error)
    return None
