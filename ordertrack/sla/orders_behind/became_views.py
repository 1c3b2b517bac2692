"""The page and the file of the orders behind a count of what became of orders."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from ordertrack.i18n.translate import gettext as _
from ordertrack.sla.orders_behind import became, became_table, finding_became
from ordertrack.sla.orders_behind.became import AskedFate
from ordertrack.sla.orders_behind.choosing import chosen_restaurants, selected
from ordertrack.sla.orders_behind.finding_became import A_PAGE, MOST_IN_A_FILE, BecameOrder
from ordertrack.sla.report.query_string import UnusableChoice
from ordertrack.sla.report.tables.table import Table
from ordertrack.sla.report.tables.table_csv import csv_of
from ordertrack.sla.report.views import manager
from ordertrack.tenants.principal import Principal
from ordertrack.web.problems import Problem, Refusal

blueprint = Blueprint("became", __name__)


@blueprint.get("/sla/became")
def show() -> ResponseReturnValue:
    """A page of them: the choice of the report, then `fate`, `before`, `reason`, `hour`, `page`."""
    principal = manager()
    asked = _asked(principal)
    found, count = finding_became.find(asked)
    if not found and asked.page > 1:  # behind the last one
        asked = asked.but(page=1)
        found, count = finding_became.find(asked)
    pages = max(1, -(-count // A_PAGE))
    return render_template(
        "report/became.html",
        principal=principal,
        asked=asked,
        selection=asked.selection,
        about=[*became_table.about(asked), *chosen_restaurants(asked.selection)],
        table=_table(asked, found),
        count=count,
        pages=pages,
        fates=became_table.fates(),
    )


@blueprint.get("/sla/became.csv")
def csv() -> ResponseReturnValue:
    """All of them; refused where they are too many for one file."""
    asked = _asked(manager()).but(page=1)
    found, count = finding_became.find(asked, MOST_IN_A_FILE)
    if count > MOST_IN_A_FILE:
        said = _("These days hold too many orders to list each: choose fewer days, or one restaurant.")
        raise Refusal(Problem(422, said))
    response = make_response(csv_of(_table(asked, found)))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = f"sla-{asked.fate}-{asked.selection.file_name}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _table(asked: AskedFate, found: list[BecameOrder]) -> Table:
    return became_table.table_of(found, {each.id: each for each in asked.selection.restaurants})


def _asked(principal: Principal) -> AskedFate:
    selection = selected(principal)
    try:
        return became.read(request.args, selection)
    except UnusableChoice as error:
        raise Refusal(Problem(422, str(error))) from error
