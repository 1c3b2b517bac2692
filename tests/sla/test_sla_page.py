"""The report page as it is asked for: who may, what it says, and what it says to nonsense."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import uuid
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from ordertrack.database.session import db, tenant_context
from ordertrack.i18n import formats
from ordertrack.restaurants import cache, save
from ordertrack.restaurants.targets import Target
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.report import build, wording
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.selection import Grouping, Preset, Selection
from ordertrack.sla.report.tables.report_tables import TABLES
from ordertrack.sla.rollup import extend
from ordertrack.tenants.models import Restaurant
from support.cast import House, Person, with_another_maya
from support.houses.past_service import service, write

SignIn = Callable[[Person], FlaskClient]


def serve(app: Flask, operator_app: Flask, house: House) -> House:
    """Four weeks of service, with a target for the kitchen of Hamra only."""
    now = dt.datetime.now(dt.UTC)
    with tenant_context(app, house.tenant_id):
        hamra = next(each for each in cache.of_tenant(house.tenant_id) if each.slug == "hamra")
        since = hamra.calendar.day_of(now) - dt.timedelta(40)
        save.save_target(hamra.id, Target(Stage.KITCHEN, None, since, 900), by=house.maya.principal)
    write(operator_app, house, service(house, 7, now - dt.timedelta(28), 27.5, 400))
    with tenant_context(app, house.tenant_id):
        extend.rebuild(house.tenant_id)
    return house


@pytest.fixture(scope="module")
def served(app: Flask, operator_app: Flask, make_house: Callable[..., House]) -> House:
    """A house after four weeks; all who use it only read."""
    return serve(app, operator_app, make_house("Cedar", ("hamra", "jounieh")))


@pytest.fixture
def busy(operator_app: Flask, served: House) -> House:
    return with_another_maya(operator_app, served)


def report_of(app: Flask, house: House, **changes: object) -> Report:
    """The report of four weeks, straight from its maker."""
    with tenant_context(app, house.tenant_id):
        restaurants = tuple(cache.of_tenant(house.tenant_id))
        today = max(each.calendar.day_of(dt.datetime.now(dt.UTC)) for each in restaurants)
        first, last = Preset.FOUR_WEEKS.days(today)
        return build.make(Selection(house.tenant_id, first, last, restaurants).but(**changes))


def text_of(page: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("path", ["/sla", "/sla/now", "/sla/stream", "/sla/days.csv"])
def test_only_managers_see_reports(cedar: House, sign_in: SignIn, app: Flask, path: str) -> None:
    for person in (cedar.nour, cedar.karim):
        answer = sign_in(person).get(path)
        assert answer.status_code == 403
        assert "Reports are for managers and owners." in text_of(answer.text)
    assert app.test_client().get(path).status_code in (302, 401)


def test_where_nothing_happened_the_page_says_so_and_draws_nothing(cedar: House, sign_in: SignIn) -> None:
    answer = sign_in(cedar.maya).get("/sla")
    assert answer.status_code == 200
    assert "No order began this stage in this range." in text_of(answer.text)
    assert "<figure" not in answer.text
    assert "to compare with." in text_of(answer.text)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2026-11-20&to=2026-11-19", "The first day lies after the last."),
        ("from=1976-01-01&to=2026-01-01", "Choose days of the years 2000 to 2099."),
        ("from=2001-01-01&to=2051-01-01", "A report takes 400 days at most."),
        ("from=0001-01-01&to=0001-01-02", "Choose days of the years 2000 to 2099."),
        ("from=9999-12-31&to=9999-12-31", "Choose days of the years 2000 to 2099."),
        ("from=sometime&to=2026-11-19", "'sometime' is not a day"),
        ("from=2026-02-30&to=2026-03-01", "'2026-02-30' is not a day"),
        ("range=%00", "is none of today"),
        ("restaurant=nowhere", "There is no restaurant 'nowhere'."),
        ("restaurant=<script>", "There is no restaurant '<script>'."),
        ("stage=lunch", "'lunch' is none of accept"),
        ("fulfilment=drone", "'drone' is none of delivery"),
        ("group=%F0%9F%8D%95", "is none of shift, day, weekday"),
        ("doubtful=maybe", "neither in nor out"),
    ],
)
def test_nonsense_is_answered_with_a_sentence_and_the_form_as_it_was_typed(
    cedar: House, sign_in: SignIn, query: str, sentence: str
) -> None:
    client = sign_in(cedar.maya)
    answer = client.get(f"/sla?{query}")
    assert answer.status_code == 422
    assert sentence in text_of(answer.text)
    assert 'class="choice"' in answer.text and "<script>'" not in answer.text
    for path in ("/sla/now", "/sla/days.csv"):
        fragment = client.get(f"{path}?{query}")
        assert fragment.status_code == 422
        assert sentence in text_of(fragment.text)


def test_days_that_are_none_stay_in_the_form(cedar: House, sign_in: SignIn) -> None:
    page = sign_in(cedar.maya).get("/sla?from=sometime&to=2026-11-19&stage=road&restaurant=hamra").text
    assert '<input type="text" name="from" value="sometime">' in page
    assert '<option value="road" selected>' in page
    assert re.search(r'value="hamra" checked', page)


def test_somebody_elses_restaurant_is_as_unknown_as_one_that_does_not_exist(
    cedar: House, rival: House, sign_in: SignIn
) -> None:
    client = sign_in(cedar.maya)
    answers = [client.get(f"/sla?restaurant={slug}") for slug in (rival.restaurants[0], "nowhere")]
    assert [answer.status_code for answer in answers] == [422, 422]
    theirs, nobodys = (
        answer.text.replace(slug, "x")
        for answer, slug in zip(answers, (rival.restaurants[0], "nowhere"), strict=True)
    )
    strip = re.compile(r'data-now="\d+"')
    assert strip.sub("", theirs) == strip.sub("", nobodys)


def test_the_page_says_what_the_report_says(app: Flask, busy: House, sign_in: SignIn) -> None:
    made = report_of(app, busy)
    said = text_of(sign_in(busy.maya).get("/sla?range=28").text)
    kitchen = next(stage for stage in made.stages if stage.stage is Stage.KITCHEN).now
    assert kitchen.count > 200 and kitchen.all_left_out > 10
    for figure in (
        f"Orders that began {made.fates.orders:,} {made.fates.now.completed:,} completed",
        f"of {kitchen.count:,} times",
        f"Half within (p50) {wording.time(kitchen.p50)}",
        f"9 of 10 within (p90) {wording.time(kitchen.p90)}",
        f"In target {formats.share(kitchen.share)}",
        wording.left_out_text(kitchen.left_out),
        "Times within 2%",
        "Figures up to",
    ):
        assert figure in said, figure
    for order in made.slowest:
        assert f"{order.number} {order.restaurant} {formats.day(order.business_date)}" in said


def test_a_day_that_still_runs_is_said_to_be_unfinished(cedar: House, sign_in: SignIn) -> None:
    client = sign_in(cedar.maya)
    assert "The last day is still running." in text_of(client.get("/sla?range=7").text)
    assert "still running" not in text_of(client.get("/sla?range=yesterday").text)


def test_slow_and_doubtful_orders_lead_to_their_stories(app: Flask, busy: House, sign_in: SignIn) -> None:
    made = report_of(app, busy)
    client = sign_in(busy.maya)
    page = client.get("/sla?range=28").text
    assert made.slowest and made.doubtful
    for order in (*made.slowest, *made.doubtful):
        assert f'href="/orders/{order.order_id}"' in page
    assert client.get(f"/orders/{made.slowest[0].order_id}").status_code == 200


def test_doubtful_times_are_counted_in_with_one_switch(app: Flask, busy: House, sign_in: SignIn) -> None:
    client = sign_in(busy.maya)
    page = client.get("/sla?range=28").text
    link = next(unescape(each) for each in re.findall(r'href="(/sla\?[^"]*doubtful=in[^"]*)"', page))
    trusted = report_of(app, busy)
    everything = report_of(app, busy, with_left_out=True)
    said = text_of(client.get(link).text)
    counts = [made.stages[list(Stage).index(Stage.KITCHEN)].now for made in (trusted, everything)]
    assert counts[1].count == counts[0].count + counts[0].all_left_out
    assert f"of {counts[1].count:,} times" in said
    assert f"{counts[0].all_left_out} doubtful, counted in" in said


def test_every_link_on_the_page_leads_somewhere(busy: House, sign_in: SignIn) -> None:
    client = sign_in(busy.maya)
    page = client.get("/sla?range=28&restaurant=hamra&fulfilment=delivery").text
    links = {unescape(each) for each in re.findall(r'href="(\?[^"]*|/sla[^"]*)"', page)}
    reports = {f"/sla{link}" if link.startswith("?") else link for link in links}
    asked = {link for link in reports if not link.startswith("/sla/settings")}
    assert len(asked) > 40
    for link in asked:
        assert client.get(link).status_code == 200, link


def test_a_link_keeps_what_else_was_chosen(busy: House, sign_in: SignIn) -> None:
    page = sign_in(busy.maya).get("/sla?range=28&restaurant=hamra&fulfilment=delivery&doubtful=in").text
    road = next(unescape(each) for each in re.findall(r'href="(\?[^"]*stage=road[^"]*)"', page))
    for part in ("range=28", "restaurant=hamra", "fulfilment=delivery", "doubtful=in"):
        assert part in road


def test_without_a_target_the_page_says_where_to_set_one_and_shows_no_share(
    busy: House, sign_in: SignIn
) -> None:
    page = sign_in(busy.maya).get("/sla?range=28&stage=cook&restaurant=jounieh").text
    assert 'href="/sla/settings/jounieh"' in page
    assert "No target is set for this stage" in text_of(page)
    assert 'id="shares"' not in page


@pytest.mark.parametrize("name", TABLES)
def test_every_table_of_the_page_can_be_had_as_a_file(
    app: Flask, busy: House, sign_in: SignIn, name: str
) -> None:
    client = sign_in(busy.maya)
    group = "&group=weekday" if name == "periods" else ""
    page = client.get(f"/sla?range=28&fulfilment=delivery{group}").text
    address = next(unescape(each) for each in re.findall(rf'href="(/sla/{name}\.csv\?[^"]*)"', page))
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        rf'attachment; filename="sla-{name}-kitchen-delivery-\d{{4}}-\d\d-\d\d-\d{{4}}-\d\d-\d\d\.csv"',
        answer.headers["Content-Disposition"],
    )
    table = TABLES[name](
        report_of(app, busy, fulfilment=Fulfilment.DELIVERY, **({"group": Grouping.WEEKDAY} if group else {}))
    )
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(table.rows) + 1 > 1
    if name == "slowest":
        assert [uuid.UUID(row[1]) for row in rows[1:]] == [row.cells[0].order_id for row in table.rows]


def test_charts_are_given_numbers_and_nothing_that_a_browser_would_run(
    app: Flask, operator_app: Flask, cedar: House, sign_in: SignIn
) -> None:
    serve(app, operator_app, cedar)
    name = "</script><img src=x onerror=alert(1)>"
    renamed = update(Restaurant).where(Restaurant.tenant_id == cedar.tenant_id, Restaurant.slug == "hamra")
    with tenant_context(operator_app, cedar.tenant_id):
        db.session.execute(renamed.values(name=name))
        db.session.commit()
    cache.forget_all()
    page = sign_in(cedar.maya).get("/sla?range=28&group=restaurant").text
    assert name not in page
    blocks = re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    charts = [json.loads(block) for block in blocks]
    assert {chart["kind"] for chart in charts} == {"bars", "shares", "hours"}
    assert any(name in label for chart in charts for label in chart.get("labels", ()))


def test_a_house_without_restaurants_is_told_how_to_make_one(
    make_house: Callable[..., House], sign_in: SignIn
) -> None:
    client = sign_in(make_house("Empty", ()).maya)
    assert "There is no restaurant yet." in client.get("/sla").text
    assert client.get("/sla/now").status_code == 200
    assert client.get("/sla/days.csv").status_code == 200


def test_the_running_shift_is_a_fragment_that_replaces_the_panel(busy: House, sign_in: SignIn) -> None:
    fragment = sign_in(busy.maya).get("/sla/now?range=28").text
    assert fragment.startswith('<hx-partial hx-target="#running" hx-swap="innerHTML">')
    assert "<html" not in fragment
