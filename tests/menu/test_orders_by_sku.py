"""An order names dishes of the menu by the company's own words: it takes name, station and time from them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.api_caller import Caller, assert_problem
from menu.menus import KEBAB, TEA, save
from ordertrack.database.session import db, tenant_context
from ordertrack.menu import sold_out
from ordertrack.orders.reading import records
from ordertrack.tenants import company
from ordertrack.tenants.models import Tenant
from support.cast import House, Person


@pytest.fixture
def till(app: Flask, cedar: House) -> Caller:
    """Cedar's program; Cedar has a menu."""
    save(app, cedar)
    return Caller(app, cedar)


def dish(sku: str = "kebab", **more: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": 1, **more}


def lines(order: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    stations = [line["station"] for line in order["lines"]]
    return [(i["name"], i["sku"], s) for i, s in zip(order["items"], stations, strict=True)]


def test_a_line_takes_its_name_and_its_station_from_the_menu(till: Caller) -> None:
    free = {"name": "Kebab as for Ali", "quantity": 1}
    order = till.place(items=[dish(notes="no onion"), dish(station="Fryer"), dish("tea"), free])
    assert lines(order) == [
        ("Kebab", "kebab", "Grill"),
        ("Kebab", "kebab", "Fryer"),
        ("Thé", "tea", None),
        ("Kebab as for Ali", None, None),
    ]


def test_the_name_is_in_the_language_that_the_company_prefers(operator_app: Flask, till: Caller) -> None:
    with operator_app.app_context():
        found = db.session.get(Tenant, till.house.tenant_id)
        assert found is not None
        found.languages = ["ar", "en"]
        db.session.commit()
    company.forget(till.house.tenant_id)
    assert till.place(items=[dish()])["items"][0]["name"] == "كباب"


def test_an_order_keeps_what_it_has_when_the_menu_changes(app: Flask, till: Caller) -> None:
    order = till.place(items=[dish()])
    save(app, till.house, {**KEBAB, "names": {"en": "Kebab deluxe"}, "station": "Fryer"})
    assert lines(till.get(f"/orders/{order['id']}").json) == [("Kebab", "kebab", "Grill")]
    save(app, till.house, TEA)
    assert lines(till.get(f"/orders/{order['id']}").json) == [("Kebab", "kebab", "Grill")]


def test_what_the_menu_has_not_is_422_and_says_which(app: Flask, till: Caller) -> None:
    save(app, till.house, KEBAB)
    body = {"restaurant": "hamra", "fulfilment": "pickup", "items": [dish(), dish("soup"), dish("tea")]}
    said = assert_problem(till.post("/orders", body), 422)
    assert said["skus"] == ["soup", "tea"]
    assert said["detail"] == "The menu has no dish soup. No longer on the menu: tea."
    assert said["type"].endswith("/problems/not-on-the-menu")
    assert till.written() == (0, 0)


def test_what_is_sold_out_is_409_and_says_until_when(app: Flask, till: Caller, hamra: uuid.UUID) -> None:
    with tenant_context(app, till.house.tenant_id):
        sold_out.mark(hamra, "kebab", True, by=till.house.nour.principal)
        until = sold_out.until(till.house.tenant_id, hamra)
    body = {"restaurant": "hamra", "fulfilment": "pickup", "items": [dish("tea"), dish()]}
    said = assert_problem(till.post("/orders", body), 409)
    assert said["sold_out"] == [{"sku": "kebab", "until": until.isoformat()}]
    assert said["type"].endswith("/problems/dish-sold-out") and "Kebab" in said["detail"]
    assert till.post("/orders", body | {"restaurant": "jounieh"}).status_code == 201
    assert till.post("/orders", body | {"items": [{"name": "Kebab", "quantity": 1}]}).status_code == 201


def test_a_call_that_is_repeated_is_the_same_order_whatever_the_menu_is_by_now(
    app: Flask, till: Caller, hamra: uuid.UUID
) -> None:
    body = {"restaurant": "hamra", "fulfilment": "pickup", "items": [dish()]}
    key = {"Idempotency-Key": "k-1"}
    first = till.post("/orders", body, headers=key)
    with tenant_context(app, till.house.tenant_id):
        sold_out.mark(hamra, "kebab", True, by=till.house.nour.principal)
    save(app, till.house, TEA)
    again = till.post("/orders", body, headers=key)
    assert (first.status_code, again.status_code, again.json["id"]) == (201, 200, first.json["id"])


@pytest.mark.parametrize("item", [{"quantity": 1}, {"quantity": 1, "sku": "kebab", "name": "Kebab"}])
def test_an_item_is_named_in_one_way(till: Caller, item: dict[str, Any]) -> None:
    body = {"restaurant": "hamra", "fulfilment": "pickup", "items": [item]}
    said = assert_problem(till.post("/orders", body), 422)
    assert said["errors"][0]["field"] == "items.0"
    assert "`name`" in said["detail"] and "`sku`" in said["detail"]


def test_a_change_names_dishes_as_an_order_does(app: Flask, till: Caller, hamra: uuid.UUID) -> None:
    order = till.place(items=[dish()])
    path = f"/orders/{order['id']}/changes"

    def change(*wanted: dict[str, Any]) -> Any:
        revision = till.get(f"/orders/{order['id']}").json["revision"]
        return till.post(path, {"revision": revision, "changes": wanted})

    more = {"do": "change_line", "line": 1, "item": dish(quantity=3)}
    added = change({"do": "add_line", "item": dish("tea")}, more)
    assert lines(added.json)[1:] == [("Thé", "tea", None), ("Kebab", "kebab", "Grill")]
    assert_problem(change({"do": "add_line", "item": dish("soup")}), 422)
    with tenant_context(app, till.house.tenant_id):
        sold_out.mark(hamra, "tea", True, by=till.house.nour.principal)
    assert_problem(change({"do": "add_line", "item": dish("tea")}), 409)
    assert len(till.get(f"/orders/{order['id']}").json["items"]) == 3


def test_who_edits_a_line_on_the_page_keeps_its_dish(
    app: Flask, till: Caller, hamra: uuid.UUID, sign_in: Callable[[Person], FlaskClient]
) -> None:
    order = till.place(items=[dish()])
    with tenant_context(app, till.house.tenant_id):
        sold_out.mark(hamra, "kebab", True, by=till.house.nour.principal)
    form = {"revision": str(order["revision"]), "line-1-quantity": "2"}
    answer = sign_in(till.house.karim).post(f"/orders/{order['id']}/change", data=form)
    assert answer.status_code == 303, answer.text
    assert lines(till.get(f"/orders/{order['id']}").json)[1:] == [("Kebab", "kebab", "Grill")]


def test_a_dish_that_takes_longer_than_the_kitchen_is_begun_sooner(app: Flask, till: Caller) -> None:
    """The kitchen takes 20 minutes for any order until it has learned better."""
    save(app, till.house, {**KEBAB, "prepare_seconds": 3600}, {**TEA, "prepare_seconds": 60})
    promised = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=5)).isoformat()

    def start(*items: dict[str, Any]) -> dt.datetime:
        order = till.place(items=list(items), promised_at=promised, fulfilment="pickup")
        with tenant_context(app, till.house.tenant_id):
            found = records.find(till.house.tenant_id, uuid.UUID(order["id"]))
            assert found is not None and found.start_by is not None
            return found.start_by

    plain = start({"name": "Soup", "quantity": 1})
    assert start(dish("tea")) == plain
    assert plain - start(dish("tea"), dish()) == dt.timedelta(minutes=40)
    order = till.place(items=[dish()], promised_at=promised, fulfilment="pickup")
    sooner = (dt.datetime.fromisoformat(promised) - dt.timedelta(hours=1)).isoformat()
    wanted = {"revision": order["revision"], "changes": [{"do": "set", "promised_at": sooner}]}
    moved = till.post(f"/orders/{order['id']}/changes", wanted).json
    between = (dt.datetime.fromisoformat(each["start_by"]) for each in (order, moved))
    assert next(between) - next(between) == dt.timedelta(hours=1)
