"""On a shared tablet a tap that waits keeps its person, or waits for one."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.tap_steps import card, expect_none_waiting, expect_status, expect_waiting, log_of, strike, tap
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.server import wait_for
from support.tablet import OTHER_PIN, PIN, give_pin, hire

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


@pytest.fixture
def open_tablet(
    operator_app: Flask, cedar: House, network: NetworkProxy, open_page: Open
) -> Callable[[], Page]:
    """A kitchen tablet over the wire, live; Nour and Rami have PINs, and nobody is on."""

    def open_it() -> Page:
        give_pin(operator_app, cedar, cedar.nour)
        hire(operator_app, cedar, "Rami", pin=OTHER_PIN)
        page = open_page(cedar.maya, "/tablets", strict=False, base_url=network.address)
        this_device = page.get_by_role("region", name="Use this device as a tablet")
        this_device.get_by_label("Name of the tablet").fill("Grill")
        page.get_by_role("button", name="Use this device as a tablet").click()
        page.wait_for_url("**/r/hamra/kitchen")
        page_recorder.expect_state(page, "live")
        return page

    return open_it


def sign_on(page: Page, name: str, pin: str) -> None:
    page.locator("#person .names button", has_text=name).click()
    for digit in pin:
        page.locator(f"[data-digit='{digit}']").click()
    page.get_by_role("button", name="OK", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_hidden()


NOT_SIGNED = "Not done: nobody entered a PIN"


def only_look(page: Page) -> None:
    page.get_by_role("button", name="Just looking").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_tap_that_nobody_has_signed_waits_for_the_line_and_is_signed_before_it_is_sent(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_tablet: Callable[[], Page]
) -> None:
    order_id = place(cedar)
    page = open_tablet()
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    tap(page, order_id, "Confirm")
    expect_waiting(page, "1 tap waits; it is sent once you are online.")
    expect(page.get_by_role("dialog")).to_be_hidden()
    network.let_through()
    expect(page.get_by_role("dialog")).to_be_visible(timeout=20_000)
    said = "Enter your PIN to send: \u20681 Confirm\u2069. “Just looking” takes it back."
    expect(page.locator("#person [data-for]")).to_have_text(said)
    sign_on(page, "Nour", PIN)
    expect_status(page, order_id, OrderStatus.CONFIRMED)
    expect_none_waiting(page)
    assert log_of(app, cedar, order_id) == ["confirmed Nour"]


@pytest.mark.parametrize("view", ["rail", "columns"])
def test_a_tap_that_nobody_signs_for_is_taken_back_and_not_booked_on_whoever_signs_on_next(
    app: Flask, cedar: House, place: Place, open_tablet: Callable[[], Page], view: str
) -> None:
    order_id, other = place(cedar), place(cedar)
    page = open_tablet()
    page.evaluate("view => localStorage.setItem('view', view)", view)
    page.reload()
    page_recorder.expect_state(page, "live")
    size = card(page, order_id).bounding_box()
    tap(page, order_id, "Confirm")
    only_look(page)
    expect(card(page, order_id)).to_contain_text(NOT_SIGNED)
    expect(card(page, order_id).get_by_role("button", name="Confirm")).to_be_visible()
    expect_none_waiting(page)
    assert card(page, order_id).bounding_box() == size
    tap(page, other, "Confirm")
    sign_on(page, "Nour", PIN)
    expect_status(page, other, OrderStatus.CONFIRMED)
    assert log_of(app, cedar, other) == ["confirmed Nour"]
    assert log_of(app, cedar, order_id) == []
    expect(card(page, order_id)).not_to_contain_text(NOT_SIGNED, timeout=20_000)


def test_a_struck_line_that_nobody_signs_for_is_whole_again(
    app: Flask, cedar: House, place: Place, bring: Callable[..., None], open_tablet: Callable[[], Page]
) -> None:
    order_id = place(cedar)
    bring(cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    page = open_tablet()
    strike(page, order_id, 1)
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(card(page, order_id).locator("[data-line='1']")).to_have_attribute("data-pending", "")
    page.keyboard.press("Escape")
    expect(card(page, order_id).locator("[data-line='1']")).not_to_have_attribute("data-done", "")
    expect(card(page, order_id)).to_contain_text(NOT_SIGNED)
    expect_none_waiting(page)
    strike(page, order_id, 1)
    sign_on(page, "Nour", PIN)
    expect(card(page, order_id).locator("[data-line='1']")).to_have_attribute("data-done", "")
    expect(card(page, order_id)).not_to_contain_text(NOT_SIGNED)
    wait_for(lambda: log_of(app, cedar, order_id)[-1] == "strike 1 Nour", "the strike in the log")


def test_a_tap_waits_on_where_the_line_is_cut_while_the_pin_is_asked_for(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_tablet: Callable[[], Page]
) -> None:
    order_id = place(cedar)
    page = open_tablet()
    tap(page, order_id, "Confirm")
    expect(page.get_by_role("dialog")).to_be_visible()
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    only_look(page)
    expect_waiting(page, "1 tap waits; it is sent once you are online.")
    network.let_through()
    expect(page.get_by_role("dialog")).to_be_visible(timeout=20_000)
    sign_on(page, "Nour", PIN)
    expect_status(page, order_id, OrderStatus.CONFIRMED)
    assert log_of(app, cedar, order_id) == ["confirmed Nour"]


def test_who_does_not_sign_on_is_not_asked_again(
    cedar: House, place: Place, open_tablet: Callable[[], Page]
) -> None:
    order_id = place(cedar)
    page = open_tablet()
    tap(page, order_id, "Confirm")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('online'))")  # taps are to be sent, for whatever reason
    only_look(page)
    expect(card(page, order_id)).to_contain_text(NOT_SIGNED)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect_none_waiting(page)
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_tap_that_waits_for_a_pin_says_so_while_the_pin_is_asked_for(
    cedar: House, place: Place, open_tablet: Callable[[], Page]
) -> None:
    order_id = place(cedar)
    page = open_tablet()
    tap(page, order_id, "Confirm")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect_waiting(page, "1 tap waits for a PIN.")
    sign_on(page, "Nour", PIN)
    expect_status(page, order_id, OrderStatus.CONFIRMED)
    expect_none_waiting(page)


def test_a_tap_that_waits_stays_with_whoever_made_it_though_another_is_on_by_then(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_tablet: Callable[[], Page]
) -> None:
    order_id, other = place(cedar), place(cedar)
    page = open_tablet()
    page.locator("#person-on").click()
    sign_on(page, "Nour", PIN)
    network.hold("post")
    tap(page, order_id, "Confirm")
    network.cut()
    expect(card(page, order_id)).to_contain_text("Waits to be sent")
    page.locator("#person-on").click()
    page.locator("[data-sign-off]").click()
    network.let_through()
    expect_status(page, order_id, OrderStatus.CONFIRMED)
    tap(page, other, "Confirm")
    sign_on(page, "Rami", OTHER_PIN)
    expect_status(page, other, OrderStatus.CONFIRMED)
    assert log_of(app, cedar, order_id) == ["confirmed Nour"]
    assert log_of(app, cedar, other) == ["confirmed Rami"]


def test_a_tap_whose_person_may_not_act_any_more_is_signed_anew(
    operator_app: Flask,
    app: Flask,
    cedar: House,
    place: Place,
    network: NetworkProxy,
    open_tablet: Callable[[], Page],
) -> None:
    order_id = place(cedar)
    page = open_tablet()
    page.locator("#person-on").click()
    sign_on(page, "Nour", PIN)
    give_pin(operator_app, cedar, cedar.nour, "4862")
    tap(page, order_id, "Confirm")
    sign_on(page, "Rami", OTHER_PIN)
    expect_status(page, order_id, OrderStatus.CONFIRMED)
    expect_none_waiting(page)
    assert log_of(app, cedar, order_id) == ["confirmed Rami"]


def test_a_tablet_whose_clock_is_set_back_rests_all_the_same(open_tablet: Callable[[], Page]) -> None:
    page = open_tablet()
    page.locator("#person-on").click()
    sign_on(page, "Nour", PIN)
    page.evaluate("() => { const real = Date.now; Date.now = () => real() - 7_200_000; }")
    expect(page.locator("#person-on")).to_have_text("Sign on")
