"""Every page of a manager tells where orders are open and nobody sees them, within seconds, and aloud."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from cast import House, Person
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

TOLD = "Hamra: 1 open order and no kitchen board"
SOON = 12_000  # milliseconds


def test_every_page_of_a_manager_tells_and_no_other_does(
    cedar: House, sign_in: Callable[[Person], FlaskClient], place: Callable[..., uuid.UUID]
) -> None:
    order_id = place(cedar)
    pages = ["/boards", "/orders", f"/orders/{order_id}", "/sla", "/sla/settings", "/sla/settings/hamra"]
    pages += ["/r/hamra/settings", "/r/hamra/open", "/people", "/tablets", "/screens"]
    pages += ["/r/hamra/kitchen", "/r/hamra/dispatch"]
    maya, nour = sign_in(cedar.maya), sign_in(cedar.nour)
    for page in pages:
        text = maya.get(page).text
        assert re.findall(r'<div id="told"[^>]* role="alert"', text) == [
            '<div id="told" class="told" role="alert"'
        ], page
        assert page == "/r/hamra/kitchen" or "/screens" in text
    for page in ("/boards", "/orders", f"/orders/{order_id}", "/r/hamra/kitchen"):
        assert 'id="told"' not in nour.get(page).text


@pytest.mark.parametrize("path", ["/orders", "/r/hamra/dispatch"])
def test_the_sentence_comes_and_goes_while_the_page_is_open(
    open_page: Callable[..., Page], cedar: House, place: Callable[..., uuid.UUID], path: str
) -> None:
    page = open_page(cedar.maya, path)
    alert = page.locator("#told")
    expect(alert).to_be_empty()
    place(cedar)
    expect(alert).to_have_text(TOLD, timeout=SOON, use_inner_text=True)
    expect(page.get_by_role("alert").filter(has_text=TOLD)).to_be_visible()
    if path.endswith("dispatch"):  # the board itself goes on being live, and its cards stay where they are
        expect(page.locator("body")).to_have_attribute("data-live", "live")
        said, columns = alert.bounding_box(), page.locator(".columns").bounding_box()
        assert said and columns and columns["y"] + columns["height"] <= said["y"], "it lies over cards"
    open_page(cedar.nour, "/r/hamra/kitchen")
    expect(alert).to_be_empty(timeout=SOON)


def test_the_overview_shows_live_what_waits_and_who_sees_it(
    open_page: Callable[..., Page], cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    page = open_page(cedar.maya, "/screens")
    kitchen = page.locator("#hamra section").filter(has=page.get_by_role("heading", name="Kitchen"))
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    expect(kitchen).to_contain_text("0 open orders")
    place(cedar)
    expect(kitchen).to_contain_text("1 open order", timeout=SOON)
    expect(kitchen).to_contain_text("No screen shows them")
    device = open_page(cedar.maya, "/tablets")
    device.get_by_label("Restaurant").select_option("hamra")
    device.get_by_label("Board").select_option("kitchen")
    device.get_by_label("Its name").fill("Grill tablet")
    device.locator("main form button").first.click()
    expect(device.locator("body")).to_have_attribute("data-live", "live")
    expect(kitchen).to_contain_text("Grill tablet", timeout=SOON)
    expect(kitchen).to_contain_text("open since")
    expect(kitchen).not_to_contain_text("No screen shows them")
