"""The overview in a browser, on a real server: it changes by itself, and under nobody's hands."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.pages.sizes import load_at

Open = Callable[..., Page]
Place = Callable[..., uuid.UUID]
SOON = 15_000  # milliseconds


@pytest.fixture
def home(open_page: Open, cedar: House) -> Page:
    page = open_page(cedar.maya, "/", viewport={"width": 1280, "height": 800})
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    page.evaluate("window.isSame = true")
    return page


def test_what_happens_to_an_order_changes_its_row_without_a_reload(
    home: Page, cedar: House, place: Place, bring: Callable[..., None]
) -> None:
    row = home.locator("#row-hamra")
    expect(row).to_contain_text("0 open orders")
    order_id = place(cedar)
    expect(row).to_contain_text("1 open order", timeout=SOON)
    expect(row.get_by_role("img", name="Pending 1")).to_be_visible()
    expect(home.locator("#overview-head")).to_contain_text("oldest, in Hamra")
    bring(cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    expect(row.get_by_role("img", name="Preparing 1")).to_be_visible(timeout=SOON)
    bring(cedar, order_id, OrderStatus.READY)
    expect(row.get_by_role("img", name="Ready 1")).to_be_visible(timeout=SOON)
    assert home.evaluate("window.isSame")


def test_an_order_that_becomes_late_takes_its_row_to_the_top_and_keeps_the_focus(
    home: Page, cedar: House, place: Place, set_target: Callable[..., None]
) -> None:
    rows = home.locator("#restaurants .name a")
    expect(rows).to_have_text(["Hamra", "Jounieh"])
    home.locator("#row-jounieh .name a").focus()
    set_target(cedar, "jounieh", Stage.ACCEPT, 2)
    place(cedar, restaurant="jounieh")
    expect(rows).to_have_text(["Jounieh", "Hamra"], timeout=SOON)
    expect(home.locator("#row-jounieh [data-h='late now']")).to_have_text("▲ 1")
    expect(home.locator("#care")).to_contain_text("Jounieh 1 waits to be confirmed")
    expect(home.locator("#row-jounieh .name a")).to_be_focused()
    assert home.evaluate("window.isSame")


def test_a_board_that_goes_silent_is_a_line_and_its_act_opens_it(
    home: Page, cedar: House, place: Place, open_page: Open
) -> None:
    kitchen = open_page(cedar.nour, "/r/hamra/kitchen")
    expect(kitchen.locator("body")).to_have_attribute("data-live", "live")
    place(cedar)
    boards = home.locator("#row-hamra .boards")
    expect(boards).to_contain_text("Kitchen", timeout=SOON)
    expect(boards.locator(".open")).to_have_text("Kitchen", timeout=SOON)
    expect(home.locator("#care-title")).to_have_text("Nothing needs attention")
    kitchen.context.close()
    line = home.locator("#care").get_by_role("link", name="Hamra: 1 open order and no kitchen board")
    expect(line).to_be_visible(timeout=25_000)
    expect(home.get_by_role("alert").filter(has_text="no kitchen board")).to_have_count(1)
    line.click()
    home.wait_for_url("**/r/hamra/kitchen")


def test_rows_do_not_move_under_a_finger(
    home: Page, cedar: House, place: Place, set_target: Callable[..., None]
) -> None:
    rows = home.locator("#restaurants .name a")
    home.evaluate(
        """() => {
          const list = document.getElementById("restaurants");
          const touch = () => list.dispatchEvent(new Event("pointermove", { bubbles: true }));
          touch();
          window.touching = setInterval(touch, 100);
        }"""
    )
    set_target(cedar, "jounieh", Stage.ACCEPT, 1)
    place(cedar, restaurant="jounieh")
    expect(home.locator("#row-jounieh [data-h='late now']")).to_have_text("▲ 1", timeout=SOON)
    expect(rows).to_have_text(["Hamra", "Jounieh"])
    home.evaluate("clearInterval(window.touching)")
    expect(rows).to_have_text(["Jounieh", "Hamra"])


def test_of_many_lines_a_phone_shows_two_and_a_button_shows_them_all(
    make_house: Callable[..., House], open_page: Open, place: Place
) -> None:
    house = make_house("Many", ("amber", "birch", "dune"))
    for restaurant in house.restaurants:
        place(house, restaurant=restaurant)
    page = open_page(house.maya, "/", viewport={"width": 390, "height": 844})
    lines = page.locator("#care li:visible")
    expect(lines).to_have_count(2)
    page.get_by_role("button", name="Show all 3").click()
    expect(lines).to_have_count(3)
    place(house, restaurant="dune")
    expect(page.locator("#care")).to_contain_text("Dune: 2 open orders and no kitchen board", timeout=SOON)
    expect(lines).to_have_count(3)


def test_nothing_is_cut_and_nothing_sticks_out(
    make_house: Callable[..., House], open_page: Open, place: Place
) -> None:
    house = make_house("Wide", ("restaurant-with-a-long-name-by-the-sea", "b"))
    for restaurant in house.restaurants:
        place(house, restaurant=restaurant)
    page = open_page(house.maya, "/")
    for width in (1920, 1280, 800, 390, 320):
        load_at(page, (width, 800))
        assert page.evaluate("document.documentElement.scrollWidth") == width
        cut = page.locator("#restaurants .row > *, #care a > *, .big > *").evaluate_all(
            "all => all.filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.outerHTML)"
        )
        assert cut == [], width


def test_boards_that_are_at_work_stand_below_each_other(cedar: House, open_page: Open) -> None:
    for person, board in ((cedar.nour, "kitchen"), (cedar.karim, "dispatch")):
        page = open_page(person, f"/r/hamra/{board}")
        expect(page.locator("body")).to_have_attribute("data-live", "live")
    home = open_page(cedar.maya, "/")
    boards = home.locator("#row-hamra .boards .open")
    for width in (1280, 390):
        load_at(home, (width, 800))
        expect(boards).to_have_text(["Kitchen", "Dispatch"], timeout=SOON)
        upper, lower = (board.bounding_box() for board in boards.all())
        assert upper is not None and lower is not None
        assert upper["y"] + upper["height"] <= lower["y"], width
