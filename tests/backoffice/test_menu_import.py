"""A menu is imported on a page: looked at first, then saved; what is wrong stands at its line."""

from __future__ import annotations

import html
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from menu.menus import CATEGORIES, KEBAB, SIZES, TEA, save
from ordertrack.database.session import tenant_context
from ordertrack.menu import reading
from ordertrack.menu.dishes import Menu
from ordertrack.web.bodies import LARGEST_BODY, LARGEST_MENU
from support.cast import House

PAGE = "/menu/import"


@pytest.fixture
def held(app: Flask, cedar: House) -> Callable[[], Menu]:
    def read() -> Menu:
        with tenant_context(app, cedar.tenant_id):
            found = reading.read(cedar.tenant_id)
            assert found is not None
            return found

    return read


def upload(client: FlaskClient, content: bytes, name: str = "menu.csv") -> Any:
    form = {"file": (io.BytesIO(content), name)}
    answer = client.post(PAGE, data=form, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # a large one is a file, which the test client leaves open
    return answer


def confirm(client: FlaskClient, content: bytes, seen: int) -> Any:
    form = {"content": content.decode(), "seen": str(seen)}
    return client.post(PAGE, data=form, content_type="multipart/form-data")


def large() -> dict[str, Any]:
    """Four hundred dishes in three languages, each of which asks something."""
    dishes = [
        {
            "sku": f"dish-{number:03}",
            "names": {"en": f"Dish number {number}", "fr": f"Plat n° {number}", "ar": f"طبق رقم {number}"},
            "category": CATEGORIES[number % 2]["key"],
            "station": "Grill",
            "price": 100 * number,
            "prepare_seconds": 300 + number,
            "modifiers": [SIZES] if number % 4 == 0 else [],
        }
        for number in range(400)
    ]
    return {"items": dishes, "categories": CATEGORIES}


def test_four_hundred_dishes_are_imported_exported_and_imported_again_and_nothing_changes(
    maya: FlaskClient, held: Callable[[], Menu]
) -> None:
    content = json.dumps(large(), ensure_ascii=False).encode()
    assert len(content) > LARGEST_BODY
    looked = html.unescape(upload(maya, content, "menu.json").text)
    assert "<dt>Added</dt><dd>400</dd>" in looked.replace("\n", "")
    assert held().dishes == ()
    answer = confirm(maya, content, 0)
    assert (answer.status_code, answer.location) == (303, "/menu")
    assert "Added: 400, changed: 0, withdrawn: 0, unchanged: 0." in maya.get("/menu").text
    before = held()
    assert len(before.dishes) == 400
    for kind in ("csv", "json"):
        exported = maya.get(f"/menu/export.{kind}")
        assert exported.headers["Content-Disposition"] == f'attachment; filename="menu.{kind}"'
        assert "there is nothing to import" in upload(maya, exported.data, f"menu.{kind}").text
        confirm(maya, exported.data.removeprefix(b"\xef\xbb\xbf"), before.version)
        assert "Nothing was changed" in maya.get("/menu").text
    assert held() == before


def test_what_would_change_is_said_before_anything_does(
    app: Flask, cedar: House, maya: FlaskClient, held: Callable[[], Menu]
) -> None:
    save(app, cedar, KEBAB, TEA)
    before = held()
    content = b"sku;name;price\nkebab;Kebab;13,00\n;Shish taouk;9,50\n"
    page = html.unescape(upload(maya, content).text)
    for said in ("US$12.50", "US$13.00", "Shish taouk", "Thé", "Import this"):
        assert said in page
    assert held() == before
    assert confirm(maya, content, before.version).status_code == 303
    assert {dish.sku: dish.price for dish in held().dishes} == {"kebab": 1300, "shish-taouk": 950}
    assert [dish.sku for dish in held().withdrawn] == ["tea"]


def test_what_is_chosen_with_a_dish_is_said_in_words_and_in_money(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    save(app, cedar, KEBAB)
    content = json.dumps({"items": [KEBAB | {"modifiers": []}], "categories": CATEGORIES}).encode()
    assert "Size (one, required): Small, Large +US$2.00" in html.unescape(
        upload(maya, content, "menu.json").text
    )


def test_a_preview_that_somebody_overtook_is_looked_at_again(
    app: Flask, cedar: House, maya: FlaskClient, held: Callable[[], Menu]
) -> None:
    save(app, cedar, KEBAB, TEA)
    content, seen = b"name\nTea\n", held().version
    save(app, cedar, KEBAB)
    before = held()
    answer = confirm(maya, content, seen)
    assert answer.status_code == 409 and "Somebody else changed the menu meanwhile" in answer.text
    assert f'name="seen" value="{before.version}"' in answer.text
    assert held() == before


def test_what_is_wrong_stands_with_its_line_and_its_column_and_nothing_is_saved(
    app: Flask, cedar: House, maya: FlaskClient, held: Callable[[], Menu]
) -> None:
    save(app, cedar, KEBAB)
    before = held()
    answer = upload(maya, b"name,price\nTea,3\nSoup,much\n,4\n")
    page = html.unescape(answer.text).replace("\n", "")
    assert answer.status_code == 422
    assert '<td class="n">3</td><td><bdi>price</bdi></td><td>must be an amount like 12.50' in page
    assert '<td class="n">4</td><td><bdi>name_en</bdi></td>' in page
    assert held() == before
    assert confirm(maya, b"name,price\nTea,x\n", before.version).status_code == 422
    many = upload(maya, b"name,price\n" + b"Tea,x\n" * 80)
    assert many.text.count('<td class="n">') == 50 and "more are wrong" in many.text


@pytest.mark.parametrize("content", [b"", b"  \n"])
def test_no_file_is_asked_for_again(maya: FlaskClient, content: bytes) -> None:
    answer = upload(maya, content)
    assert answer.status_code == 422 and "Choose a file first" in answer.text
    assert maya.post(PAGE, data={}).status_code == 422


def test_a_file_that_is_too_large_is_refused_in_a_sentence(maya: FlaskClient) -> None:
    answer = upload(maya, b"name\n" + b"x" * LARGEST_MENU)
    assert answer.status_code == 413 and "up to 1,024 KB" in answer.text
