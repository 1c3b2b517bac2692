"""At a shared tablet, in a browser: who is on, how they sign on, and when the tablet forgets them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Locator, Page, expect

from ordertrack.rules.roles import Role
from support.cast import House, Person
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.pages.sizes import load_at
from support.server import wait_for
from support.tablet import OTHER_PIN, PIN, give_pin, hire

OpenPage = Callable[..., Page]


@pytest.fixture
def open_tablet(operator_app: Flask, cedar: House, open_page: OpenPage) -> Callable[..., Page]:
    """A window on a device that Maya made a kitchen tablet; Nour and Rami have PINs, and nobody is on."""

    def open_one(**options: Any) -> Page:
        give_pin(operator_app, cedar, cedar.nour)
        hire(operator_app, cedar, "Rami", pin=OTHER_PIN)
        hire(operator_app, cedar, "Zeina", Role.DISPATCH)
        page = open_page(cedar.maya, "/tablets", strict=False, has_touch=True, **options)
        this_device = page.get_by_role("region", name="Use this device as a tablet")
        this_device.get_by_label("Name of the tablet").fill("Grill")
        page.get_by_role("button", name="Use this device as a tablet").click()
        page.wait_for_url("**/r/hamra/kitchen")
        page_recorder.expect_state(page, "live")
        return page

    return open_one


def who_is_on(page: Page) -> Locator:
    return page.locator("#person-on")


def tap_pin(page: Page, pin: str) -> None:
    for digit in pin:
        page.locator(f"[data-digit='{digit}']").tap()
    page.get_by_role("button", name="OK", exact=True).tap()


def sign_on(page: Page, name: str = "Nour", pin: str = PIN) -> None:
    who_is_on(page).tap()
    page.locator("#person .names button", has_text=name).tap()
    tap_pin(page, pin)
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(who_is_on(page)).to_have_text(name)


def test_a_tap_asks_who_taps_and_moves_the_card_in_their_name(
    cedar: House,
    open_tablet: Callable[..., Page],
    place: Callable[..., uuid.UUID],
    operator: psycopg.Connection[Any],
) -> None:
    order_id = place(cedar)
    page = open_tablet()
    expect(who_is_on(page)).to_have_text("Sign on")
    page.locator(f"#order-{order_id}").get_by_role("button", name="Confirm").tap()
    picker = page.get_by_role("dialog")
    expect(picker.locator(".names bdi")).to_have_text(["Nour", "Rami"])
    picker.get_by_role("button", name="Rami").tap()
    picker.get_by_role("button", name="Not me").tap()
    picker.get_by_role("button", name="Nour").tap()
    tap_pin(page, "9461")
    expect(picker.get_by_role("alert")).to_have_text("That is not the PIN of Nour. Try again.")
    expect(picker.get_by_label("PIN")).to_have_value("")
    tap_pin(page, PIN)
    expect(picker).to_be_hidden()
    expect(page.locator(f"#column-confirmed #order-{order_id}")).to_be_visible()
    expect(who_is_on(page)).to_have_text("Nour")
    row = operator.execute(
        "SELECT changed_by FROM order_status_events WHERE order_id = %s AND to_status = 'confirmed'",
        [order_id],
    ).fetchone()
    assert row == ("Nour",)


def test_the_keyboard_alone_signs_on_and_switches(open_tablet: Callable[..., Page]) -> None:
    page = open_tablet()
    who_is_on(page).focus()
    page.keyboard.press("Enter")
    for name, pin in (("Nour", PIN), ("Rami", OTHER_PIN)):
        choice = page.locator("#person .names button", has_text=name)
        expect(choice).to_be_visible()
        while not choice.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.type(pin)
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(who_is_on(page)).to_have_text(name)
        expect(who_is_on(page)).to_be_focused()
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(who_is_on(page)).to_have_text("Rami")


def test_a_wet_finger_that_touches_twice_types_a_digit_once(open_tablet: Callable[..., Page]) -> None:
    page = open_tablet()
    who_is_on(page).tap()
    page.get_by_role("dialog").get_by_role("button", name="Nour").tap()
    page.evaluate("""() => {
      const touch = (digit) => document.querySelector(`[data-digit="${digit}"]`)
        .dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, cancelable: true }));
      for (const digit of [7, 7, 2, 7, 7]) touch(digit);
    }""")
    expect(page.get_by_label("PIN")).to_have_value("727")
    page.get_by_role("button", name="Erase the last digit").tap()
    expect(page.get_by_label("PIN")).to_have_value("72")


def test_who_is_on_stands_on_the_tile_and_another_name_is_one_tap_away(
    open_tablet: Callable[..., Page],
) -> None:
    page = open_tablet(viewport={"width": 1280, "height": 800})
    sign_on(page)
    who_is_on(page).tap()
    picker = page.get_by_role("dialog")
    expect(picker.locator(".names [data-here]")).to_have_text("Nour on now · Kitchen")
    pad = picker.locator(".pad")
    expect(pad).to_be_hidden()
    for name in ("Nour", "Rami"):
        picker.locator(".names button", has_text=name).tap()
        expect(picker.locator(".names [aria-current=true] bdi")).to_have_text(name)
        expect(picker.locator("form h2")).to_have_text(name)
    expect(pad).to_be_visible()
    tap_pin(page, OTHER_PIN)
    expect(who_is_on(page)).to_have_text("Rami")


def test_whoever_only_looks_needs_no_pin_and_nothing_is_done(
    cedar: House, open_tablet: Callable[..., Page], place: Callable[..., uuid.UUID]
) -> None:
    order_id = place(cedar)
    page = open_tablet()
    page.locator(f"#order-{order_id}").get_by_role("button", name="Confirm").tap()
    page.get_by_role("button", name="Just looking").tap()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(f"#column-pending #order-{order_id}")).to_be_visible()
    expect(who_is_on(page)).to_have_text("Sign on")


def test_dots_count_the_digits_and_as_many_as_a_pin_has_at_least(open_tablet: Callable[..., Page]) -> None:
    page = open_tablet()
    who_is_on(page).tap()
    page.get_by_role("dialog").get_by_role("button", name="Nour").tap()
    dots = page.locator(".dots i")
    expect(dots).to_have_count(4)
    for typed, (filled, all_of_them) in {"72": (2, 4), "729": (5, 5)}.items():
        for digit in typed:
            page.locator(f"[data-digit='{digit}']").tap()
        expect(page.locator(".dots .on")).to_have_count(filled)
        expect(dots).to_have_count(all_of_them)
    page.keyboard.press("Backspace")
    expect(page.locator(".dots .on")).to_have_count(4)


def test_names_and_pad_fit_every_screen_with_keys_for_wet_fingers(open_tablet: Callable[..., Page]) -> None:
    page = open_tablet(locale="en")
    picker = page.get_by_role("dialog")

    def sticks_out() -> bool:
        return bool(
            picker.evaluate("it => it.scrollWidth > it.clientWidth || it.getBoundingClientRect().x < 0")
        )

    for size in ((320, 640), (390, 844), (1024, 600), (800, 1280), (1280, 800)):
        load_at(page, size)
        who_is_on(page).evaluate("button => button.click()")
        expect(picker.get_by_role("button", name="Nour")).to_be_visible()
        assert not sticks_out(), size
        picker.get_by_role("button", name="Nour").tap()
        assert not sticks_out(), size
        keys = [key.bounding_box() for key in picker.locator(".pad button").all()]
        assert keys
        for box in keys:
            assert box and min(box["width"], box["height"]) >= 48 and box["y"] + box["height"] <= size[1], (
                size
            )


def test_whoever_is_on_stays_so_when_the_page_is_loaded_anew_and_may_sign_off(
    open_tablet: Callable[..., Page],
) -> None:
    page = open_tablet()
    sign_on(page)
    page.reload()
    expect(who_is_on(page)).to_have_text("Nour")
    who_is_on(page).tap()
    expect(page.get_by_role("button", name="Sign this tablet out")).to_be_hidden()
    page.get_by_role("button", name="Sign off").tap()
    expect(who_is_on(page)).to_have_text("Sign on")
    page.reload()
    expect(who_is_on(page)).to_have_text("Sign on")


def test_the_tablet_rests_when_nobody_touches_it_but_not_while_it_is_cut_off(
    cedar: House, open_tablet: Callable[..., Page], operator: psycopg.Connection[Any]
) -> None:
    operator.execute(
        """INSERT INTO floor_settings SELECT tenant_id, id, 1, '{}', 5, false, '[]', 'Maya', 'staff:x'
             FROM restaurants WHERE tenant_id = %s""",
        [cedar.tenant_id],
    )
    page = open_tablet()
    sign_on(page)
    page.context.set_offline(True)
    touched = (
        "JSON.parse(Object.entries(sessionStorage).find(([key]) => key.startsWith('person:'))[1]).touched"
    )
    at = page.evaluate(touched)
    wait_for(lambda: page.evaluate(touched) > at + 7000, "longer than the tablet takes to rest")
    expect(who_is_on(page)).to_have_text("Nour")
    page.context.set_offline(False)
    expect(who_is_on(page)).to_have_text("Sign on", timeout=20_000)
    assert page.evaluate("sessionStorage.length") == 0


def test_a_tap_of_nobody_while_cut_off_asks_who_made_it_once_the_line_is_back(
    cedar: House, open_tablet: Callable[..., Page], place: Callable[..., uuid.UUID], network: NetworkProxy
) -> None:
    order_id = place(cedar)
    page = open_tablet(base_url=network.address)
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    page.locator(f"#order-{order_id}").get_by_role("button", name="Confirm").tap()
    expect(page.get_by_role("dialog")).to_be_hidden()
    network.let_through()
    page.locator("#person .names button", has_text="Nour").tap(timeout=60_000)
    tap_pin(page, PIN)
    expect(page.locator(f"#column-confirmed #order-{order_id}")).to_be_visible(timeout=60_000)


def test_a_manager_ends_the_tablet_from_elsewhere_and_its_board_closes_at_once(
    cedar: House, open_tablet: Callable[..., Page], sign_in: Callable[[Person], FlaskClient],
    operator: psycopg.Connection[Any],
) -> None:  # fmt: skip
    page = open_tablet()
    sign_on(page)
    row = operator.execute("SELECT id FROM tablets WHERE tenant_id = %s", [cedar.tenant_id]).fetchone()
    assert row is not None
    assert sign_in(cedar.maya).post(f"/tablets/{row[0]}/end").status_code == 302
    page_recorder.expect_state(page, "signed-out")
    expect(who_is_on(page)).to_have_text("Sign on")


def test_a_manager_who_is_on_signs_the_tablet_out(
    operator_app: Flask, cedar: House, open_tablet: Callable[..., Page]
) -> None:
    give_pin(operator_app, cedar, cedar.maya)
    page = open_tablet()
    sign_on(page, "Maya")
    who_is_on(page).tap()
    page.get_by_role("button", name="Sign this tablet out").tap()
    page.wait_for_url("**/login")
    page.goto("/r/hamra/kitchen")
    expect(page).to_have_url(re.compile("/login"))
