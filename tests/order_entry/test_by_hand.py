"""An order of four lines by touch and by keys alone, the line cut while it is sent: one order."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from order_entry import carte
from order_entry.forms import orders_of
from ordertrack.database.session import tenant_context
from ordertrack.menu.dishes import Dish
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.state_machine import Fulfilment
from support.cast import House
from support.network_proxy import NetworkProxy
from support.server import wait_for

Open = Callable[..., Page]
FATTOUSH = Dish("fattoush", {"en": "Fattoush"}, "grill", None, 500)
MENU = replace(carte.MENU, dishes=(*carte.MENU.dishes[:3], FATTOUSH, *carte.MENU.dishes[3:]))
HOME = {"lines": ["Makdissi St 48"], "area": "Ras Beirut"}
LINES = [
    ("Chicken taouk", 2, ("Without: garlic", "Extra: pickles")),
    ("Kafta", 1, ()),
    ("Lemonade", 1, ("Size: large",)),
    ("Fattoush", 1, ()),
]


@pytest.fixture
def known(app: Flask, cedar: House) -> None:
    """A guest who had something brought home before, and must not have sesame."""
    carte.save(app, cedar, MENU)
    guest = {"name": "Rima", "phone": "+961 3 555 127", "locale": "fr", "address": HOME}
    order = NewOrder(
        "hamra", Fulfilment.DELIVERY, (NewItem("Kafta", 2),), customer=guest, note="sesame allergy"
    )
    with tenant_context(app, cedar.tenant_id):
        intake.place(order, by=cedar.program)


class Finger:
    """Taps, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, name: str, *, exact: bool = True, within: str = "#entry") -> None:
        self.page.locator(within).get_by_role("button", name=name, exact=exact).first.tap()
        self.taps += 1


def last_order(app: Flask, house: House) -> OrderRecord:
    with tenant_context(app, house.tenant_id):
        return records.newest(house.tenant_id, 1)[0]


def cut_while_it_is_sent(
    app: Flask, house: House, page: Page, network: NetworkProxy, send: Callable[[], None]
) -> None:
    """The order arrives, its answer does not; then the line is back."""
    before = orders_of(app, house)
    network.hold("post")
    send()
    wait_for(lambda: orders_of(app, house) == before + 1, "the order")
    network.cut()
    expect(page.locator("#sending")).to_contain_text("the order is kept on this device")
    expect(page.locator("#entry")).to_have_attribute("inert", "")
    network.let_through()
    expect(page.locator("#sent")).to_be_visible(timeout=20_000)
    assert orders_of(app, house) == before + 1


def is_the_order(order: OrderRecord) -> None:
    assert [(item.name, item.quantity, item.modifiers) for item in order.items] == LINES
    assert order.amounts == {"currency": "USD", "total": 4700, "to_collect": 4700}
    assert order.note == "sesame allergy"
    assert order.customer == {"name": "Rima", "phone": "+961 3 555 127", "locale": "fr", "address": HOME}
    assert order.promised_at is not None and not order.is_later


@pytest.mark.parametrize("width", [1280, 390])
def test_by_touch_with_few_taps(
    app: Flask, cedar: House, known: None, open_page: Open, network: NetworkProxy, width: int
) -> None:
    size = {"width": width, "height": 800}
    page = open_page(
        cedar.karim, "/r/hamra/new", strict=False, viewport=size, has_touch=True, base_url=network.address
    )
    finger = Finger(page)
    expect(page.locator("[name=phone]")).to_be_focused()
    page.keyboard.type("03555127")
    expect(page.locator("[name=name]")).to_have_value("Rima")
    expect(page.locator("#guest .flag input")).to_be_checked()
    expect(page.locator("#addresses :checked")).to_have_count(1)
    for dish in ("Chicken taouk 12.00", "Chicken taouk 12.00 1", "garlic", "pickles", "Kafta 11.00"):
        finger.tap(dish)
    finger.tap("Drinks")
    finger.tap("Lemonade 4.00")
    expect(page.locator("#lines .asks")).to_have_text("Choose: Size")
    finger.tap("large · 3.00")
    finger.tap("Grill")
    finger.tap("Fattoush 5.00")
    expect(page.locator(".send")).to_contain_text("Send · US$47.00")
    expect(page.locator(".send small:visible")).to_contain_text("–")
    cut_while_it_is_sent(app, cedar, page, network, lambda: finger.tap("Send", exact=False))
    is_the_order(last_order(app, cedar))
    assert finger.taps == 11, "and eight digits"
    expect(page.locator("#sent .number")).to_have_text(str(last_order(app, cedar).number))
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_role("link", name="Next order").tap()
    expect(page.locator("[name=phone]")).to_have_value("")
    expect(page.locator("#lines li")).to_have_count(0)


