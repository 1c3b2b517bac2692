"""The call about reports: the figures that managers read on the report page."""

from __future__ import annotations

import datetime as dt

from flask import Response
from werkzeug.datastructures import MultiDict

from ordertrack.api import problems, reading
from ordertrack.api.authentication import principal
from ordertrack.api.blueprint import answer, blueprint
from ordertrack.api.confinement import require_restaurant
from ordertrack.api.queries import ReportQuery
from ordertrack.api.report_answers import ReportAnswer
from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.sla.report import build, query_string
from ordertrack.sla.report.query_string import UnusableChoice
from ordertrack.sla.report.selection import Selection
from ordertrack.web.problems import Problem, Refusal


@blueprint.get("/reports/times")
def report_of_times() -> Response:
    """How long stages took in some restaurants on some days."""
    return answer(ReportAnswer.of(build.make(_selection(reading.query(ReportQuery)))))


def _selection(asked: ReportQuery) -> Selection:
    """What is asked for, of the restaurants that the key is for; raises Refusal or RestaurantNotFound."""
    restaurants = [each for each in cache.of_tenant(principal().tenant_id) if principal().may_see(each.id)]
    if not restaurants:
        raise Refusal(Problem(404, "There is no restaurant that a report could be of."))
    named = [require_restaurant(principal(), slug).slug for slug in asked.slugs]
    try:
        return _read(asked, named, restaurants)
    except UnusableChoice as error:
        raise problems.refusal(error.problems.items(), 400) from None


def _read(asked: ReportQuery, named: list[str], restaurants: list[RestaurantSettings]) -> Selection:
    said = {
        "range": asked.range,
        "from": asked.from_ and asked.from_.isoformat(),
        "to": asked.to and asked.to.isoformat(),
        "fulfilment": asked.fulfilment,
        "stage": asked.stage,
        "doubtful": asked.doubtful,
    }
    address = MultiDict(
        [*((name, value) for name, value in said.items() if value), *(("restaurant", slug) for slug in named)]
    )
    now = dt.datetime.now(dt.UTC)
    return query_string.read(
        address, principal().tenant_id, restaurants, now, sees_all=principal().restaurants is None
    )
