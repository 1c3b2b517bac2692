"""The page of one's own account: name and language, another password, and where one is signed in."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.zones import zone_of
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, speaking
from ordertrack.tenants.accounts import LONGEST_NAME, AccountError
from ordertrack.tenants.credentials import new_passwords
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in import own_account
from ordertrack.tenants.signing_in.sign_in import begin_try, said_too_often, staff_principal
from ordertrack.tenants.throttling import failed_sign_ins
from ordertrack.web import language_menu

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """One's own password and sign-ins. Tablets have neither."""
    return _page(staff_principal())


@blueprint.post("/details")
def change_details() -> ResponseReturnValue:
    """Form: `name`, `language` (a tag), `seen`, the name that the page showed. This device speaks it, too."""
    principal = staff_principal()
    language = request.form.get("language", "")
    try:
        is_changed = own_account.change_details(
            principal, request.form.get("name", ""), language, request.form.get("seen", "")
        )
    except AccountError as error:
        return _page(principal, details_problem=str(error)), 422
    with speaking(language):
        flash(_("Saved.") if is_changed else _("Nothing was changed: this holds already."), "account")
    answer = redirect(url_for("account.show"))
    language_menu.remember(answer, language)
    return answer


@blueprint.post("/password")
def change_password() -> ResponseReturnValue:
    """Form: `old`, `new`. Every other sign-in of the asker ends."""
    principal = staff_principal()
    tried = begin_try(principal.actor, own_device=principal.session)
    if tried.wait:
        failed_sign_ins.note("password", "too often")
        return _page(principal, said_too_often(tried.wait)), 429, {"Retry-After": str(tried.wait)}
    member = own_account.knows_password(principal, request.form.get("old", ""))
    if member is None:
        failed_sign_ins.note("password")
        return _page(principal, _("That is not your current password. Nothing was changed.")), 422
    tried.was_right()
    try:
        own_account.change_password(principal, member, request.form.get("new", ""))
    except AccountError as error:
        return _page(principal, str(error)), 422
    flash(_("You have a new password. You are signed out everywhere but here."), "account")
    return redirect(url_for("account.show"))


@blueprint.post("/sign-ins/<uuid:sign_in_id>/end")
def end(sign_in_id: uuid.UUID) -> ResponseReturnValue:
    """What that device has open closes at once."""
    if not own_account.end_sign_in(staff_principal(), sign_in_id):
        abort(404, _("That sign-in has ended already."))
    flash(_("That device is signed out: what it showed is closed."), "account")
    return redirect(url_for("account.show"))


@blueprint.post("/sign-ins/end-others")
def end_others() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    number = own_account.end_other_sign_ins(staff_principal())
    said = ngettext(
        "%(num)s other sign-in has ended: what it showed is closed.",
        "%(num)s other sign-ins have ended: what they showed is closed.",
        number,
    )
    flash(said, "account")
    return redirect(url_for("account.show"))


def _page(principal: Principal, problem: str | None = None, details_problem: str | None = None) -> str:
    zone: ZoneInfo = zone_of(principal.tenant_id)
    return render_template(
        "backoffice/account.html",
        principal=principal,
        problem=problem,
        details_problem=details_problem,
        typed=request.form,
        own_language=own_account.language_of(principal),
        longest_name=LONGEST_NAME,
        sign_ins=own_account.sign_ins(principal),
        most_sign_ins=own_account.MOST_SHOWN,
        zone=zone,
        shortest=new_passwords.SHORTEST,
        longest=new_passwords.LONGEST,
    )
