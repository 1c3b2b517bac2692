"""The page on which owners say how long guests are known, and forget one who asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.settings.settings_access import settings_principal
from ordertrack.database.config import KEPT_DAYS
from ordertrack.i18n.form_fields import whole
from ordertrack.i18n.formats import listed
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.orders.forgetting import guest, retention
from ordertrack.rules.roles import Role
from ordertrack.tenants.principal import Principal

blueprint = Blueprint("guest_data", __name__)


@blueprint.get("/guests")
def show() -> ResponseReturnValue:
    """For how long guests are known, and a form by which one is forgotten."""
    return _page(settings_principal())


@blueprint.post("/guests")
def save() -> ResponseReturnValue:
    """Form: `days`, empty for as long as the house says."""
    principal = _owner()
    written = request.form.get("days", "").strip()
    days = whole(written)
    try:
        if written and days is None:
            raise ValueError(_("Write a whole number of days, or leave it empty."))
        is_changed = retention.choose(days, by=principal)
    except ValueError as error:
        return _page(principal, {"days": str(error)}, {"days": written}), 422
    flash(
        _("Saved. What is older is removed within the hour.")
        if is_changed
        else _("Nothing was changed: this holds already."),
        "guests",
    )
    return redirect(url_for("guest_data.show"))


@blueprint.post("/guests/forget")
def forget() -> ResponseReturnValue:
    """Form: `phone`, the guest's telephone number, and `sure`."""
    principal = _owner()
    phone = request.form.get("phone", "")
    try:
        if not request.form.get("sure"):
            raise guest.NoNumber(_("Confirm that it is not to be kept: it cannot be brought back."))
        done = guest.forget(phone, by=principal)
    except guest.NoNumber as error:
        return _page(principal, {"phone": str(error)}, {"phone": phone}), 422
    said = ngettext(
        "%(num)s order says no longer whose it was.",
        "%(num)s orders say no longer whose they were.",
        done.orders,
    )
    if done.open:
        still = listed(number(each) for each in done.open)
        said += " " + _("Still open, and left as they are: %(orders)s. Do it again later.", orders=still)
    flash(said, "guests")
    return redirect(url_for("guest_data.show"))


def _owner() -> Principal:
    principal = settings_principal()
    if principal.role != Role.OWNER:
        abort(403, _("Only owners say how long guests are known."))
    return principal


def _page(
    principal: Principal, problems: Mapping[str, str] | None = None, written: Mapping[str, str] | None = None
) -> str:
    held = retention.of_tenant(principal.tenant_id)
    least, most = KEPT_DAYS
    return render_template(
        "backoffice/guest_data.html",
        principal=principal,
        may_choose=principal.role == Role.OWNER,
        held=held,
        written={"days": "" if held.chosen is None else str(held.chosen), **(written or {})},
        least=least,
        most=most,
        problems=problems or {},
    )
