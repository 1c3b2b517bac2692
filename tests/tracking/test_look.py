"""A guest's page has the restaurant's face, says what is late before it is noticed, gives nobody away."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import actions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.restaurants.brand import Brand
from ordertrack.restaurants.save import save_brand
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tracking import host
from ordertrack.tracking.look import initials
from support.cast import House
from support.pages.page_clock import install_clock
from support.till import move, order_of

Open = Callable[..., Page]
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
GUEST = {
    "name": "Rana Khoury",
    "phone": "+961 3 765432",
    "address": {"area": "Ras Beirut", "lines": ["Bliss St 9"], "instructions": "ring twice"},
}
TOTAL = {"currency": "USD", "total": 4150}
CONFIRMED, PREPARING, READY = OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY
DELIVERING, COMPLETED, CANCELLED = OrderStatus.DELIVERING, OrderStatus.COMPLETED, OrderStatus.CANCELLED


def order(
    app: Flask,
    house: House,
    minutes: float | None = None,
    fulfilment: Fulfilment = Fulfilment.DELIVERY,
    **values: Any,
) -> OrderRecord:
    """An order of Rana's, promised in so many minutes."""
    promised = None if minutes is None else dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    new = NewOrder(
        *("hamra", fulfilment, (NewItem("Kebab", 2, "no onion", ("extra garlic", "well done")),)),
        customer=GUEST,
        promised_at=promised,
        **values,
    )
    with tenant_context(app, house.tenant_id):
        order_id, _ = intake.place(new, by=house.program)
    return order_of(app, house, order_id)


def wear(app: Flask, house: House, restaurant_id: uuid.UUID, *values: Any) -> None:
    with tenant_context(app, house.tenant_id):
        save_brand(Brand(restaurant_id, *values), by=house.maya.principal)


def page_of(app: Flask, shown: OrderRecord, query: str = "") -> str:
    return app.test_client().get(f"/track/{shown.tracking_token}{query}").text


