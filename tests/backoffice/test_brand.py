"""Managers say what guests see of a restaurant: checked, kept with its history, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from ordertrack.database.session import tenant_context
from ordertrack.restaurants import brand
from ordertrack.restaurants.brand import Brand
from ordertrack.tenants.restaurants import find_restaurant
from support.cast import House, Person

Sign = Callable[[Person], FlaskClient]
PAGE = "/r/hamra/brand"
FORM = {
    "colour": "#8A3B12",
    "name": " Seven  Lemons ",
    "phone": "+٩٦١ 1 555 701",
    "address": " Makdissi Street 48\r\n\r\nHamra, Beirut ",
}


def held(app: Flask, house: House) -> Brand:
    with tenant_context(app, house.tenant_id):
        restaurant = find_restaurant(house.tenant_id, "hamra")
        assert restaurant is not None
        found = brand.read(house.tenant_id, restaurant.id)
        assert found is not None
        return found


def test_what_is_saved_is_tidied_and_its_history_says_who_changed_what(
    app: Flask, cedar: House, sign_in: Sign
) -> None:
    client = sign_in(cedar.maya)
    assert client.post(PAGE, data=FORM | {"seen": "0"}).status_code == 303
    saved = held(app, cedar)
    assert (saved.colour, saved.name, saved.phone) == ("#8a3b12", "Seven Lemons", "+961 1 555 701")
    assert saved.address == ("Makdissi Street 48", "Hamra, Beirut")
    page = client.get(PAGE).text
    for said in ("Guests see it from now on", "Colour: #8a3b12", "Phone: +961 1 555 701", "Maya"):
        assert said in page
    assert "hold already" in client.post(PAGE, data=FORM | {"seen": "1"}, follow_redirects=True).text
    assert held(app, cedar).version == 1
    assert client.post(PAGE, data={"colour": "#8a3b12", "seen": "1"}).status_code == 303
    assert held(app, cedar) == Brand(saved.restaurant_id, "#8a3b12", version=2)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("colour", "", "Give a colour"),
        ("colour", "red", "Give a colour"),
        ("colour", "#12345", "Give a colour"),
        ("colour", "#fff;}</style><script>alert(1)</script>", "Give a colour"),
        ("colour", "#١٢٣٤٥٦", "Give a colour"),
        ("name", "x" * 61, "characters at most"),
        ("name", "Lemons\u202e", "direction marks"),
        ("phone", "01 555 701", "begins with +"),
        ("phone", "+0 1 555 7010", "begins with +"),
        ("phone", "+12 345", "begins with +"),
        ("phone", "+1234567890123456", "begins with +"),
        ("phone", "+961 1 555 701;ext=1", "begins with +"),
        ("phone", "javascript:alert(1)", "begins with +"),
        ("address", "1\n2\n3\n4\n5", "lines at most"),
        ("address", "x" * 81, "characters at most"),
        ("address", "Bliss\x00 St", "control characters"),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field_and_what_was_typed_stays(
    app: Flask, cedar: House, sign_in: Sign, field: str, typed: str, said: str
) -> None:
    answer = sign_in(cedar.maya).post(PAGE, data=FORM | {field: typed, "seen": "0"})
    assert answer.status_code == 422
    assert said in answer.text and f'id="problem-{field}"' in answer.text
    assert "Makdissi Street 48" in answer.text or field == "address"
    assert "<script>alert" not in answer.text
    assert held(app, cedar).version == 0


def test_who_is_overtaken_is_told_and_nothing_is_saved(app: Flask, cedar: House, sign_in: Sign) -> None:
    client = sign_in(cedar.maya)
    client.post(PAGE, data=FORM | {"seen": "0"})
    answer = client.post(PAGE, data=FORM | {"name": "Another", "seen": "0"})
    assert answer.status_code == 422
    assert "Somebody else saved other settings" in answer.text and "Another" in answer.text
    assert held(app, cedar).name == "Seven Lemons"
    assert client.post(PAGE, data=FORM | {"name": "Another", "seen": "1"}).status_code == 303


def test_only_managers_of_the_house_are_let_in(cedar: House, rival: House, sign_in: Sign) -> None:
    for person in (cedar.nour, cedar.karim):
        assert sign_in(person).get(PAGE).status_code == 403
        assert sign_in(person).post(PAGE, data=FORM | {"seen": "0"}).status_code == 403
    assert sign_in(cedar.maya).get("/r/nowhere/brand").status_code == 404


def test_a_manager_chooses_a_colour_by_hand(cedar: House, open_page: Callable[..., Page]) -> None:
    page = open_page(cedar.maya, "/r/hamra/settings")
    page.get_by_role("link", name="What guests see").click()
    page.get_by_label("Colour").fill("#ffd84a")
    page.get_by_label("Phone").fill("+961 1 555 701")
    page.get_by_role("button", name="Save what guests see").click()
    expect(page.get_by_role("status")).to_contain_text("Guests see it from now on")
    expect(page.get_by_label("Colour")).to_have_value("#ffd84a")
    expect(page.locator(".saved")).to_contain_text("Colour: #ffd84a")
