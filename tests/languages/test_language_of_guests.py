"""A guest reads their own language, also in what comes later; the digits of Arabic are the restaurant's."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.restaurants import operations
from ordertrack.restaurants.save import save_operations
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House
from support.till import move

PHONE = {"width": 390, "height": 844}
Open = Callable[..., Page]


def order_for(app: Flask, house: House, locale: str | None) -> OrderRecord:
    customer = {"name": "Rana", **({"locale": locale} if locale else {})}
    new = NewOrder("hamra", Fulfilment.DELIVERY, (NewItem("Kebab", 2),), customer=customer)
    with tenant_context(app, house.tenant_id):
        order_id, _ = intake.place(new, by=house.program)
        order = records.find(house.tenant_id, order_id)
        assert order is not None
        return order


def show_arabic_digits(app: Flask, house: House, order: OrderRecord) -> None:
    with tenant_context(app, house.tenant_id):
        kept = operations.of_restaurant(house.tenant_id, order.restaurant_id)
        save_operations(replace(kept, arabic_digits=True), by=house.maya.principal)


def page_of(app: Flask, order: OrderRecord, query: str = "", browser: str = "en") -> str:
    address = f"/track/{order.tracking_token}{query}"
    answer = app.test_client().get(address, headers={"Accept-Language": browser})
    assert answer.status_code == 200
    return answer.text


def test_a_french_guest_is_greeted_in_french_and_told_every_step_in_it(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order = order_for(app, cedar, "fr-LB")
    page = open_page(None, f"/track/{order.tracking_token}", viewport=PHONE)
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("#live")).to_have_text("En direct")
    expect(page.locator("#progress h1")).to_have_text("Nous avons votre commande")
    move(app, cedar, order.id, OrderStatus.CONFIRMED)
    expect(page.locator("#progress h1")).to_have_text("Votre commande est confirmée")
    expect(page.locator("#news")).to_have_text("Votre commande est confirmée")
    expect(page.locator(".steps")).not_to_contain_text(re.compile("Being|Ready|way"))


def test_two_who_follow_one_order_are_each_told_in_their_own_language(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order = order_for(app, cedar, "fr")
    show_arabic_digits(app, cedar, order)
    french = open_page(None, f"/track/{order.tracking_token}", viewport=PHONE)
    arabic = open_page(None, f"/track/{order.tracking_token}", viewport=PHONE)
    arabic.get_by_role("link", name="العربية").click()
    expect(arabic.locator("html")).to_have_attribute("dir", "rtl")
    expect(arabic.locator("p.number")).to_contain_text("١")
    for page in (french, arabic):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
    move(app, cedar, order.id, OrderStatus.CONFIRMED)
    expect(french.locator(".steps .current time")).to_have_text(re.compile("^[0-9]{2}:[0-9]{2}$"))
    expect(french.locator("#progress h1")).to_have_text("Votre commande est confirmée")
    expect(arabic.locator("#progress h1")).to_have_text("تم تأكيد طلبك")
    expect(arabic.locator(".steps .current time")).to_have_text(re.compile("^[٠-٩]{2}:[٠-٩]{2}$"))
    arabic.reload()
    expect(arabic.locator("#progress h1")).to_have_text("تم تأكيد طلبك")


@pytest.mark.parametrize(
    ("locale", "query", "browser", "lang"),
    [
        ("ar", "", "fr", "ar"),
        ("ar_LB", "?lang=fr", "en", "fr"),
        ("hy", "", "fr-CA", "fr"),
        (None, "", "ar", "ar"),
        (None, "?lang=tlh", "de", "en"),
    ],
)
def test_a_guest_s_own_choice_comes_first_then_the_order_s_then_the_browser_s(
    app: Flask, cedar: House, locale: str | None, query: str, browser: str, lang: str
) -> None:
    page = page_of(app, order_for(app, cedar, locale), query, browser)
    assert f'<html lang="{lang}"' in page
    assert f"/stream?lang={lang}" in page


def test_the_restaurant_says_which_digits_guests_who_read_arabic_see(app: Flask, cedar: House) -> None:
    order = order_for(app, cedar, "ar")
    assert "2×" in page_of(app, order)
    show_arabic_digits(app, cedar, order)
    page = page_of(app, order)
    assert "٢×" in page and "2×" not in page
    in_french = page_of(app, order, "?lang=fr")
    assert "2×" in in_french
    # The page offers each other language once, whatever the digits.
    assert in_french.count('lang="ar"') == 1 and "lang=ar-arab" in in_french
    assert page.count('lang="ar"') == 1 and page.count('lang="fr"') == 1


def test_a_link_that_has_ended_says_so_in_the_guest_s_language(app: Flask) -> None:
    gone = app.test_client().get("/track/" + "x" * 22, headers={"Accept-Language": "fr"})
    assert gone.status_code == 404 and "Ce lien ne mène à aucune commande" in gone.text
