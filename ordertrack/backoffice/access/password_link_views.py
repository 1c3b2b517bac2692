"""A link to set a password: a manager makes it for somebody, who opens it without being signed in."""

from __future__ import annotations

from typing import NoReturn

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.i18n.translate import COOKIE, LANGUAGES, current, speaking
from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants import company
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.credentials import new_passwords
from ordertrack.tenants.models import StaffMember
from ordertrack.tenants.sessions import known_devices
from ordertrack.tenants.staff import password_links

blueprint = Blueprint("password_links", __name__, url_prefix="/password")


@blueprint.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """The page to choose a password on."""
    try:
        person = password_links.whose(token)
    except password_links.NoSuchLink:
        _worth_nothing()
    return _page(person)


@blueprint.post("/<token>")
def use(token: str) -> ResponseReturnValue:
    """Form: `password`. The link is worth nothing afterwards; the device is known from then on."""
    try:
        person = password_links.use(token, request.form.get("password", ""))
    except password_links.NoSuchLink:
        _worth_nothing()
    except AccountError as error:
        return _page(password_links.whose(token), str(error)), 422
    known_devices.remember(person.email or "")
    return redirect(url_for("sign_in.login", chosen=1))


def _page(person: StaffMember, problem: str | None = None) -> str:
    """In the language in which the person is spoken to, unless the device has chosen one."""
    theirs = person.language if COOKIE not in request.cookies else None
    with speaking(theirs if theirs in LANGUAGES else current().tag):
        return _rendered(person, problem)


def _rendered(person: StaffMember, problem: str | None) -> str:
    return render_template(
        "auth/new_password.html",
        person=person,
        company=company.name_of(person.tenant_id),
        problem=problem,
        shortest=new_passwords.SHORTEST,
        longest=new_passwords.LONGEST,
    )


def _worth_nothing() -> NoReturn:
    abort(404, _("This link was used already, or is too old. Ask whoever gave it to you for another one."))
