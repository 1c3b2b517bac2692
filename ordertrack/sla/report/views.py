"""The reports: their page, its tables as files, and the shift that runs now, as it runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, make_response, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from ordertrack.i18n import formats
from ordertrack.i18n.translate import add_filters, marked, of_page, speaking
from ordertrack.orders.log import event_log
from ordertrack.restaurants import cache, naming
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.measure.figures import ERROR
from ordertrack.sla.report import (
    build,
    order_links,
    query_string,
    running,
    target_lines,
    terms,
    wording,
)
from ordertrack.sla.report.channel import CHANNEL
from ordertrack.sla.report.charts import charts
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.findings import findings
from ordertrack.sla.report.headline import of_chosen, tiles
from ordertrack.sla.report.query_string import Typed, UnusableChoice
from ordertrack.sla.report.running import latest_first, next_change
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.report.summary.of_change import compared_with
from ordertrack.sla.report.summary.telling import told
from ordertrack.sla.report.tables.report_tables import TABLES
from ordertrack.sla.report.tables.table import Table
from ordertrack.sla.report.tables.table_csv import csv_of
from ordertrack.streams import sse
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import managing_principal
from ordertrack.web.problems import Problem, Refusal

blueprint = Blueprint("sla", __name__)
MOST_TO_TICK = 30  # restaurants to be ticked; more are searched


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    add_filters(
        state.app.jinja_env,
        sla_time=wording.time,
        sla_share=formats.share,
        sla_days=formats.days,
        sla_stage=naming.stage,
        sla_measures=naming.measures,
        sla_open=wording.open_orders,
        beside_figure=wording.beside,
    )


@blueprint.get("/sla")
def show() -> ResponseReturnValue:
    """The report that the address chooses; 422 with the form as it was typed if it chooses none."""
    principal = manager()
    # Read before the figures: what moves in between is told by the stream, and asked for again.
    cursor = event_log.head(principal.tenant_id)
    restaurants = restaurants_of(principal)
    about = {"principal": principal, "restaurants": restaurants, **_choices(), **_found(restaurants)}
    try:
        selection = selection_of(principal, restaurants)
    except UnusableChoice as error:
        typed = Typed.in_address(request.args)
        return render_template("report/report.html", **about, typed=typed, problems=error.problems), 422
    typed = Typed.understood(selection)
    if not restaurants:
        return render_template("report/report.html", **about, typed=typed, problems={})
    return render_template(
        "report/report.html",
        **about,
        **figures(build.make(selection), _page(), request.args.get("find", "")[:80]),
        **_running(selection),
        typed=typed,
        problems={},
        cursor=cursor,
    )


def figures(made: Report, page: int = 1, find: str = "") -> dict[str, Any]:
    """What the page shows of a report: of its restaurants one page, of those whose names hold `find`."""
    tables = {name: make(made) for name, make in TABLES.items()}
    tables["restaurants"] = tables["restaurants"].paged(page, find, parse_qsl(made.selection.query))
    return {
        "summary": told(made),
        "compared_with": compared_with(made.selection),
        "explained": terms.explained(),
        "report": made,
        "selection": made.selection,
        "stage": of_chosen(made),
        "tiles": tiles(made),
        "beside": [
            (words, order_links.beside(made.selection, which))
            for which, words in wording.each_beside(of_chosen(made).now, made.selection.with_left_out)
        ],
        "findings": findings(made),
        "charts": charts(made),
        "tables": tables,
        "zone": _zone(made.selection),
        "is_unfinished": made.selection.hours_over is not None,
        "error": ERROR,
        "targets_said": target_lines.said(made.targets),
        "doubts": terms.doubts_explained(),
    }


@blueprint.get("/sla/restaurants")
def find_restaurants() -> str:
    """Restaurants whose names hold what is looked for, to be chosen from."""
    return render_template("report/_found.html", **_found(restaurants_of(manager())))


@blueprint.get("/sla/now")
def now() -> str:
    """The running shifts of the chosen restaurants, for a page that shows them already."""
    with speaking(of_page()):
        return render_template("report/_running_message.html", **_running(_understood()))


@blueprint.get("/sla/stream")
def stream() -> Response:
    """A message named `sla` whenever figures have moved."""
    principal = manager()
    return sse.answer(principal, CHANNEL.topic(principal.tenant_id), sse.requested_cursor())


def _download(make: Callable[[Report], Table]) -> Response:
    """One table of the report that the address chooses, as CSV."""
    selection = _understood()
    table = make(build.make(selection))
    name = f"sla-{table.name}-{selection.file_name}.csv"
    response = make_response(csv_of(table))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


for _name, _make in TABLES.items():
    blueprint.add_url_rule(f"/sla/{_name}.csv", f"{_name}_csv", partial(_download, _make))


def _choices() -> dict[str, Any]:
    """What the form offers, each with its name."""
    return {
        "presets": terms.presets(),
        "groupings": terms.groupings(),
        "fulfilments": Fulfilment,
        "stage_names": naming.stages(),
    }


def _found(restaurants: Sequence[RestaurantSettings]) -> dict[str, Any]:
    """Of many restaurants those whose names hold what is looked for, some of them; of few all."""
    if len(restaurants) <= MOST_TO_TICK:
        return {"found": restaurants, "more_found": 0, "is_searched": False}
    find = request.args.get("name", "").strip().casefold()
    found = [each for each in restaurants if find in each.name.casefold()] if find else []
    return {
        "found": found[:MOST_TO_TICK],
        "more_found": max(0, len(found) - MOST_TO_TICK),
        "is_searched": True,
        "looked_for": find,
    }


def _page() -> int:
    text = request.args.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def manager() -> Principal:
    """Who asks for reports; refused to others."""
    return managing_principal(marked("Reports are for managers and owners."))


def selection_of(principal: Principal, restaurants: Sequence[RestaurantSettings]) -> Selection:
    """What the address chooses of them; raises UnusableChoice."""
    return query_string.read(
        request.args,
        principal.tenant_id,
        restaurants,
        dt.datetime.now(dt.UTC),
        sees_all=principal.restaurants is None,
    )


def restaurants_of(principal: Principal) -> list[RestaurantSettings]:
    """Those that the principal may see."""
    return [each for each in cache.of_tenant(principal.tenant_id) if principal.may_see(each.id)]


def _understood() -> Selection:
    """The selection, where there is no form to put a sentence beside."""
    principal = manager()
    try:
        return selection_of(principal, restaurants_of(principal))
    except UnusableChoice as error:
        raise Refusal(Problem(422, str(error))) from error


def _running(selection: Selection) -> dict[str, Any]:
    shifts = latest_first(running.running(selection))
    return {"shifts": shifts, "again_at": next_change(shifts)}


def _zone(selection: Selection) -> Any:
    """In which moments are told: the first restaurant's."""
    return selection.restaurants[0].calendar.zone_on(selection.last)
