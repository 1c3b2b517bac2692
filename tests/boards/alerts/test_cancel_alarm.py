"""A cancellation cries out on every board until somebody has seen it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import DISPATCH, KITCHEN, button, card, expect_live, move
from ordertrack.boards.columns import BOARDS, Board
from ordertrack.boards.fragments import card_id
from ordertrack.database.session import tenant_context
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House

Place = Callable[..., uuid.UUID]
StatusOf = Callable[[House, uuid.UUID], OrderStatus]
Open = Callable[..., Page]


def test_it_stands_on_every_board_until_one_tap_says_that_it_was_seen(
    cedar: House, place: Place, open_page: Open
) -> None:
    order_id = place(cedar)
    kitchen, dispatch = open_page(cedar.nour, KITCHEN), open_page(cedar.karim, DISPATCH)
    expect_live(kitchen, dispatch)
    card(kitchen, order_id).get_by_text("Cancel…").click()
    card(kitchen, order_id).get_by_role("button", name="Sold out").click()
    card(kitchen, order_id).get_by_role("button", name="Cancel order").click()
    for page in (kitchen, dispatch):
        alarm = page.locator(f".alarm #{card_id(order_id)}")
        expect(alarm).to_contain_text("Cancelled was: Pending · Nour Sold out", timeout=15_000)
    dispatch.reload()
    expect_live(dispatch)
    button(dispatch, order_id, "Seen").click()
    for page in (kitchen, dispatch):
        expect(card(page, order_id)).to_have_count(0)
        expect(page.locator(".alarm")).to_be_hidden()


def test_a_cancellation_that_is_taken_back_in_time_was_never_made(
    app: Flask, cedar: House, place: Place, status_of: StatusOf, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_page(cedar.nour, KITCHEN)
    expect_live(page)
    card(page, order_id).get_by_text("Cancel…").click()
    card(page, order_id).get_by_label("Why?").fill("No gas")
    card(page, order_id).get_by_role("button", name="Cancel order").click()
    card(page, order_id).get_by_role("button", name="Undo").click()
    button(page, order_id, "Confirm").click()
    expect(page.locator(f"#column-confirmed > #{card_id(order_id)}")).to_be_visible()
    assert status_of(cedar, order_id) == OrderStatus.CONFIRMED


@pytest.mark.parametrize("board", BOARDS.values(), ids=lambda board: board.name)
def test_nothing_cries_out_for_longer_than_half_a_day(
    app: Flask, cedar: House, place: Place, board: Board
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, OrderStatus.CANCELLED)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
    assert order is not None
    column = board.column_of(order)
    assert column is not None and column.is_alarm
    assert board.column_of(
        replace(order, status_since=order.status_since - dt.timedelta(hours=11, minutes=59))
    )
    assert board.column_of(replace(order, status_since=order.status_since - dt.timedelta(hours=12))) is None
    assert board.column_of(replace(order, acknowledged_at=order.status_since)) is None
