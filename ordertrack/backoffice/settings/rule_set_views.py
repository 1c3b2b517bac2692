"""The page on which owners choose the rule set by which all orders of the company move."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.settings.settings_access import settings_principal
from ordertrack.backoffice.zones import zone_of
from ordertrack.i18n.form_fields import whole
from ordertrack.i18n.labels import role, status
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.restaurants import rule_sets
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import ADDED, RuleSet
from ordertrack.tenants.principal import Principal

blueprint = Blueprint("rule_sets", __name__)
_NAMES = {
    RuleSet.STRICT: marked("Strict: an order only goes forward"),
    RuleSet.EXTENDED: marked("Extended: an order can also go back, for a reason"),
}


@blueprint.get("/rules")
def show() -> ResponseReturnValue:
    """Which rule set holds, what the other one allows, and who chose when."""
    return _page(settings_principal())


@blueprint.post("/rules")
def choose() -> ResponseReturnValue:
    """Form: `rule_set` (strict, extended), `seen`: the version of the choice that the page showed."""
    principal = settings_principal()
    if principal.role != Role.OWNER:
        abort(403, _("Only owners choose the rules of the company."))
    try:
        wanted = RuleSet(request.form.get("rule_set", ""))
    except ValueError:
        return _page(principal, {"rule_set": _("Choose one of the two.")}), 422
    try:
        seen = whole(request.form.get("seen", ""))
        is_changed = rule_sets.choose(wanted, by=principal, seen=-1 if seen is None else seen)
    except UnusableSettings as error:
        return _page(principal, error.problems), 422
    flash(
        _("Saved. Every order follows these rules from its next step on.")
        if is_changed
        else _("Nothing was changed: this holds already."),
        "rules",
    )
    return redirect(url_for("rule_sets.show"))


def _page(principal: Principal, problems: Mapping[str, str] | None = None) -> str:
    return render_template(
        "backoffice/rule_set.html",
        principal=principal,
        may_choose=principal.role == Role.OWNER,
        held=rule_sets.read(principal.tenant_id),
        names={rule_set: _(name) for rule_set, name in _NAMES.items()},
        added=[
            (status(before), status(after), [role(each) for each in Role if each in roles])
            for (before, after), roles in ADDED.items()
        ],
        problems=problems or {},
        zone=zone_of(principal.tenant_id),
        history=rule_sets.history(principal.tenant_id),
    )
