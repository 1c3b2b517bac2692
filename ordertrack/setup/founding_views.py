"""The page on which a company is founded: in an empty house, by invitation, or where anybody may."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.database.config import Settings
from ordertrack.i18n.translate import COOKIE, LANGUAGES, current, speaking
from ordertrack.i18n.translate import gettext as _
from ordertrack.monitoring import request_log
from ordertrack.setup import founding_form, invitations
from ordertrack.setup.founding_form import Typed
from ordertrack.tenants import company, founding
from ordertrack.tenants.accounts import LONGEST_NAME, AccountError
from ordertrack.tenants.credentials import codes, new_passwords
from ordertrack.tenants.signing_in.sign_in import sign_in
from ordertrack.tenants.throttling import throttle
from ordertrack.web import language_menu
from ordertrack.web.client_address import asking
from ordertrack.web.problems import Problem, Refusal

blueprint = Blueprint("founding", __name__)


@blueprint.route("/setup/<code>", methods=["GET", "POST"])
def by_code(code: str) -> ResponseReturnValue:
    """Form: `company`, `name`, `email`, `password`, `language`, `timezone` (the device's).

    The code is spent once the owner is made.
    """
    with codes.trying():
        invitation = invitations.find(code)
    with speaking(_language(invitation.language)):
        if request.method != "POST":
            return _page(founding_form.typed())
        return _found(lambda: invitations.spend(invitation))


@blueprint.route("/sign-up", methods=["GET", "POST"])
def sign_up() -> ResponseReturnValue:
    """The same where the operator lets anybody found a company, and there is one already."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.sign_up or invitations.house_is_empty():
        abort(404)
    if request.method != "POST":
        return _page(founding_form.typed())
    if wait := throttle.sign_up_waits(asking()):
        said = _("That was tried too often from your network. %(when)s", when=throttle.again_in(wait))
        raise Refusal(Problem(429, said, headers={"Retry-After": str(wait)}))
    return _found(lambda: True)


def _found(may_still: Callable[[], bool]) -> ResponseReturnValue:
    form = founding_form.typed()
    problems = founding_form.problems_with(form)
    if problems:
        return _page(form, problems), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        owner = founding.found(
            founding_form.wanted(form),
            currency=founding_form.currency_guessed(),
            languages=founding_form.languages_of(form),
            may_still=may_still,
        )
    except AccountError:
        said = {"company": _("Somebody took this name at this moment. Try again.")}
        return _page(form, said), HTTPStatus.UNPROCESSABLE_ENTITY
    sign_in(owner)
    request_log.asked_by(f"staff:{owner.id}")
    answer = make_response(redirect(url_for("first_steps.show")))
    if current().catalogue != form.language or COOKIE not in request.cookies:
        language_menu.remember(answer, form.language)
    return answer


def _language(invited_in: str | None) -> str:
    """Who has chosen no language on this device is spoken to as they were invited."""
    is_chosen = request.cookies.get(COOKIE, "") in LANGUAGES
    return invited_in if invited_in in LANGUAGES and not is_chosen else current().tag


def _page(form: Typed, problems: dict[str, str] | None = None) -> str:
    return render_template(
        "setup/found.html",
        typed=form,
        problems=problems or {},
        spoken=[LANGUAGES[tag] for tag in company.SPOKEN],
        longest_name=LONGEST_NAME,
        shortest=new_passwords.SHORTEST,
        longest=new_passwords.LONGEST,
    )
