"""What the filters of every open board hide is shown nowhere: managers are told, and the boards ring."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from boards.hands import KITCHEN, card, expect_counted, order_of, set_operations
from boards.sound_steps import expect_lit, go_on, hear, record_lights
from ordertrack.boards import filters
from ordertrack.boards.filters import EVERYTHING, Filter, MalformedFilter
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.restaurants.stations import Station
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import Fulfilment
from support.cast import House, Person, hire
from support.pages import page_recorder

Open = Callable[..., Page]
STATIONS = (Station("Grill", ("kebab",)), Station("Bar", ("lemonade",)))
SOON = 15_000  # milliseconds: a beat of account is two seconds, and the machine may be busy
UNNOTICED = 60_000  # milliseconds: two heartbeats that nobody took, and the time to come back


@pytest.fixture(autouse=True)
def _two_stations(app: Flask, cedar: House) -> None:
    set_operations(app, cedar, stations=STATIONS)


def open_filtered(open_page: Open, person: Person, **filtered: list[str]) -> Page:
    """A kitchen board that was set to show only these stations or kinds of orders."""
    page = open_page(person, KITCHEN)
    for name, chosen in filtered.items():
        page.evaluate(
            "([name, chosen]) => localStorage.setItem(name + ':hamra', JSON.stringify(chosen))",
            [name, chosen],
        )
    page.reload()
    page_recorder.expect_state(page, "live")
    return page


def test_an_order_that_the_only_board_hides_rings_there_and_is_an_alarm_until_somebody_shows_it(
    app: Flask, cedar: House, open_page: Open
) -> None:
    grill = open_filtered(open_page, cedar.nour, stations=["Grill"])
    go_on(grill)
    record_lights(grill)
    manager = open_page(cedar.maya, "/screens")
    order_of(app, cedar, NewItem("Kebab", 1))
    bar = order_of(app, cedar, NewItem("Lemonade", 1))
    expect(grill.locator("#unshown")).to_contain_text("No screen shows order 2", timeout=SOON)
    expect(card(grill, bar)).to_be_hidden()
    expect(grill.locator("#alerts")).to_contain_text("On no screen 2")
    expect_lit(grill, "unshown")
    told = "Hamra: 1 open order that the filters of every kitchen board hide"
    expect(manager.locator("#manager-alarms")).to_have_text(told, timeout=SOON)
    kitchen = manager.locator("#hamra section").filter(has=manager.get_by_role("heading", name="Kitchen"))
    expect(kitchen).to_contain_text("No screen shows 1 of them")
    expect(kitchen).to_contain_text("shows a part")

    grill.get_by_role("button", name="Show everything here").click()
    expect(card(grill, bar)).to_be_visible()
    expect(grill.locator("#unshown")).to_be_hidden()
    expect(grill.locator("#alerts")).to_have_text("New 1, 2")
    expect(manager.locator("#manager-alarms")).to_be_empty(timeout=SOON)


def test_an_order_of_another_station_is_silent_where_its_own_board_is_open_and_rings_when_that_closes(
    app: Flask, operator_app: Flask, cedar: House, open_page: Open
) -> None:
    # Somebody at work: what a manager has open on their own device shows nobody anything.
    walid = hire(operator_app, cedar, "Walid", Role.KITCHEN)
    grill = open_filtered(open_page, cedar.nour, stations=["Grill"], fulfilments=["pickup"])
    bar = open_filtered(open_page, walid, stations=["Bar"], fulfilments=["pickup"])
    expect_counted(app, cedar, {"Nour": True, "Walid": True})
    order_id = order_of(app, cedar, NewItem("Lemonade", 1))
    expect(card(bar, order_id)).to_have_attribute("data-news", "new")
    kebab = order_of(app, cedar, NewItem("Kebab", 1))
    expect(card(grill, kebab)).to_have_attribute("data-news", "new")
    # One that nobody shows: once it is told, the others have been looked at too.
    order_of(app, cedar, NewItem("Lemonade", 1), fulfilment=Fulfilment.DELIVERY)
    expect(grill.locator("#unshown")).to_contain_text("No screen shows order 3:", timeout=SOON)
    expect(grill.locator("#alerts")).to_contain_text("On no screen 3")
    expect(grill.locator("#alerts")).to_contain_text("New 2")
    bar.close()
    expect(grill.locator("#unshown")).to_contain_text("2 orders (1, 3)", timeout=UNNOTICED)
    hear(grill)
    expect(grill.locator("#alerts")).to_be_empty()
    expect(grill.locator("#unshown")).to_be_visible()


def test_a_kind_of_order_that_a_tap_on_the_filter_hides_everywhere_is_told_too(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order_id = order_of(app, cedar, NewItem("Kebab", 1), fulfilment=Fulfilment.DELIVERY)
    page = open_page(cedar.nour, KITCHEN)
    page_recorder.expect_state(page, "live")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("button", name="Pickup", exact=True).click()
    expect(card(page, order_id)).to_be_hidden()
    expect(page.locator("#unshown")).to_contain_text("No screen shows order 1", timeout=SOON)
    page.get_by_role("button", name="Pickup", exact=True).click()
    expect(page.locator("#unshown")).to_be_hidden()


def test_a_filter_hides_what_is_made_only_where_it_does_not_look() -> None:
    grill = Filter(stations=frozenset({"Bar"}))
    assert grill.hides("pickup", ["Bar"])
    assert not grill.hides("pickup", ["Bar", "Grill"])
    assert not grill.hides("pickup", ["Bar", None]), "what no station makes is shown everywhere"
    assert not grill.hides("pickup", [])
    assert Filter(fulfilments=frozenset({"delivery"})).hides("delivery", ["Grill"])
    assert not EVERYTHING.hides("delivery", ["Bar"])


@pytest.mark.parametrize(
    "said",
    [
        *("[]", "7", "nonsense", '{"stations": 7}', '{"stations": [{}]}', '{"stations": [[]]}', "[" * 5000),
        *('{"at": "now"}', '{"at": -1}', '{"at": 1.5}', '{"at": true}', '{"at": 9007199254740992}'),
    ],
)
def test_a_filter_of_another_form_is_refused_in_words(
    cedar: House, sign_in: Callable[[Person], FlaskClient], said: str
) -> None:
    with pytest.raises(MalformedFilter):
        filters.parse(quote(said), ["Bar"])
    answer = sign_in(cedar.nour).get(f"{KITCHEN}/stream", headers={"Hides": quote(said)})
    assert answer.status_code == 400 and "What this screen hides" in answer.text


def test_a_filter_names_what_there_is_and_nothing_else() -> None:
    said = quote(
        json.dumps({"stations": ["Bar", "Gone", "\0"], "fulfilments": ["pickup", "by air"], "at": 1})
    )
    assert filters.parse(said, ["Bar", "Grill"]) == (Filter(frozenset({"Bar"}), frozenset({"pickup"})), 0.001)
    assert filters.parse(None, ["Bar"]) == filters.parse(quote("{}"), ["Bar"]) == (EVERYTHING, 0)
