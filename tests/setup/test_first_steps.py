"""The first steps of a company: each page, what it refuses, and that any can be left for later."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.rollup import extend
from ordertrack.tenants import company
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal
from setup.conftest import RESTAURANT, alerts, save_restaurant
from support.cast import House, Person

SignIn = Callable[[Person], FlaskClient]
PATHS = ("/setup", "/setup/restaurant", "/setup/people", "/setup/board", "/setup/test-order")
PEOPLE = {
    "name": ["Nour", "Karim", ""],
    "role": ["kitchen", "dispatch", "kitchen"],
    "pin": ["7294", "5183", ""],
}


def tenant_of(client: FlaskClient) -> uuid.UUID:
    with client.session_transaction() as session:
        return uuid.UUID(session["_user_id"].partition(":")[0])


def test_every_page_is_there_before_anything_was_done_and_none_is_for_others(
    owner: FlaskClient, cedar: House, sign_in: SignIn
) -> None:
    for path in PATHS:
        assert owner.get(path).status_code == 200
    for person in (cedar.maya, cedar.nour, cedar.karim):
        client = sign_in(person)
        for path in PATHS:
            assert client.get(path).status_code == 403
            if path not in ("/setup", "/setup/board"):
                assert client.post(path).status_code == 403


def test_the_restaurant_has_its_short_name_zone_and_the_company_its_facts(
    app: Flask, owner: FlaskClient
) -> None:
    assert save_restaurant(owner).location == "/setup/people"
    tenant_id = tenant_of(owner)
    with tenant_context(app, tenant_id):
        made = db.session.query(Restaurant).one()
        assert (made.slug, made.name, made.timezone) == ("hamra", "Hamra", "Asia/Beirut")
        company.forget(tenant_id)
        assert (company.currency_of(tenant_id), company.languages_of(tenant_id)) == ("LBP", ("ar", "en"))
    assert "/r/hamra/" in owner.get("/setup/restaurant").text
    assert owner.get("/r/hamra/kitchen").status_code == 200


@pytest.mark.parametrize(
    ("name", "slug"),
    [("مطعم الأرز", "mtam-alarz"), ("Café d’Été", "cafe-d-ete"), ("寿司", "restaurant"), ("A & B", "a-b")],
)
def test_a_short_name_is_made_of_any_name(owner: FlaskClient, name: str, slug: str) -> None:
    assert save_restaurant(owner, name=name).status_code == 302
    assert f"/r/{slug}/…" in owner.get("/setup/restaurant").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "x" * 101), ("slug", "Not A Slug"), ("slug", "-"), ("slug", "x" * 41),
        ("timezone", ""), ("timezone", "EET"), ("timezone", "../etc/passwd"), ("currency", ""),
        ("currency", "XAU"), ("currency", "NIX"), ("languages", []), ("languages", ["de"]),
        ("rule_set", ""), ("rule_set", "loose"),
    ],
)  # fmt: skip
def test_what_cannot_be_of_a_restaurant_is_said_at_its_field_and_nothing_is_saved(
    refused_owner: FlaskClient, field: str, value: Any
) -> None:
    answer = save_restaurant(refused_owner, **{field: value})
    assert answer.status_code == 422
    assert alerts(answer.text) == [field]
    if field != "timezone":
        assert 'value="Beirut – Lebanon" data-own-zone' in answer.text
    assert "/r/" not in re.sub(r"/r/hamra/kitchen", "", refused_owner.get("/setup/restaurant").text)


def test_a_form_of_before_something_was_saved_is_refused_and_one_of_now_makes_no_second_restaurant(
    app: Flask, furnished: FlaskClient
) -> None:
    answer = furnished.post("/setup/restaurant", data=RESTAURANT | {"seen": "0 0 USD en,fr,ar"})
    assert answer.status_code == 422 and alerts(answer.text) == ["seen"]
    assert save_restaurant(furnished, currency="EUR").status_code == 302
    with tenant_context(app, tenant_of(furnished)):
        assert db.session.query(Restaurant).count() == 1


def test_several_people_at_once_can_sign_on(furnished: FlaskClient) -> None:
    assert furnished.post("/setup/people", data=PEOPLE).location == "/setup/board"
    page = furnished.get("/people").text
    assert "Nour" in page and "Karim" in page and page.count("Has a PIN") == 2


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("pin", ["7294", "12", ""]), ("pin", ["7294", "1234", ""]), ("pin", ["7294", "", ""]),
        ("name", ["Nour", "nour", ""]), ("name", ["Nour", "", ""]), ("role", ["kitchen", "owner", "kitchen"]),
    ],
)  # fmt: skip
def test_of_several_people_all_are_added_or_none(
    refused_owner: FlaskClient, field: str, values: list[str]
) -> None:
    answer = refused_owner.post("/setup/people", data=PEOPLE | {field: values})
    assert answer.status_code == 422
    assert "1" in alerts(answer.text)
    assert set(re.findall(r'name="(\w+)"[^>]*aria-invalid', answer.text)) == {field}
    assert 'aria-current="step"' in answer.text
    assert 'value="Nour"' in answer.text and 'value="7294"' in answer.text
    assert "Has a PIN" not in refused_owner.get("/people").text


def test_a_test_order_goes_in_stands_on_the_board_and_is_taken_back(
    app: Flask, furnished: FlaskClient, operator: psycopg.Connection[Any]
) -> None:
    assert furnished.post("/setup/test-order", data={"restaurant": "verdun"}).status_code == 422
    for _ in range(2):  # the second changes nothing
        assert furnished.post("/setup/test-order", data={"restaurant": "hamra"}).status_code == 302
    assert furnished.get("/r/hamra/kitchen").text.count("Only a test: nothing is to be made.") == 1
    assert "Order #1 is on the boards" in furnished.get("/setup/test-order").text
    assert furnished.post("/setup/test-order/back").status_code == 302
    assert "is done with" in furnished.get("/setup/test-order").text
    rows = operator.execute(
        "SELECT to_status, metadata ->> 'test', metadata ->> 'reason' FROM order_status_events"
        " WHERE tenant_id = %s ORDER BY seq",
        [tenant_of(furnished)],
    ).fetchall()
    assert rows == [("pending", "true", None), ("cancelled", "true", "Only a test")]
    (row,) = re.findall(r'class="status">(.*?)</td>', furnished.get("/orders").text)
    assert row == "<b>Test order</b> · Cancelled"
    (address,) = re.findall(r'class="number" href="(.*?)"', furnished.get("/orders").text)
    assert "nobody ordered it, and reports leave it out" in furnished.get(address).text
    for _ in range(2):
        furnished.post("/setup/test-order", data={"restaurant": "hamra"})
        furnished.post("/setup/test-order/back")
    assert furnished.get("/orders").text.count("<b>Test order</b> · Cancelled") == 3
    assert "cancelled within an hour" not in furnished.get("/").text, "three cancelled orders need attention"


@pytest.mark.parametrize("is_cooked", [False, True])
def test_reports_leave_a_test_order_out_however_it_ends(
    app: Flask,
    furnished: FlaskClient,
    operator: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
    is_cooked: bool,
) -> None:
    monkeypatch.setattr(extend, "MASS_WITHIN", -1)  # a wait that changes no figure
    tenant_id = tenant_of(furnished)
    furnished.post("/setup/test-order", data={"restaurant": "hamra"})
    (order_id,) = operator.execute("SELECT id FROM orders WHERE tenant_id = %s", [tenant_id]).fetchone() or ()
    steps = [("pending", "confirmed"), ("confirmed", "preparing"), ("preparing", "ready")]
    for seen, to in steps if is_cooked else []:
        answer = furnished.post(f"/orders/{order_id}/transitions", data={"seen": seen, "to": to})
        assert answer.status_code in (200, 204), answer.text
    furnished.post("/setup/test-order/back")
    assert counted(app, operator, tenant_id) == 0
    with tenant_context(app, tenant_id):
        assert extend.rebuild(tenant_id) == event_log.head(tenant_id).seq, "nothing is waited for"
    another = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Tea", 1),))
    with tenant_context(app, tenant_id):
        placed, _ = intake.place(another, by=Principal(tenant_id, "key:till", "Till"))
        for to in (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY):
            transitions.advance(placed, to, by=Principal(tenant_id, "key:till", "Till"))
    assert counted(app, operator, tenant_id) > 0, "others are counted"


def counted(app: Flask, operator: psycopg.Connection[Any], tenant_id: uuid.UUID) -> int:
    """In how many rows reports find something of this company."""
    with tenant_context(app, tenant_id):
        extend.rebuild(tenant_id)
    operator.rollback()
    rows = operator.execute("SELECT count(*) FROM sla_restaurant_days WHERE tenant_id = %s", [tenant_id])
    return int((rows.fetchone() or (0,))[0])


def test_what_the_kitchen_has_begun_is_not_taken_back_under_strict_rules(
    furnished: FlaskClient, operator: psycopg.Connection[Any]
) -> None:
    save_restaurant(furnished, rule_set="strict")
    furnished.post("/setup/test-order", data={"restaurant": "hamra"})
    (order_id,) = (
        operator.execute("SELECT id FROM orders WHERE tenant_id = %s", [tenant_of(furnished)]).fetchone()
        or ()
    )
    for seen, to in (("pending", "confirmed"), ("confirmed", "preparing")):
        furnished.post(f"/orders/{order_id}/transitions", data={"seen": seen, "to": to})
    answer = furnished.post("/setup/test-order/back")
    assert answer.status_code == 409 and "has begun the test order" in answer.text


def test_the_list_stands_on_the_first_page_until_it_is_done_or_put_away(
    app: Flask, furnished: FlaskClient
) -> None:
    assert "First steps: 1 of 4 done" in furnished.get("/").text
    furnished.post("/setup/people", data=PEOPLE)
    assert "First steps: 2 of 4 done" in furnished.get("/").text
    assert furnished.post("/setup/put-away").location == "/"
    assert "First steps" not in furnished.get("/").text
    assert furnished.get("/setup").status_code == 200


def test_whoever_was_not_founded_on_a_page_is_shown_no_list(cedar: House, sign_in: SignIn) -> None:
    assert "First steps" not in sign_in(cedar.maya).get("/").text
