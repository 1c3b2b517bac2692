"""The page and the files of a report's further tables."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.roles import Role
from ordertrack.sla.breakdown import by_person
from ordertrack.sla.breakdown.tables import NAMES, PEOPLE, TABLES, TOGETHER
from ordertrack.sla.orders_behind.choosing import selected
from ordertrack.sla.orders_behind.finding import TooMany
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.report.tables.table import Table
from ordertrack.sla.report.tables.table_csv import csv_of
from ordertrack.sla.report.views import manager
from ordertrack.web.problems import Problem, Refusal

blueprint = Blueprint("breakdown", __name__, url_prefix="/sla/by")


def _show(name: str) -> ResponseReturnValue:
    """One table of the choice that the address makes, as for the report."""
    principal = manager()
    selection = selected(principal)
    is_hidden = name == PEOPLE and not by_person.is_shown(principal.tenant_id)
    return render_template(
        "report/breakdown.html",
        principal=principal,
        selection=selection,
        name=name,
        names={each: _(words) for each, words in NAMES.items()},
        tables=[] if is_hidden else _tables(name, selection),
        is_about_people=name == PEOPLE,
        may_choose=principal.role == Role.OWNER,
    )


def _csv(name: str) -> ResponseReturnValue:
    """The same as a file."""
    principal = manager()
    if name == PEOPLE and not by_person.is_shown(principal.tenant_id):
        abort(403, _("Reports by person are turned off. An owner can turn them on."))
    selection = selected(principal)
    response = make_response(csv_of(_table(name, selection)))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    file_name = f"sla-{name}-{selection.file_name}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


@blueprint.post("/people")
def choose() -> ResponseReturnValue:
    """Form: `shown` (on, off): whether reports tell people apart."""
    principal = manager()
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


def _tables(name: str, selection: Selection) -> list[Table]:
    return TOGETHER[name](selection) if name in TOGETHER else [_table(name, selection)]


def _table(name: str, selection: Selection) -> Table:
    try:
        return TABLES[name](selection)
    except TooMany:
        said = _("These days hold too many orders to list each: choose fewer days, or one restaurant.")
        raise Refusal(Problem(422, said)) from None
