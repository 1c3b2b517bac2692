"""What somebody types who founds a company, and what is wrong with it: a sentence for each field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from babel.core import get_global
from babel.numbers import get_territory_currencies
from flask import request

from ordertrack.i18n.money import is_currency
from ordertrack.i18n.slugs import slug_of
from ordertrack.i18n.translate import current
from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants import accounts, company
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.credentials import new_passwords
from ordertrack.tenants.founding import Wanted
from ordertrack.tenants.staff import staff_accounts


class Typed(NamedTuple):
    """As it stands in the form; a password is never sent back."""

    company: str
    name: str
    email: str
    password: str
    language: str


def typed() -> Typed:
    said = {name: request.form.get(name, "").strip() for name in ("company", "name", "email")}
    language = request.form.get("language") or current().catalogue
    return Typed(**said, password=request.form.get("password", ""), language=language)


def problems_with(form: Typed) -> dict[str, str]:
    """By the name of its field what has to change; nothing is written."""
    found = {name: _name_problem(getattr(form, name)) for name in ("company", "name")}
    found["email"] = _email_problem(form.email.lower())
    about = [form.company, slug_of(form.company, ""), form.name, form.email]
    found["password"] = new_passwords.weakness(form.password, about)
    if form.language not in company.SPOKEN:
        found["language"] = _("That language is not spoken here. Choose one from the menu.")
    return {name: problem for name, problem in found.items() if problem}


def wanted(form: Typed) -> Wanted:
    return Wanted(
        accounts.checked_name(form.company),
        accounts.checked_name(form.name),
        form.email.lower(),
        form.password,
    )


def languages_of(form: Typed) -> list[str]:
    """All that there are, the owner's first."""
    return [form.language, *(each for each in company.SPOKEN if each != form.language)]


def currency_guessed() -> str:
    """What is paid with where the device's clock is set for, else where its languages are at home."""
    by_clock = get_global("zone_territories").get(request.form.get("timezone", ""))
    by_language = _territories(value for value, _quality in request.accept_languages)
    for territory in (*filter(None, [by_clock]), *by_language):
        used: list[str] = get_territory_currencies(territory)
        if used and is_currency(used[0]):
            return used[0]
    return company.DEFAULT_CURRENCY


def _territories(languages: Iterable[str]) -> Iterable[str]:
    parts = (part for each in languages for part in each.replace("_", "-").split("-")[1:])
    return (part.upper() for part in parts if len(part) == 2 and part.isascii() and part.isalpha())


def _name_problem(name: str) -> str | None:
    try:
        accounts.checked_name(name)
    except AccountError as error:
        return str(error)
    return None


def _email_problem(email: str) -> str | None:
    if not staff_accounts.is_email(email):
        return _("Write an e-mail address, like maya@restaurant.example.")
    if staff_accounts.signs_in_with(email):
        return _("Somebody signs in with this address already. Use another one.")
    return None
