"""The page and the files of a report's further tables."""

from __future__ import annotations

import datetime as dt
from functools import partial

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.restaurants import cache
from ordertrack.rules.roles import Role
from ordertrack.sla.breakdown import by_person
from ordertrack.sla.breakdown.tables import NAMES, PEOPLE, TABLES, TOGETHER
from ordertrack.sla.orders_behind.finding import TooMany
from ordertrack.sla.report import query_string
from ordertrack.sla.report.query_string import UnusableChoice
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.report.tables.table import Table
from ordertrack.sla.report.tables.table_csv import csv_of
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import managing_principal
from ordertrack.web.problems import Problem, Refusal

blueprint = Blueprint("breakdown", __name__, url_prefix="/sla/by")


def _show(name: str) -> ResponseReturnValue:
    """One table of the choice that the address makes, as for the report."""
    principal = _manager()
    selection = _selection(principal)
    is_hidden = name == PEOPLE and not by_person.is_shown(principal.tenant_id)
    return render_template(
        "report/breakdown.html",
        principal=principal,
        selection=selection,
        name=name,
        names={each: _(words) for each, words in NAMES.items()},
        tables=[] if is_hidden else [_table(each, selection) for each in TOGETHER.get(name, (name,))],
        is_about_people=name == PEOPLE,
        may_choose=principal.role == Role.OWNER,
    )


def _csv(name: str) -> ResponseReturnValue:
    """The same as a file."""
    principal = _manager()
    if name == PEOPLE and not by_person.is_shown(principal.tenant_id):
        abort(403, _("Reports by person are turned off. An owner can turn them on."))
    selection = _selection(principal)
    response = make_response(csv_of(_table(name, selection)))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    file_name = f"sla-{name}-{selection.file_name}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


@blueprint.post("/people")
def choose() -> ResponseReturnValue:
    """Form: `shown` (on, off): whether reports tell people apart."""
    principal = _manager()
    if principal.role != Role.OWNER:
        abort(403, _("Only owners choose whether reports tell people apart."))
    if (said := request.form.get("shown", "")) not in ("on", "off"):
        abort(422, _("Say on or off."))
    if by_person.choose(said == "on", by=principal):
        flash(_("Saved."), "people")
    return redirect(url_for(f"breakdown.{PEOPLE}"))


for _name in TABLES:
    blueprint.add_url_rule(f"/{_name}", _name, partial(_show, _name))
    blueprint.add_url_rule(f"/{_name}.csv", f"{_name}_csv", partial(_csv, _name))


def _manager() -> Principal:
    return managing_principal(marked("Reports are for managers and owners."))


def _selection(principal: Principal) -> Selection:
    restaurants = [each for each in cache.of_tenant(principal.tenant_id) if principal.may_see(each.id)]
    if not restaurants:
        raise Refusal(Problem(404, _("There is no restaurant yet.")))
    try:
        return query_string.read(
            request.args,
            principal.tenant_id,
            restaurants,
            dt.datetime.now(dt.UTC),
            sees_all=principal.restaurants is None,
        )
    except UnusableChoice as error:
        raise Refusal(Problem(422, str(error))) from error


def _table(name: str, selection: Selection) -> Table:
    try:
        return TABLES[name](selection)
    except TooMany:
        said = _("These days hold too many orders to list each: choose fewer days, or one restaurant.")
        raise Refusal(Problem(422, said)) from None
