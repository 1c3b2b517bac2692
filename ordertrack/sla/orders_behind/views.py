"""The page and the file of the orders behind a figure."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from ordertrack.i18n import formats, labels
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import naming
from ordertrack.sla.orders_behind import behind as asked
from ordertrack.sla.orders_behind import finding, order_table
from ordertrack.sla.orders_behind.behind import Behind
from ordertrack.sla.orders_behind.choosing import chosen_restaurants, selected
from ordertrack.sla.orders_behind.finding import BehindOrder, TooMany
from ordertrack.sla.report.query_string import UnusableChoice
from ordertrack.sla.report.tables.table_csv import csv_of
from ordertrack.sla.report.views import manager
from ordertrack.tenants.principal import Principal
from ordertrack.web.problems import Problem, Refusal

blueprint = Blueprint("orders_behind", __name__)
A_PAGE = 100


@blueprint.get("/sla/orders")
def show() -> ResponseReturnValue:
    """A page of them: the choice of the report, then `shift`, `weekday`, `hour`, `which`, `sort`, `page`."""
    principal = manager()
    behind = _asked(principal)
    found = _found(behind)
    pages = max(1, -(-len(found) // A_PAGE))
    behind = behind.but(page=min(behind.page, pages))
    shown = _numbered(behind, found[(behind.page - 1) * A_PAGE : behind.page * A_PAGE])
    return render_template(
        "report/orders_behind.html",
        principal=principal,
        asked=behind,
        selection=behind.selection,
        about=_about(behind),
        table=order_table.table_of(shown),
        count=len(found),
        late=sum(order.late_by is not None for order in found),
        pages=pages,
        which=order_table.which(),
        sorts=order_table.sorts(),
    )


@blueprint.get("/sla/orders.csv")
def csv() -> ResponseReturnValue:
    """All of them."""
    behind = _asked(manager())
    table = order_table.table_of(_numbered(behind, _found(behind)))
    response = make_response(csv_of(table))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = f"sla-orders-{behind.selection.file_name}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _about(behind: Behind) -> list[str]:
    """What is chosen besides stage and days."""
    selection, said = behind.selection, []
    if behind.shift is not None:
        said.append(naming.shift(behind.shift) if behind.shift else _("Outside shifts"))
    if behind.weekday is not None:
        said.append(naming.weekdays()[behind.weekday])
    if behind.hour is not None:
        said.append(formats.hour(behind.hour))
    if selection.fulfilment:
        said.append(labels.fulfilment(selection.fulfilment))
    return [*said, *chosen_restaurants(selection)]


def _asked(principal: Principal) -> Behind:
    try:
        return asked.read(request.args, selected(principal))
    except UnusableChoice as error:
        raise Refusal(Problem(422, str(error))) from error


def _found(behind: Behind) -> list[BehindOrder]:
    try:
        return finding.find(behind)
    except TooMany:
        said = _("These days hold too many orders to list each: choose fewer days, or one restaurant.")
        raise Refusal(Problem(422, said)) from None


def _numbered(behind: Behind, found: Sequence[BehindOrder]) -> list[BehindOrder]:
    return finding.numbered(behind.selection.tenant_id, found)
