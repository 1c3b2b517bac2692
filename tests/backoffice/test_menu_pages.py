"""Managers keep the menu on its pages: categories, dishes, their order; nobody else does."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from menu.menus import CATEGORIES, KEBAB, TEA, save
from ordertrack.database.session import tenant_context
from ordertrack.menu import reading
from ordertrack.menu.dishes import Menu
from support.cast import House, Person

Sign = Callable[[Person], FlaskClient]
NEW = {"do": "save", "name_en": "Shish taouk", "name_ar": "شيش طاووق", "category": "grill", "price": "9.5"}


@pytest.fixture
def held(app: Flask, cedar: House) -> Callable[[], Menu]:
    """Cedar's menu as the database has it."""

    def read() -> Menu:
        with tenant_context(app, cedar.tenant_id):
            found = reading.read(cedar.tenant_id)
            assert found is not None
            return found

    return read


@pytest.fixture
def menu(app: Flask, cedar: House) -> None:
    save(app, cedar)


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found[1]


def shown(client: FlaskClient, path: str = "/menu") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def test_the_example_for_who_has_no_menu_yet_can_be_imported(
    maya: FlaskClient, held: Callable[[], Menu]
) -> None:
    assert 'href="/menu/example.csv"' in shown(maya)
    example = maya.get("/menu/example.csv").text
    saved = maya.post("/menu/import", data={"content": example, "seen": str(held().version)})
    assert saved.status_code == 303, saved.text
    assert [(dish.names["ar"], len(dish.modifier_groups)) for dish in held().dishes] == [
        ("دجاج مشوي", 1),
        ("ليموناضة", 1),
    ]
    assert "menu/example.csv" not in shown(maya)


def test_a_company_without_a_menu_begins_one(maya: FlaskClient, held: Callable[[], Menu]) -> None:
    assert "Add a dish" in shown(maya)
    form = NEW | {"category": "+", "new_category": "From the grill", "minutes": "7.5", "station": "Grill"}
    answer = maya.post("/menu/new", data=form)
    assert (answer.status_code, answer.location) == (303, "/menu#category-from-the-grill")
    (dish,) = held().dishes
    assert (dish.sku, dish.price, dish.prepare_seconds, dish.station) == ("shish-taouk", 950, 450, "Grill")
    assert (dish.category, dish.names) == ("from-the-grill", {"en": "Shish taouk", "ar": "شيش طاووق"})
    page = shown(maya)
    assert "Shish taouk is on the menu." in page and "US$9.50" in page


@pytest.mark.parametrize("chosen", ["", "drinks", "+"])
def test_a_new_category_that_was_typed_is_made_whatever_is_chosen_beside_it(
    menu: None, maya: FlaskClient, held: Callable[[], Menu], chosen: str
) -> None:
    maya.post("/menu/new", data=NEW | {"category": chosen, "new_category": "Starters"})
    assert held().by_sku["shish-taouk"].category == "starters"