class Head(HTMLParser):
    """Everything that stands in a page's head, by the property or name of its metas."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = page.partition("</head>")[0]
        self.metas: dict[str, str] = {}
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "meta" and (name := values.get("property") or values.get("name")):
            self.metas.setdefault(name, values.get("content") or "")


def test_a_preview_of_the_link_names_the_restaurant_and_nothing_of_who_ordered_what(
    app: Flask, cedar: House
) -> None:
    shown = order(app, cedar, 30, reference="till-77", amounts={"currency": "USD", "total": 4150})
    wear(app, cedar, shown.restaurant_id, "#8a3b12", "Seven Lemons", "+961 1 555 701", ("Bliss St 1",))
    for status in (None, CONFIRMED, CANCELLED):
        shown = move(app, cedar, shown.id, status) if status else shown
        head = Head(page_of(app, shown))
        assert head.metas["og:title"] == "Your order from Seven Lemons"
        assert head.metas["og:site_name"] == "Seven Lemons"
        assert head.metas["og:description"] == "See how far it is and when it will be there."
        assert head.metas["theme-color"] == "#8a3b12"
        assert head.metas["robots"] == "noindex, nofollow" and head.metas["referrer"] == "no-referrer"
        for private in (
            *(
                "Rana",
                "Khoury",
                "765432",
                "Ras Beirut",
                "Bliss St 9",
                "ring twice",
                "Kebab",
                "garlic",
                "onion",
            ),
            *("onion", "4150", "41.50", "till-77", shown.tracking_token, str(shown.id)),
        ):
            assert private not in head.text, private


def test_what_somebody_typed_as_name_or_address_does_nothing_but_stand_there(
    app: Flask, cedar: House, open_page: Open
) -> None:
    shown = order(app, cedar)
    evil = '"><script>window.x=1</script>', "<img src=x onerror=window.x=1>"
    page = open_page(None, f"/track/{shown.tracking_token}", viewport=PHONE)
    expect(page.locator("#live")).to_have_text("Live")
    wear(app, cedar, shown.restaurant_id, "#8a3b12", evil[0], None, (evil[1],))
    expect(page.locator(".face")).to_contain_text(evil[0])
    expect(page.locator(".place")).to_contain_text(evil[1])
    page.reload()
    expect(page.locator(".face")).to_contain_text(evil[0])
    expect(page.locator(".place")).to_contain_text(evil[1])
    assert page.locator("meta[property='og:site_name']").get_attribute("content") == evil[0]
    assert page.evaluate("window.x") is None


def test_a_setting_reaches_an_open_page_and_keeps_who_is_about_to_call_where_they_are(
    app: Flask, cedar: House, open_page: Open
) -> None:
    shown = order(app, cedar)
    wear(app, cedar, shown.restaurant_id, "#17493a", None, "+961 1 555 701")
    page = open_page(None, f"/track/{shown.tracking_token}", viewport=PHONE)
    expect(page.locator("#live")).to_have_text("Live")
    expect(page.locator(".face")).to_contain_text("Hamra")
    expect(page.locator(".hero")).to_have_css("background-color", "rgb(23, 73, 58)")
    page.evaluate("window.isSamePage = true")
    page.locator("#call").focus()
    wear(app, cedar, shown.restaurant_id, "#ffd84a", "Seven Lemons", "+961 1 555 702", ("Makdissi St",))
    expect(page.locator(".face")).to_contain_text("Seven Lemons")
    expect(page.locator(".hero")).to_have_css("background-color", "rgb(255, 216, 74)")
    expect(page.locator(".headline")).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator(".place")).to_contain_text("Makdissi St")
    expect(page.locator("#call")).to_have_attribute("href", "tel:+9611555702")
    expect(page.locator("#call")).to_be_focused()
    expect(page).to_have_title(f"Order {shown.number} · Seven Lemons")
    expect(page.locator("[name=theme-color]").first).to_have_attribute("content", "#ffd84a")
    assert page.evaluate("window.isSamePage")
    move(app, cedar, shown.id, CONFIRMED)
    expect(page.locator(".headline")).to_have_text("Your order is confirmed")
    expect(page.locator("#call")).to_be_focused()


@pytest.mark.parametrize(
    "way",
    [
        (),
        (CONFIRMED, PREPARING),
        (CONFIRMED, PREPARING, READY, DELIVERING),
        (CONFIRMED, PREPARING, READY, DELIVERING, COMPLETED),
        (CANCELLED,),
    ],
)
def test_phone_and_address_stand_on_every_state(
    app: Flask, cedar: House, way: tuple[OrderStatus, ...]
) -> None:
    shown = order(app, cedar)
    wear(app, cedar, shown.restaurant_id, "#17493a", None, "+961 1 555 701", ("Makdissi St 48", "Hamra"))
    page = page_of(app, move(app, cedar, shown.id, *way))
    assert 'href="tel:+9611555701"' in page and "Makdissi St 48<br>Hamra" in page


def test_a_delay_is_said_with_the_first_promise_and_aloud_before_anybody_notices(
    app: Flask, cedar: House, open_page: Open
) -> None:
    shown = move(app, cedar, order(app, cedar, 30).id, CONFIRMED, PREPARING)
    page = open_page(None, f"/track/{shown.tracking_token}", viewport=PHONE)
    expect(page.locator("#live")).to_have_text("Live")
    expect(page.locator(".delay")).to_be_hidden()
    with tenant_context(app, cedar.tenant_id):
        actions.act(shown.id, OrderAction.DELAY, by=cedar.karim.principal, minutes=15)
    expect(page.locator(".delay")).to_contain_text("The restaurant needs about 15 minutes longer.")
    expect(page.locator("#news")).to_have_text("The restaurant needs about 15 minutes longer.")
    assert shown.promised_at is not None
    first, then = shown.promised_at, shown.promised_at + dt.timedelta(minutes=15)
    expect(page.locator(".promise s time")).to_have_attribute("datetime", first.isoformat())
    expect(page.locator(".eta time")).to_have_attribute("datetime", then.isoformat())


def test_a_promise_that_passes_is_said_by_the_page_itself(app: Flask, cedar: House, open_page: Open) -> None:
    shown = order(app, cedar, 5)
    page = open_page(None, f"/track/{shown.tracking_token}", strict=False, viewport=PHONE)
    install_clock(page)
    page.clock.fast_forward("04:00")
    expect(page.locator(".delay")).to_be_hidden()
    page.clock.fast_forward("02:00")
    expect(page.locator(".delay")).to_contain_text("The promised time has passed.")


def test_an_order_that_waits_for_its_guest_is_not_called_late(app: Flask, cedar: House) -> None:
    shown = order(app, cedar, 1, Fulfilment.PICKUP)
    assert "The promised time has passed." in page_of(app, shown)
    assert "The promised time has passed." not in page_of(
        app, move(app, cedar, shown.id, CONFIRMED, PREPARING, READY)
    )


def test_an_order_for_another_day_shows_its_day_in_the_largest_type(
    app: Flask, cedar: House, open_page: Open
) -> None:
    shown = order(app, cedar, 26 * 60)
    page = open_page(None, f"/track/{shown.tracking_token}", viewport=PHONE)
    expect(page.locator(".headline")).to_have_text("We have your order for later")
    expect(page.locator(".eta b")).to_have_text(re.compile(r"^\w{3} \d{2}:\d{2}$"))
    sizes = page.evaluate(
        "[...document.querySelectorAll('.page *')].map((each) => parseFloat(getComputedStyle(each).fontSize))"
    )
    largest = page.locator(".eta b").evaluate("(each) => parseFloat(getComputedStyle(each).fontSize)")
    assert largest == max(sizes)


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        (None, []),
        (TOTAL, ["Total US$41.50"]),
        (TOTAL | {"to_collect": 4150}, ["To pay at the door US$41.50"]),
        (TOTAL | {"to_collect": 0}, ["Total US$41.50", "Nothing is left to pay US$0.00"]),
    ],
)
def test_what_is_to_be_paid_is_said_as_far_as_it_is_known(
    app: Flask, cedar: House, amounts: dict[str, Any] | None, said: list[str]
) -> None:
    shown = order(app, cedar, amounts=amounts or {})
    assert [" ".join(each) for each in host.payment(shown)] == said
    assert list(host.payment(move(app, cedar, shown.id, CANCELLED))) == []


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ({}, "You pay nothing."),
        (TOTAL | {"to_collect": 4150}, "You pay nothing."),
        (TOTAL | {"to_collect": 0}, "what you have paid already, ask the restaurant"),
    ],
)
def test_who_reads_that_an_order_was_cancelled_reads_why_what_is_owed_and_whom_to_call(
    app: Flask, cedar: House, amounts: dict[str, Any], said: str
) -> None:
    shown = order(app, cedar, amounts=amounts)
    wear(app, cedar, shown.restaurant_id, "#17493a", None, "+961 1 555 701")
    page = page_of(app, move(app, cedar, shown.id, CANCELLED, reason="Sold out"))
    had_to = ("The restaurant had to cancel your order", "Something that you ordered is sold out.")
    for each in (*had_to, said, 'href="tel:+9611555701"'):
        assert each in page


@pytest.mark.parametrize(
    ("reason", "headline", "why", "advice"),
    [
        (
            "The customer cancelled",
            "Your order was cancelled, as you asked",
            "The restaurant noted that you asked for it.",
            "If you did not ask for this",
        ),
        ("Ordered twice", "Your order was cancelled", "it was ordered twice", "if you did not expect this"),
        ("spilled by Ali", "Your order was cancelled", "", "if you did not expect this"),
    ],
)
def test_a_guest_reads_of_a_cancelled_order_what_is_true_of_a_guest(
    app: Flask, cedar: House, reason: str, headline: str, why: str, advice: str
) -> None:
    shown = order(app, cedar)
    page = page_of(app, move(app, cedar, shown.id, CANCELLED, reason=reason))
    assert all(each in page for each in (headline, why, advice))
    assert reason not in page, "said to those who work there, not to guests"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Seven Lemons Hamra", "SL"),
        ("7 Lemons", "7L"),
        ("élan", "É"),
        ("«Le Pot»", "LP"),
        ("& Sons", "S"),
        ("مطعم الحمرا", "م"),
        ("…", ""),
    ],
)
def test_initials_are_of_the_first_two_words_unless_letters_join(name: str, said: str) -> None:
    assert initials(name) == said


def test_the_page_is_dark_where_the_device_is_and_nothing_is_wider_than_the_narrowest_phone(
    app: Flask, cedar: House, open_page: Open
) -> None:
    shown = order(app, cedar, 30, amounts={"currency": "LBP", "total": 89500000, "to_collect": 89500000})
    name = "Restaurant " + "Extraordinairement" * 2
    wear(app, cedar, shown.restaurant_id, "#17493a", name, "+961 1 555 701", ("x" * 80,))
    for language in ("en", "fr", "ar"):
        page = open_page(
            None, f"/track/{shown.tracking_token}?lang={language}", viewport=NARROW, color_scheme="dark"
        )
        expect(page.locator("body")).to_have_css("background-color", "rgb(16, 19, 22)")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        page.emulate_media(color_scheme="light")
        expect(page.locator("body")).to_have_css("background-color", "rgb(244, 242, 238)")


def test_a_first_visit_asks_for_the_page_and_one_script(app: Flask, cedar: House, open_page: Open) -> None:
    shown = order(app, cedar)
    page = open_page(None, f"/track/{shown.tracking_token}", viewport=PHONE)
    expect(page.locator("#live")).to_have_text("Live")
    asked = page.evaluate(
        "performance.getEntriesByType('resource').map(({ name, initiatorType }) => [initiatorType, name])"
    )
    loaded = [name for kind, name in asked if kind not in ("fetch", "other") and "icon" not in name]
    assert len(loaded) == 1 and loaded[0].endswith("/bundles/js/entry/tracking.js"), asked
