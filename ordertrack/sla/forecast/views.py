"""The page of the forecast: orders by hour of the next days, and the same as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.sla.forecast import reading
from ordertrack.sla.forecast.demand import Forecast, forecast
from ordertrack.sla.forecast.forecast_table import Days, csv_table, days_of
from ordertrack.sla.report.tables.table_csv import csv_of
from ordertrack.sla.report.views import manager, restaurants_of
from ordertrack.tenants.principal import Principal
from ordertrack.web.problems import Problem, Refusal

blueprint = Blueprint("forecast", __name__)


@blueprint.get("/sla/forecast")
def show() -> ResponseReturnValue:
    """Query: `restaurant`, several; none: all that the asker may see."""
    principal, restaurants, chosen = _asked()
    made = _days(principal, restaurants, chosen) if restaurants else None
    return render_template(
        "report/forecast.html",
        principal=principal,
        restaurants=restaurants,
        chosen=chosen,
        is_all=len(chosen) == len(restaurants),
        made=made,
    )


@blueprint.get("/sla/forecast.csv")
def download() -> Response:
    """The same: a row an hour of a day."""
    principal, restaurants, chosen = _asked()
    if not restaurants:
        raise Refusal(Problem(404, _("There is no restaurant yet.")))
    made = _days(principal, restaurants, chosen)
    response = make_response(csv_of(csv_table(made)))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="forecast-{made.first}.csv"'
    return response


def _asked() -> tuple[Principal, list[RestaurantSettings], list[RestaurantSettings]]:
    """Who asks, the restaurants they may see, and those they chose."""
    principal = manager()
    restaurants = restaurants_of(principal)
    slugs = {slug for slug in request.args.getlist("restaurant") if slug}
    unknown = sorted(slugs - {each.slug for each in restaurants})
    if unknown:
        said = _("There is no restaurant %(name)s.", name=formats.quoted(unknown[0]))
        raise Refusal(Problem(422, said))
    return principal, restaurants, [each for each in restaurants if not slugs or each.slug in slugs]


def _days(
    principal: Principal, restaurants: Sequence[RestaurantSettings], chosen: Sequence[RestaurantSettings]
) -> Days:
    """From today on, which is the day of the restaurant that is furthest behind: all before it have ended."""
    now = dt.datetime.now(dt.UTC)
    today = min(each.calendar.day_of(now) for each in chosen)
    is_all = len(chosen) == len(restaurants) and all(
        principal.may_see(each.id) for each in cache.of_tenant(principal.tenant_id)
    )
    ids = [each.id for each in chosen]
    made: Forecast = forecast(reading.orders_by_hour(principal.tenant_id, ids, today, is_all=is_all))
    starts = chosen[0].calendar.rules_on(today).day_starts.hour
    return days_of(made, today, starts)