def test_a_dish_is_changed_with_what_it_asks(menu: None, maya: FlaskClient, held: Callable[[], Menu]) -> None:
    page = shown(maya, "/menu/dishes/kebab")
    assert 'value="12.50"' in page and 'value="Large"' in page
    form = {
        **{"do": "save", "seen": seen(page), "name_en": "Kebab", "price": "13,00", "category": "drinks"},
        **{"group-0-name_en": "Size", "group-0-choose": "one", "group-0-required": "1"},
        **{"group-0-option-0-name_en": "Small", "group-0-option-3-name_en": "Giant"},
        **{"group-0-option-3-price": "4", "group-2-name_fr": "Extras", "group-2-option-1-name_fr": "Ail"},
    }
    assert maya.post("/menu/dishes/kebab", data=form).status_code == 303
    kebab = held().by_sku["kebab"]
    assert (kebab.price, kebab.category, kebab.station) == (1300, "drinks", None)
    size, extras = kebab.modifier_groups
    assert (size.choose, size.is_required, [each.price for each in size.modifiers]) == ("one", True, [0, 400])
    assert (extras.choose, extras.names) == ("many", {"fr": "Extras"})
    late = maya.post("/menu/dishes/kebab", data=form | {"price": "1"})
    assert late.status_code == 409 and "Somebody else changed this dish" in late.text
    assert 'value="1"' in late.text, "what was typed stays"
    assert held().by_sku["kebab"].price == 1300
    once_more = form | {"price": "1", "seen": seen(late.text)}
    assert maya.post("/menu/dishes/kebab", data=once_more).status_code == 303


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "no name": ({"name_en": "", "name_ar": " "}, "This needs a name in at least one language."),
    "a long name": ({"name_en": "x" * 201}, "200 characters at most"),
    "a price": ({"price": "cheap"}, "A price is a number like 12.50"),
    "decimals": ({"price": "1.999"}, "no more decimals than USD has"),
    "minutes": ({"minutes": "soon"}, "Minutes are a number"),
    "hours": ({"minutes": "999"}, "This must be from 1 to 14,400."),
    "a category that is not there": ({"category": "soups"}, "must be a category of the menu"),
    "a new one without a name": ({"category": "+"}, "Say what the new category is called."),
    "a station": ({"station": "x" * 31}, "30 characters at most"),
    "another's word": ({"sku": "kebab"}, "Another dish has this word."),
    "an unusable word": ({"sku": "a b"}, "letters, digits and . - _"),
    "an empty group": ({"group-0-name_en": "Size"}, "This needs at least one option."),
    "a group without a name": ({"group-0-option-0-name_en": "Small"}, "This needs a name in at least one"),
    "an option's price": (
        {"group-0-name_en": "Size", "group-0-option-0-name_en": "S", "group-0-option-0-price": "x"},
        "A price is a number",
    ),
}


