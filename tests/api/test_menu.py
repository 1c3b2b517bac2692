"""The menu over the API: read with an ETag, replaced as a whole, refused item by item."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from api.api_caller import Caller, assert_problem
from menu.menus import CATEGORIES, KEBAB, PLAIN, TEA, a_menu
from ordertrack.database.session import db, tenant_context
from ordertrack.rules.scopes import Scope
from ordertrack.tenants import accounts
from ordertrack.tenants.audit import AuditEntry
from ordertrack.tenants.keys import api_keys
from ordertrack.web.bodies import LARGEST_BODY, LARGEST_MENU
from support.cast import House


@pytest.fixture
def till(app: Flask, cedar: House) -> Caller:
    return Caller(app, cedar)


def put(caller: Caller, body: Any, **more: Any) -> Any:
    return caller._open("PUT", "/menu", json=body, **more)


def test_what_was_put_is_answered_and_can_be_put_again_as_it_is(app: Flask, till: Caller) -> None:
    assert till.get("/menu").json == {"items": [], "categories": [], "currency": "USD", "restaurant": None}
    saved = put(till, a_menu())
    assert saved.status_code == 200, saved.text
    kebab = saved.json["items"][0]
    assert (kebab["sku"], kebab["price"], kebab["names"]["ar"]) == ("kebab", 1250, "كباب")
    large = {"names": {"en": "Large", "fr": None, "ar": None}, "price": 200}
    assert kebab["modifiers"][0]["options"][1] == large
    assert till.get("/menu").json == saved.json
    with tenant_context(app, till.house.tenant_id):
        written = db.session.query(AuditEntry).filter_by(tenant_id=till.house.tenant_id, kind="dish").count()
    assert put(till, saved.json).json == saved.json
    with tenant_context(app, till.house.tenant_id):
        again = db.session.query(AuditEntry).filter_by(tenant_id=till.house.tenant_id, kind="dish").count()
    assert (written, again) == (3, 3)


def test_it_is_not_sent_again_while_it_is_the_same(till: Caller) -> None:
    put(till, a_menu())
    first = till.get("/menu")
    seen = {"If-None-Match": first.headers["ETag"]}
    assert till.get("/menu", headers=seen).status_code == 304
    assert till.get("/menu?restaurant=hamra", headers=seen).status_code == 200
    put(till, a_menu(KEBAB))
    assert till.get("/menu", headers=seen).status_code == 200


def test_what_is_sold_out_is_of_one_restaurant_and_said_with_its_name(till: Caller) -> None:
    put(till, a_menu())
    said = put(till, a_menu({**KEBAB, "sold_out": True}, TEA, PLAIN, restaurant="hamra"))
    assert [item["sold_out"] for item in said.json["items"]] == [True, False, False]
    assert [i["sold_out"] for i in till.get("/menu?restaurant=jounieh").json["items"]] == [False] * 3
    assert [i["sold_out"] for i in till.get("/menu").json["items"]] == [None] * 3
    put(till, a_menu(restaurant="hamra"))  # says nothing of it
    assert till.get("/menu?restaurant=hamra").json["items"][0]["sold_out"]
    put(till, a_menu({**KEBAB, "sold_out": False}, TEA, PLAIN, restaurant="hamra"))
    assert not till.get("/menu?restaurant=hamra").json["items"][0]["sold_out"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a price": (a_menu(TEA, {**KEBAB, "price": -1}), "items.1.price"),
    "a price that is a text": (a_menu({**KEBAB, "price": "12.50"}), "items.0.price"),
    "no name": (a_menu({**KEBAB, "names": {}}), "items.0.names"),
    "a blank name": (a_menu({**KEBAB, "names": {"en": "  "}}), "items.0.names.en"),
    "a name in another language": (a_menu({**KEBAB, "names": {"de": "Kebab"}}), "items.0.names.de"),
    "a sku twice": (a_menu(KEBAB, KEBAB), "items.1.sku"),
    "a sku with blanks": (a_menu({**KEBAB, "sku": "a b"}), "items.0.sku"),
    "another category": (a_menu({**KEBAB, "category": "soups"}), "items.0.category"),
    "no time at all": (a_menu({**KEBAB, "prepare_seconds": 0}), "items.0.prepare_seconds"),
    "an empty group": (
        a_menu({**KEBAB, "modifiers": [{"names": {"en": "Size"}, "options": []}]}),
        "items.0.modifiers.0.options",
    ),
    "a wrong option": (
        a_menu({**KEBAB, "modifiers": [{"names": {"en": "A"}, "options": [{"names": {"en": "\u202e"}}]}]}),
        "items.0.modifiers.0.options.0.names.en",
    ),
    "a category twice": ({"items": [], "categories": [CATEGORIES[0]] * 2}, "categories.1.key"),
    "what is not known": (a_menu({**KEBAB, "colour": "red"}), "items.0.colour"),
    "another currency": (a_menu(currency="LBP"), "currency"),
    "sold out nowhere": (a_menu(TEA, {**KEBAB, "sold_out": True}), "items.1.sold_out"),
}


@pytest.mark.parametrize(("body", "field"), WRONG.values(), ids=WRONG)
def test_of_a_menu_that_is_wrong_somewhere_nothing_is_saved(
    till: Caller, body: dict[str, Any], field: str
) -> None:
    put(till, a_menu(PLAIN))
    before = till.get("/menu").json
    said = assert_problem(put(till, body), 422)
    assert [each["field"] for each in said["errors"]] == [field]
    assert field in said["detail"]
    assert till.get("/menu").json == before


def test_a_menu_of_hundreds_of_dishes_is_taken_and_one_without_end_is_not(till: Caller) -> None:
    dishes = [{**KEBAB, "sku": f"dish-{number}"} for number in range(400)]
    assert len(json.dumps(a_menu(*dishes))) > LARGEST_BODY
    assert len(put(till, a_menu(*dishes)).json["items"]) == 400
    too_large = assert_problem(put(till, a_menu({**KEBAB, "station": "x" * LARGEST_MENU})), 413)
    assert "1024 KB" in too_large["detail"]
    assert_problem(put(till, a_menu(*({**PLAIN, "sku": f"d{number}"} for number in range(1001)))), 422)


def test_the_menu_is_the_companys_and_no_key_of_some_restaurants_writes_it(
    app: Flask, operator_app: Flask, till: Caller
) -> None:
    put(till, a_menu())
    with operator_app.app_context():
        tenant = accounts.find_tenant(till.house.slug)
        _, secret = api_keys.create_key(tenant, "Kiosk", restaurants=["jounieh"])
        _, reading = api_keys.create_key(tenant, "Reader", scopes=[Scope.ORDERS_READ])
    narrow = Caller(app, replace(till.house, key=secret))
    assert len(narrow.get("/menu?restaurant=jounieh").json["items"]) == 3
    assert_problem(narrow.get("/menu?restaurant=hamra"), 404)
    assert_problem(put(narrow, a_menu(KEBAB)), 403)
    assert_problem(put(Caller(app, replace(till.house, key=reading)), a_menu(KEBAB)), 403)
    assert len(till.get("/menu").json["items"]) == 3


def test_another_tenants_menu_is_another(
    app: Flask, till: Caller, make_house: Callable[..., House], hamra: uuid.UUID
) -> None:
    rival = Caller(app, make_house("Rival", ("verdun",)))
    put(till, a_menu())
    put(rival, a_menu({**KEBAB, "price": 1}))
    assert [item["price"] for item in rival.get("/menu").json["items"]] == [1]
    assert till.get("/menu").json["items"][0]["price"] == 1250
    assert_problem(put(rival, a_menu(restaurant="hamra")), 404)
