"""What a report counts, program and person can have: the figures as numbers, and the orders behind each."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from api.api_caller import Caller, assert_problem
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import cache
from ordertrack.rules.scopes import Scope
from ordertrack.sla.breakdown.tables import TABLES as FURTHER
from ordertrack.sla.orders_behind import finding
from ordertrack.sla.report import build, query_string
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.selection import Preset
from ordertrack.sla.report.tables.report_tables import TABLES
from ordertrack.sla.report.tables.table import COUNT
from ordertrack.tenants import accounts
from ordertrack.tenants.keys import api_keys
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.staff import people, staff_accounts
from support.cast import House, Person, hire_owner

SignIn = Callable[[Person], FlaskClient]


def report_of(app: Flask, house: House, *slugs: str) -> Report:
    with tenant_context(app, house.tenant_id):
        known = [each for each in cache.of_tenant(house.tenant_id) if not slugs or each.slug in slugs]
        asked = MultiDict({"range": Preset.FOUR_WEEKS})
        now = dt.datetime.now(dt.UTC)
        return build.make(query_string.read(asked, house.tenant_id, known, now, sees_all=not slugs))


def listed(client: FlaskClient, address: str) -> list[dict[str, str]]:
    """What the file has of a page of orders."""
    return rows_of(client, address.replace("/sla/orders?", "/sla/orders.csv?"))


def rows_of(client: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_behind_each_count_of_what_became_of_orders_are_as_many(
    app: Flask, busy: House, sign_in: SignIn
) -> None:
    maya, made = sign_in(busy.maya), report_of(app, busy)
    rows = TABLES["fates"](made).rows
    counted = {row.cells[0]: row.cells[1] for row in rows if row.orders}
    found = {
        row.cells[0]: len(rows_of(maya, row.orders.replace("/sla/became?", "/sla/became.csv?")))
        for row in rows
        if row.orders
    }
    assert found == counted
    assert counted["Orders"] > 100 and len(counted) > 5
    page = maya.get(rows[0].orders).text
    assert f"{counted['Orders']:,} orders that began on these days." in page and "Page 1 of" in page
    assert "Page 1 of" in maya.get(f"{rows[0].orders}&page=999").text
    with tenant_context(app, busy.tenant_id):
        for name in ("cancelled", "cancelled_by_restaurant", "cancelled_by_hour"):
            (place,) = (
                at
                for at, each in enumerate(FURTHER[name](made.selection).columns)
                if at and each.kind is COUNT and each.title in ("Orders", "Cancelled")
            )
            for row in FURTHER[name](made.selection).rows:
                address = str(row.orders).replace("/sla/became?", "/sla/became.csv?")
                assert len(rows_of(maya, address)) == row.cells[place]
    said = maya.get("/sla/by/cancelled?range=28").text
    assert "Cancelled, by restaurant" in said and "Cancelled, by the hour in which they began" in said


def test_a_fate_that_cannot_be_asked_is_refused_with_a_sentence(busy: House, sign_in: SignIn) -> None:
    maya = sign_in(busy.maya)
    for asked in ("fate=lost", "before=completed", "hour=24", "page=x", "reason=%00"):
        assert maya.get(f"/sla/became?range=7&{asked}").status_code == 422
    assert sign_in(busy.nour).get("/sla/became?range=7").status_code == 403
    assert maya.get("/sla/became?range=7&fate=cancelled&reason=%25(x)s").status_code == 200


def test_behind_each_bar_and_cell_are_as_many_orders_as_it_counts(
    app: Flask, busy: House, sign_in: SignIn
) -> None:
    maya, report = sign_in(busy.maya), report_of(app, busy)
    for name in ("stages", "shifts", "days", "restaurants", "hours"):
        rows = [row for row in TABLES[name](report).rows if row.orders]
        assert rows
        for row in rows[:: max(1, len(rows) // 4)]:
            count = row.cells[2] if name == "hours" else row.cells[1]
            assert len(listed(maya, row.orders or "")) == count, (name, row)
    figures = next(each.now for each in report.stages if each.stage == report.selection.stage)
    behind = f"/sla/orders?{report.selection.query}"
    late = listed(maya, f"{behind}&which=late")
    assert len(late) == figures.judged - figures.in_target > 1
    by = [float(row["Late by (s)"]) for row in late]
    assert by == sorted(by, reverse=True)
    assert all(
        float(row["Time (s)"]) - float(row["Target (s)"])
        == pytest.approx(float(row["Late by (s)"]), abs=0.11)
        for row in late
    )
    assert len(listed(maya, f"{behind}&which=left_out")) == figures.all_left_out > 0
    slowest = listed(maya, f"{behind}&sort=longest")[:10]
    assert [row["Order id"] for row in slowest] == [str(each.order_id) for each in report.slowest]


def test_a_page_has_a_hundred_and_leads_to_the_next_to_each_story_and_to_the_file(
    app: Flask, busy: House, sign_in: SignIn
) -> None:
    maya = sign_in(busy.maya)
    assert "/sla/orders?range=28" in unescape(maya.get("/sla?range=28").text)
    first = maya.get("/sla/orders?range=28&sort=newest")
    stories = re.findall(r'href="(/orders/[0-9a-f-]{36})"', first.text)
    assert len(stories) == 100 and maya.get(stories[0]).status_code == 200
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = maya.get(f"/sla/orders{unescape(following)}")
    assert not set(stories) & set(re.findall(r'href="(/orders/[0-9a-f-]{36})"', second.text))
    assert "Page 2 of " in second.text and 'rel="prev"' in second.text
    assert maya.get("/sla/orders?range=28&page=9999").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["weekday=7", "hour=x", "which=all", "sort=up", "page=0", "page=²", "range=1", "restaurant=nowhere"],
)
def test_a_figure_that_there_is_not_is_refused_in_a_sentence(
    busy: House, sign_in: SignIn, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya = sign_in(busy.maya)
    assert maya.get(f"/sla/orders?{query}").status_code == 422
    monkeypatch.setattr(finding, "MOST_EVENTS", 10)
    answer = maya.get("/sla/orders?range=28")
    assert answer.status_code == 422 and "choose fewer days" in answer.text
    assert sign_in(busy.nour).get("/sla/orders").status_code == 403


def caller(operator_app: Flask, app: Flask, house: House, **narrowed: Any) -> Caller:
    with operator_app.app_context():
        _, secret = api_keys.create_key(accounts.find_tenant(house.slug), "Figures", **narrowed)
    return Caller(app, replace(house, key=secret))


def id_of(app: Flask, house: House, slug: str) -> uuid.UUID:
    with tenant_context(app, house.tenant_id):
        return next(each.id for each in cache.of_tenant(house.tenant_id) if each.slug == slug)


def test_a_program_reads_the_figures_of_the_page_of_its_restaurants_alone(
    app: Flask, operator_app: Flask, served: House
) -> None:
    every = caller(operator_app, app, served, scopes=[Scope.REPORTS_READ])
    one = caller(
        operator_app,
        app,
        served,
        scopes=[Scope.REPORTS_READ],
        restaurants=["hamra"],
    )
    for program, slugs in ((every, ()), (one, ("hamra",))):
        report, said = report_of(app, served, *slugs), program.get("/reports/times?range=28").json
        for told, made in zip(said["stages"], report.stages, strict=True):
            assert told["stage"] == made.stage
            for part in ("now", "compared", "before"):
                figures = getattr(made, part)
                assert told[part]["count"] == figures.count
                assert told[part]["p90"] == pytest.approx(figures.p90, abs=0.001)
                assert told[part]["in_target"] == figures.in_target
        assert [each["restaurant"] for each in said["restaurants"]] == [
            each.key for each in report.restaurants
        ]
        assert [each["figures"]["count"] for each in said["days"]] == [
            each.figures.count for each in report.days
        ]
        assert [each["id"] for each in said["slowest"]] == [str(each.order_id) for each in report.slowest]
    assert "jounieh" not in one.get("/reports/times?range=28").text.lower()
    assert_problem(one.get("/reports/times?restaurant=jounieh"), 404)
    assert_problem(caller(operator_app, app, served, scopes=[Scope.ORDERS_READ]).get("/reports/times"), 403)
    for wrong in ("range=3", "from=2026-01-01", "from=2026-02-01&to=2026-01-01", "from=1&to=2", "stage=x"):
        assert_problem(every.get(f"/reports/times?{wrong}"), 400)


def test_a_manager_of_some_restaurants_reads_no_figure_of_the_others(
    app: Flask, operator_app: Flask, busy: House, sign_in: SignIn
) -> None:
    hamra = id_of(app, busy, "hamra")
    with operator_app.app_context():
        member = staff_accounts.find_staff_member(accounts.find_tenant(busy.slug), busy.maya.email)
        owner = Principal(busy.tenant_id, "program:ordertrack", "ordertrack")
        assert people.change_work(member, member.role, [hamra], by=owner, seen=people.work_of(member))
    maya = sign_in(busy.maya)
    report = report_of(app, busy, "hamra")
    assert maya.get("/sla?range=28").status_code == 200
    rows = rows_of(maya, "/sla/stages.csv?range=28")
    assert [int(row["Counted"]) for row in rows] == [each.now.count for each in report.stages]
    assert {row["Restaurant"] for row in listed(maya, "/sla/orders?range=28")} == {"Hamra"}


def test_people_are_not_told_apart_until_an_owner_wants_it(
    operator_app: Flask, busy: House, sign_in: SignIn
) -> None:
    maya, nour = sign_in(busy.maya), sign_in(busy.nour)
    for name in FURTHER:
        assert nour.get(f"/sla/by/{name}").status_code == 403
        page = maya.get(f"/sla/by/{name}?range=28")
        assert page.status_code == 200 and "Back to the report" in page.text
    assert "not good for judging people" in page.text and "Nour" not in page.text
    assert len(rows_of(maya, "/sla/by/stations.csv?range=28")) == 1
    assert maya.get("/sla/by/stations?range=3").status_code == 422
    assert maya.get("/sla/by/people.csv?range=28").status_code == 403
    assert maya.post("/sla/by/people", data={"shown": "on"}).status_code == 403
    owner = sign_in(hire_owner(operator_app, busy))
    assert owner.post("/sla/by/people", data={"shown": "maybe"}).status_code == 422
    assert owner.post("/sla/by/people", data={"shown": "on"}).status_code == 302
    assert {row["Who ended the stage"] for row in rows_of(maya, "/sla/by/people.csv?range=28")} == {
        "Nour",
        "Karim",
    }
    assert "Reports by person" in owner.get("/audit").text
    assert owner.post("/sla/by/people", data={"shown": "off"}).status_code == 302
    assert maya.get("/sla/by/people.csv?range=28").status_code == 403
