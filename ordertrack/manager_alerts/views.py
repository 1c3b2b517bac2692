"""The page on which a manager says what to be alerted of, and on which devices."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.database.session import db
from ordertrack.i18n.translate import gettext as _
from ordertrack.manager_alerts import choices, mail
from ordertrack.manager_alerts.choices import ChangedMeanwhile, Choice
from ordertrack.manager_alerts.kinds import OFFERED, REPORTS_OFFERED
from ordertrack.push import keys, managers, subscription
from ordertrack.push.subscription import MalformedSubscription, Subscription
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import managing_principal
from ordertrack.web import assets, links

blueprint = Blueprint("alerts", __name__, url_prefix="/account")


@blueprint.get("/alerts")
def show() -> ResponseReturnValue:
    """One's own: what to be alerted of, on this device or by mail."""
    principal = managing_principal()
    return _page(principal, choices.of_person(principal))


@blueprint.post("/alerts")
def save() -> ResponseReturnValue:
    """Form: `kinds`, any number of them, `by_mail` where it is wanted, and `seen`, what the page showed."""
    principal = managing_principal()
    wanted = choices.read(request.form.getlist("kinds"), "by_mail" in request.form)
    try:
        is_changed = choices.save(principal, wanted, request.form.get("seen", ""), links.site())
    except ChangedMeanwhile as changed:
        return _page(principal, wanted, str(changed)), 409
    flash(_("Saved.") if is_changed else _("Nothing was changed: this holds already."), "alerts")
    return redirect(url_for("alerts.show"))


@blueprint.get("/worker.js")
def worker() -> Response:
    """The service worker of this page: it may speak for one's own account alone."""
    return assets.worker("push")


@blueprint.get("/app.webmanifest")
def manifest() -> Response:
    """How one's own pages open from a home screen."""
    return assets.manifest("ordertrack", "/")


@blueprint.post("/alerts/browser")
def begin() -> ResponseReturnValue:
    """JSON: the browser's subscription."""
    managers.keep(managing_principal(), _subscription(), links.site())
    db.session.commit()
    return "", 204


@blueprint.post("/alerts/browser/end")
def end() -> ResponseReturnValue:
    """JSON: the browser's subscription."""
    principal = managing_principal()
    managers.end(principal.tenant_id, _subscription().digest, principal.staff_id)
    db.session.commit()
    return "", 204


def _page(principal: Principal, choice: Choice, problem: str | None = None) -> str:
    has_mail = mail.is_set_up(principal.tenant_id)
    has_device = bool(managers.of_people(principal.tenant_id, [principal.staff_id]))
    return render_template(
        "manager_alerts/alerts.html",
        principal=principal,
        choice=choice,
        seen=choices.of_person(principal).seen,
        offered=OFFERED,
        reports=REPORTS_OFFERED,
        problem=problem,
        key=keys.public_key(principal.tenant_id),
        has_mail=has_mail,
        reaches_nobody=bool(choice.kinds) and not has_device and not (has_mail and choice.by_mail),
    )


def _subscription() -> Subscription:
    try:
        return subscription.read(request.get_data())
    except MalformedSubscription:
        abort(400, _("This is nothing that a browser hands over so that it can be told."))