def test_by_keys_alone(app: Flask, cedar: House, known: None, open_page: Open, network: NetworkProxy) -> None:
    page = open_page(cedar.karim, "/r/hamra/new", strict=False, base_url=network.address)
    keys = page.keyboard
    keys.type("03555127")
    keys.press("Enter")
    expect(page.locator("[name=name]")).to_have_value("Rima")
    page.locator("body").evaluate("() => document.activeElement.blur()")

    def find(typed: str) -> None:
        keys.press("/")
        expect(page.locator("#find-dish")).to_be_focused()
        keys.type(typed)
        keys.press("Enter")

    def choose(name: str) -> None:
        for _ in range(10):
            if page.locator(":focus").inner_text() == name:
                return keys.press("Space")
            keys.press("Tab")
        raise AssertionError(name)

    find("taouk")
    choose("garlic")
    choose("pickles")
    find("taouk")
    find("kaf")
    find("citron")
    choose("large · 3.00")
    find("fatt")
    expect(page.locator("#total")).to_have_text("US$47.00")
    cut_while_it_is_sent(app, cedar, page, network, lambda: keys.press("Control+Enter"))
    is_the_order(last_order(app, cedar))
    expect(page.locator("#sent .headline")).to_be_focused()


def test_what_was_typed_outlives_another_language_and_a_dish_that_is_sold_out_since(
    app: Flask, cedar: House, hamra: uuid.UUID, known: None, open_page: Open
) -> None:
    page = open_page(cedar.maya, "/r/hamra/new", strict=False, viewport={"width": 1280, "height": 800})
    page.locator("[name=phone]").fill("70 111 222")
    page.locator("[name=name]").fill("Walid")
    page.get_by_role("radio", name="Pickup").check()
    expect(page.locator("#guest .known")).to_have_text("No order by this number yet.")
    expect(page.locator("[name=name]")).to_have_value("Walid")
    for dish in ("Kafta 11.00", "Fattoush 5.00"):
        page.get_by_role("button", name=dish).click()
    page.locator("#find-dish").fill("candle")
    page.get_by_role("button", name="Add “candle”, which is not on the menu").click()
    page.locator("#lines [data-field=price]").fill("0.5")
    expect(page.locator("#total")).to_have_text("US$16.50")
    page.locator(".person-open").click()
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("[name=name]")).to_have_value("Walid")
    expect(page.locator("#lines li")).to_have_count(3)
    carte.sell_out(app, cedar, "fattoush", hamra)
    expect(page.locator(".dish:disabled")).to_contain_text("Fattoush")
    page.locator(".send").click()
    expect(page.locator("#lines .problem")).to_contain_text("Fattoush est épuisé jusqu’à")
    assert orders_of(app, cedar) == 1
    page.get_by_role("button", name="Un de moins : Fattoush").click()
    page.locator(".send").click()
    expect(page.locator("#sent")).to_be_visible()
    order = last_order(app, cedar)
    assert [(item.name, item.quantity) for item in order.items] == [("Kafta", 1), ("candle", 1)]
    assert (order.customer["name"], order.total) == ("Walid", 1150)
    beside = page.context.new_page()  # it hears of it when the page of what was sent does
    beside.goto("/r/hamra/new")
    carte.sell_out(app, cedar, "kafta", hamra)
    expect(beside.locator(".dish:disabled")).to_contain_text(["Kafta"])
