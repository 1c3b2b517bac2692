"""Moves by others are said to whoever listens to the page: politely, and not all at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ordertrack.boards.fragments import card_id
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.pages import page_recorder

KITCHEN = "/r/hamra/kitchen"

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


@pytest.fixture
def listen(cedar: House, open_page: Open) -> Callable[[], Page]:
    """A board that keeps what it said, each with its moment in milliseconds."""

    def listen_to() -> Page:
        page = open_page(cedar.nour, KITCHEN)
        page_recorder.expect_state(page, "live")
        page.evaluate("""() => {
          window.heard = [];
          const region = document.getElementById("order-announcement");
          new MutationObserver(() => heard.push([performance.now(), region.textContent]))
            .observe(region, { childList: true });
        }""")
        return page

    return listen_to


def heard(page: Page) -> list[str]:
    return [said for _, said in page.evaluate("heard")]


def test_a_move_by_somebody_else_is_said_and_ones_own_is_not(
    cedar: House, place: Place, move: Callable[..., None], listen: Callable[[], Page]
) -> None:
    own, others = place(cedar), place(cedar)
    page = listen()
    said = page.locator("#order-announcement")
    assert (
        page.locator("#order-announcement").evaluate("(region) => region.localName") == "output"
    )  # polite by its nature
    page.locator(f"#{card_id(own)}").get_by_role("button", name="Confirm").click()
    expect(page.locator(f"#column-confirmed > #{card_id(own)}")).to_be_visible()
    move(others, OrderStatus.CONFIRMED)
    expect(said).to_have_text("Order 2 is confirmed")
    move(others, OrderStatus.PREPARING, OrderStatus.READY)
    expect(said).to_have_text("Order 2 is ready")
    move(others, OrderStatus.COMPLETED)
    expect(said).to_have_text("Order 2 has left the board")
    assert not any("Order 1" in each for each in heard(page))


def test_many_moves_at_once_are_one_sentence_and_sentences_keep_their_distance(
    cedar: House, place: Place, move: Callable[..., None], listen: Callable[[], Page]
) -> None:
    orders = [place(cedar) for _ in range(5)]
    page = listen()
    said = page.locator("#order-announcement")
    move(orders[0], OrderStatus.CONFIRMED)
    expect(said).to_have_text("Order 1 is confirmed")
    for order_id in orders[1:]:
        move(order_id, OrderStatus.CONFIRMED)
    expect(said).to_have_text("4 orders moved")
    first, second = (moment for moment, _ in page.evaluate("heard"))
    assert second - first >= 2900


def test_a_cancellation_is_said_by_itself_before_the_rest(
    cedar: House, place: Place, move: Callable[..., None], listen: Callable[[], Page]
) -> None:
    orders = [place(cedar) for _ in range(4)]
    page = listen()
    move(orders[0], OrderStatus.CONFIRMED)
    expect(page.locator("#order-announcement")).to_have_text("Order 1 is confirmed")
    move(orders[1], OrderStatus.CONFIRMED)
    move(orders[2], OrderStatus.CANCELLED)
    move(orders[3], OrderStatus.CONFIRMED)
    expect(page.locator("#order-announcement")).to_have_text("2 orders moved", timeout=10_000)
    assert heard(page)[-2:] == ["Order 3 is cancelled", "2 orders moved"]
