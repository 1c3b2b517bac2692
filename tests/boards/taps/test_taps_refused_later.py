"""Taps that waited and came too late: each is told until somebody has read it, and none is in the way."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.tap_steps import (
    ONE_WAITS,
    card,
    cut,
    expect_none_waiting,
    expect_status,
    expect_waiting,
    log_of,
    tap,
)
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.till import move

Place = Callable[..., uuid.UUID]


def test_a_tap_that_others_overtook_is_refused_and_told_until_somebody_has_read_it(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board()
    cut(page, network)
    tap(page, order_id, "Confirm")
    expect_waiting(page, ONE_WAITS)
    move(app, cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    network.let_through()
    told = "1: \u2068Confirm\u2069 was not done: The order is preparing by now, moved by Till"
    expect(page.locator("#refused")).to_contain_text(told, timeout=20_000)
    expect_status(page, order_id, OrderStatus.PREPARING)
    expect_none_waiting(page)
    assert log_of(app, cedar, order_id) == ["confirmed Till", "preparing Till"]
    page.reload()
    expect(page.locator("#refused")).to_contain_text(told)
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator("#refused")).to_be_empty()
    page.reload()
    page_recorder.expect_state(page, "live")
    expect(page.locator("#refused")).to_be_empty()


def test_what_was_refused_leaves_no_card_out_of_reach_and_is_dismissed_at_once(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    overtaken = [place(cedar) for _ in range(4)]
    preparing = [place(cedar) for _ in range(3)]
    for order_id in preparing:
        move(app, cedar, order_id, OrderStatus.CONFIRMED)
    page = open_board()
    page.set_viewport_size({"width": 1024, "height": 600})
    cut(page, network)
    for order_id in overtaken:
        # By a key: fingers that come so soon to one spot are taken for one tap.
        card(page, order_id).get_by_role("button", name="Confirm").press("Enter")
        move(app, cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    network.let_through()
    expect(page.locator("#refused .problem")).to_have_count(4, timeout=20_000)
    tap(page, preparing[-1], "Start")  # a click lands only on what nothing covers
    expect_status(page, preparing[-1], OrderStatus.PREPARING)
    page.get_by_role("button", name="Dismiss all").click()
    expect(page.locator("#refused")).to_be_empty()


@pytest.mark.usefixtures("at_once")
def test_what_was_built_on_a_refused_tap_is_told_with_it_as_one(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board()
    cut(page, network)
    tap(page, order_id, "Confirm")
    tap(page, order_id, "Start")
    tap(page, order_id, "Ready")
    expect_waiting(page, "3 taps wait; they are sent once you are online.")
    move(app, cedar, order_id, OrderStatus.CANCELLED, reason="No gas")
    network.let_through()
    expect_none_waiting(page)
    refusals = page.locator("#refused .problem")
    expect(refusals).to_have_count(1)
    expect(refusals).to_contain_text("Confirm, Start, Ready\u2069 were not done: ")
    expect_status(page, order_id, OrderStatus.CANCELLED)
    assert log_of(app, cedar, order_id) == ["cancelled Till"]


def test_a_refusal_that_the_next_tap_makes_good_is_not_told(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board()
    cut(page, network)
    tap(page, order_id, "Confirm")
    tap(page, order_id, "Start")
    expect_waiting(page, "2 taps wait; they are sent once you are online.")
    move(app, cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    network.let_through()
    expect_none_waiting(page)
    expect(page.locator("#notice")).to_contain_text("Till had done that already.")
    expect(page.locator("#refused")).to_be_empty()
