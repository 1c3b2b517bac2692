"""What is sold out is said with a tap over the board, and all who show dishes see it at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from menu.menus import KEBAB, TEA, save
from ordertrack.database.session import tenant_context
from ordertrack.menu.reading import menu_of
from support import tablet
from support.cast import House, Person
from support.pages import page_recorder

Open = Callable[..., Page]
KITCHEN, LIST = "/r/hamra/kitchen", "/r/hamra/sold-out"
SHEET = {"Sheet": "1"}


@pytest.fixture
def gone(app: Flask, cedar: House, hamra: uuid.UUID) -> Callable[[], list[str]]:
    """The skus of what is sold out in Hamra."""

    def read() -> list[str]:
        with tenant_context(app, cedar.tenant_id):
            return [dish.sku for dish in menu_of(cedar.tenant_id, hamra).dishes if dish.is_sold_out]

    return read


def open_list(page: Page) -> None:
    page_recorder.expect_state(page, "live")
    page.locator("[popovertarget=menu]").click()
    page.get_by_role("button", name="Sold out", exact=True).click()
    expect(page.locator("#order-sheet .sold-out")).to_be_visible()


def test_a_manager_adds_a_dish_and_a_tap_on_one_board_takes_it_off_the_others(
    cedar: House, open_page: Open
) -> None:
    desk = open_page(cedar.maya, "/menu/new")
    desk.get_by_label("Name, English").first.fill("Shish taouk")
    desk.get_by_label("Price in USD").fill("9.50")
    desk.get_by_role("button", name="Add to the menu").last.click()
    expect(desk.locator(".dish-row")).to_contain_text("Shish taouk")
    one, other = (open_page(person, KITCHEN) for person in (cedar.nour, cedar.maya))
    other_page = open_page(cedar.karim, LIST)
    for board in (one, other):
        open_list(board)
    one.locator("#order-sheet [data-find-dish]").fill("shish")
    one.locator("#order-sheet [name=gone]").click()
    for shown in (one, other, other_page):
        expect(shown.locator(".gone button")).to_contain_text("Shish taouk")
        expect(shown.locator("#gone-title")).to_contain_text("Sold out until")
        expect(shown.locator("[name=gone]")).to_have_count(0)
    expect(one.locator("#order-sheet [data-find-dish]")).to_have_value("shish")
    other.locator("#order-sheet [name=back]").click()
    for shown in (one, other, other_page):
        expect(shown.locator("[name=back]")).to_have_count(0)
        expect(shown.locator("[name=gone]")).to_be_visible()
    one.locator("#order-sheet [data-close]").first.click()
    expect(one.locator("#order-sheet")).to_be_hidden()


@pytest.mark.parametrize("who", ["nour", "karim", "maya"])
def test_whoever_works_in_the_restaurant_says_what_is_sold_out(
    app: Flask,
    cedar: House,
    sign_in: Callable[[Person], FlaskClient],
    gone: Callable[[], list[str]],
    who: str,
) -> None:
    save(app, cedar, KEBAB, TEA)
    client = sign_in(getattr(cedar, who))
    assert client.post(LIST, data={"gone": "kebab"}).status_code == 303
    assert gone() == ["kebab"]
    sheet = client.post(LIST, data={"gone": "tea"}, headers=SHEET)
    assert sheet.status_code == 200 and "<html" not in sheet.text and 'name="back" value="tea"' in sheet.text
    assert client.post(LIST, data={"back": "kebab"}).status_code == 303
    assert gone() == ["tea"]
    assert client.get("/r/jounieh/sold-out").text.count('name="back"') == 0


def test_what_no_dish_is_called_is_refused(
    app: Flask, cedar: House, rival: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    save(app, cedar, KEBAB)
    nour = sign_in(cedar.nour)
    assert nour.post(LIST, data={"gone": "soup"}).status_code == 404
    assert nour.post(LIST, data={}).status_code == 422
    assert nour.post(LIST, data={"gone": "kebab", "back": "kebab"}).status_code == 422
    assert sign_in(rival.nour).post(LIST, data={"gone": "kebab"}).status_code == 404


def test_on_a_tablet_it_is_said_by_whoever_is_on(
    app: Flask,
    operator_app: Flask,
    cedar: House,
    sign_in: Callable[[Person], FlaskClient],
    gone: Callable[[], list[str]],
) -> None:
    save(app, cedar, KEBAB)
    nour = tablet.give_pin(operator_app, cedar, cedar.nour)
    device = tablet.set_up(sign_in, cedar)
    client, said = device.client, {"gone": "kebab"}
    assert "Kebab" in client.get(LIST).text
    assert client.get("/r/jounieh/sold-out").status_code == 403
    assert client.post(LIST, data=said, headers=SHEET).status_code == 403
    assert gone() == []
    said["person"] = device.sign_on(nour)
    assert client.post(LIST, data=said, headers=SHEET).status_code == 200
    assert gone() == ["kebab"]