@pytest.mark.parametrize(("typed", "sentence"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_saved_is_said_beside_its_field_and_stays_typed(
    menu: None, maya: FlaskClient, held: Callable[[], Menu], typed: dict[str, str], sentence: str
) -> None:
    answer = maya.post("/menu/new", data=NEW | typed)
    page = html.unescape(answer.text)
    assert answer.status_code == 422
    assert sentence in page
    for name, text in typed.items():
        assert text.strip() in page or name == "category"
    assert len(held().dishes) == 3


def test_more_rows_are_blank_ones_and_save_nothing(
    menu: None, maya: FlaskClient, held: Callable[[], Menu]
) -> None:
    before = held()
    form = {"group-0-name_en": "Size", "group-0-option-0-name_en": "S", "group-0-option-1-name_en": "L"}
    answer = maya.post("/menu/new", data=NEW | form | {"do": "more"})
    assert answer.status_code == 200
    assert "group-0-option-3-name_en" in answer.text and "group-1-name_en" in answer.text
    assert held() == before


def test_dishes_and_categories_move_up_and_down(
    app: Flask, cedar: House, maya: FlaskClient, held: Callable[[], Menu]
) -> None:
    save(app, cedar, KEBAB, {**KEBAB, "sku": "kafta"}, TEA)
    page = shown(maya)
    version = seen(page)
    assert maya.post("/menu", data={"up": "kafta", "seen": version}).status_code == 303
    assert [dish.sku for dish in held().dishes] == ["kafta", "kebab", "tea"]
    late = maya.post("/menu", data={"up": "kebab", "seen": version})
    assert late.status_code == 409 and "Somebody else changed the menu meanwhile" in late.text
    moved = {"do": "up", "key": "drinks", "seen": seen(late.text)}
    assert maya.post("/menu/categories", data=moved).status_code == 303
    assert [each.key for each in held().categories] == ["drinks", "grill"]
    assert maya.post("/menu/categories", data=moved).status_code == 409


def test_categories_are_added_called_otherwise_and_removed(
    menu: None, maya: FlaskClient, held: Callable[[], Menu]
) -> None:
    assert maya.post("/menu/categories", data={"do": "add", "name_en": "Cold mezze"}).status_code == 303
    renamed = {"do": "save", "key": "cold-mezze", "name_en": "Mezze", "name_fr": "Mezzés"}
    assert maya.post("/menu/categories", data=renamed).status_code == 303
    assert held().categories[-1].names == {"en": "Mezze", "fr": "Mezzés"}
    refused = maya.post("/menu/categories", data={"do": "save", "key": "cold-mezze", "name_en": ""})
    assert refused.status_code == 422 and "This needs a name in at least one language." in refused.text
    in_use = maya.post("/menu/categories", data={"do": "remove", "key": "grill"})
    assert in_use.status_code == 422 and "There are still dishes in this category" in in_use.text
    assert maya.post("/menu/categories", data={"do": "remove", "key": "cold-mezze"}).status_code == 303
    assert [each.key for each in held().categories] == ["grill", "drinks"]
    assert maya.post("/menu/categories", data={"do": "remove", "key": "cold-mezze"}).status_code == 404
    assert maya.post("/menu/categories", data={"do": "dance", "key": "grill"}).status_code == 400


def test_a_dish_goes_off_the_menu_and_comes_back(
    menu: None, maya: FlaskClient, held: Callable[[], Menu]
) -> None:
    assert maya.post("/menu/dishes/kebab", data={"do": "withdraw"}).status_code == 303
    assert [dish.sku for dish in held().withdrawn] == ["kebab"]
    page = shown(maya)
    assert "Kebab is off the menu" in page and "Offer again" in page
    assert "This dish is no longer on the menu." in shown(maya, "/menu/dishes/kebab")
    assert maya.post("/menu", data={"again": "kebab"}).status_code == 303
    assert held().by_sku["kebab"].is_offered


def test_of_many_dishes_some_are_found_by_their_words(app: Flask, cedar: House, maya: FlaskClient) -> None:
    many = [{"sku": f"dish-{n}", "names": {"en": f"Dish {n}", "fr": f"Plât {n}"}} for n in range(400)]
    save(app, cedar, *many, KEBAB)
    page = shown(maya)
    assert page.count('class="dish-row"') == 401
    assert page.count("<details") == page.count("<details class") and " open>" not in page, "all are folded"
    found = shown(maya, "/menu?find=plat+399")
    assert found.count('class="dish-row"') == 1 and 'value="plat 399"' in found and " open>" in found
    assert shown(maya, "/menu?find=DISH-12").count('class="dish-row"') == 11
    assert "No dish was found." in shown(maya, "/menu?find=sushi")
    assert len(maya.get("/menu", headers={"Accept-Encoding": "br"}).data) < 25_000


@pytest.mark.parametrize("who", ["nour", "karim"])
def test_who_is_no_manager_neither_sees_nor_changes_it(
    menu: None, cedar: House, sign_in: Sign, held: Callable[[], Menu], who: str
) -> None:
    client, before = sign_in(getattr(cedar, who)), held()
    asked: list[tuple[str, str, dict[str, Any]]] = [
        *(("GET", f"/menu{path}", {}) for path in ("", "/new", "/dishes/kebab", "/import", "/export.csv")),
        ("POST", "/menu", {"up": "tea", "seen": "1"}),
        ("POST", "/menu/new", NEW),
        ("POST", "/menu/dishes/kebab", {"do": "withdraw"}),
        ("POST", "/menu/categories", {"do": "add", "name_en": "X"}),
        ("POST", "/menu/import", {"content": "name\nTea\n", "seen": "1"}),
    ]
    for method, path, form in asked:
        assert client.open(path, method=method, data=form).status_code == 403, path
    assert held() == before


def test_another_tenants_dishes_are_not_there(menu: None, rival: House, sign_in: Sign) -> None:
    eve = sign_in(rival.maya)
    assert eve.get("/menu/dishes/kebab").status_code == 404
    assert eve.post("/menu/dishes/kebab", data={"do": "withdraw"}).status_code == 404
    assert eve.post("/menu", data={"up": "kebab", "seen": "0"}).status_code == 404
    assert eve.post("/menu/categories", data={"do": "remove", "key": CATEGORIES[0]["key"]}).status_code == 404
    assert "Kebab" not in shown(eve)
