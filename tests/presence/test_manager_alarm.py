"""Every page of a manager tells where orders are open and nobody sees them, within seconds, and aloud."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from support.cast import House, Person

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
        assert re.findall(r'<div id="manager-alarm"[^>]* role="alert"', text) == [
            '<div id="manager-alarm" class="manager-alarm" role="alert"'
        ], page
        assert page == "/r/hamra/kitchen" or "/screens" in text
    for page in ("/boards", "/orders", f"/orders/{order_id}", "/r/hamra/kitchen"):
        assert 'id="manager-alarm"' not in nour.get(page).text


@pytest.mark.parametrize("path", ["/orders", "/r/hamra/dispatch"])
def test_the_sentence_comes_and_goes_while_the_page_is_open(
    open_page: Callable[..., Page], cedar: House, place: Callable[..., uuid.UUID], path: str
) -> None:
    page = open_page(cedar.maya, path)
    alert = page.locator("#manager-alarm")
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


def test_what_is_told_of_several_boards_is_one_counted_line_that_opens_and_stays_open(
    open_page: Callable[..., Page], cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    page = open_page(cedar.maya, "/orders", viewport={"width": 1280, "height": 800})
    for restaurant in cedar.restaurants:
        place(cedar, restaurant=restaurant)
    alert = page.locator("#manager-alarm")
    summary = alert.locator("summary")
    expect(summary).to_have_text("2 boards have open orders that no screen shows", timeout=SOON)
    expect(alert.get_by_text(TOLD)).to_be_hidden()
    box = alert.bounding_box()
    assert box and box["height"] < 80, "more than a line"
    summary.click()
    sentences = [TOLD, TOLD.replace("Hamra", "Jounieh")]
    expect(alert.get_by_role("link")).to_have_text(sentences, use_inner_text=True)
    place(cedar)
    expect(alert.get_by_text("Hamra: 2 open orders")).to_be_visible(timeout=SOON)


def test_no_board_is_told_of_itself(
    open_page: Callable[..., Page], cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    for restaurant in cedar.restaurants:
        place(cedar, restaurant=restaurant)
    page = open_page(cedar.maya, "/orders")  # so that what the board is told first is what was true before it
    expect(page.locator("#manager-alarm")).to_contain_text("2 boards", timeout=SOON)
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
          window.said = [];
          const told = document.getElementById("manager-alarm");
          const look = () => said.push(told.textContent);
          new MutationObserver(look).observe(told, { childList: true, subtree: true });
        })"""
    )
    page.goto("/r/hamra/kitchen")
    other = TOLD.replace("Hamra", "Jounieh")
    expect(page.locator("#manager-alarm")).to_have_text(other, timeout=SOON, use_inner_text=True)
    assert not any("Hamra" in said or "boards" in said for said in page.evaluate("said"))


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
