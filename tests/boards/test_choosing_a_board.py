"""The page of all boards: grouped by restaurant, and searched where there are too many to read."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from support.cast import House
from support.pages.sizes import load_at

Open = Callable[..., Page]
MANY = (*(f"branch-{number}" for number in range(97)), "elysee", "verdun", "badaro")


def test_every_restaurant_stands_once_with_its_boards(cedar: House, open_page: Open) -> None:
    page = open_page(cedar.maya, "/boards")
    expect(page.locator(".choose h3")).to_have_text(["Hamra", "Jounieh"])
    expect(page.locator(".choose li").first.locator(".button")).to_have_text(
        ["Kitchen, Hamra", "Dispatch, Hamra"]
    )
    expect(page.get_by_label("Find a restaurant")).to_be_hidden()
    page.get_by_role("link", name=re.compile("Dispatch.*Jounieh")).click()
    page.wait_for_url("**/r/jounieh/dispatch")


def test_whoever_cooks_is_offered_the_kitchens(cedar: House, open_page: Open) -> None:
    page = open_page(cedar.nour, "/boards")
    expect(page.locator(".choose .button")).to_have_text(["Kitchen, Hamra", "Kitchen, Jounieh"])


def test_a_hundred_restaurants_are_searched(make_house: Callable[..., House], open_page: Open) -> None:
    house = make_house("Cedar", MANY)
    page = open_page(house.maya, "/boards")
    for width in (320, 1280):
        load_at(page, (width, 800))
        assert page.evaluate("document.documentElement.scrollWidth") == width
        look_for_restaurants(page)


def look_for_restaurants(page: Page) -> None:
    shown = page.locator(".choose li:visible h3")
    expect(shown).to_have_count(100)
    field = page.get_by_label("Find a restaurant")
    for typed, names in (("ÉLY", ["Elysee"]), ("branch-1", 11), ("  badaro ", ["Badaro"]), ("", 100)):
        field.fill(typed)
        if isinstance(names, int):
            expect(shown).to_have_count(names)
        else:
            expect(shown).to_have_text(names)
        expect(page.get_by_text("No restaurant of that name.")).to_be_hidden()
    field.fill("nowhere")
    expect(shown).to_have_count(0)
    expect(page.get_by_text("No restaurant of that name.")).to_be_visible()
