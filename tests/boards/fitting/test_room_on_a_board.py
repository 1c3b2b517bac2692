"""However many and large the orders: a board stays small, each of them is reached, and nothing is hidden."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from markupsafe import escape
from playwright.sync_api import Page, expect

from boards.hands import KITCHEN, act, card, expect_live
from ordertrack.boards import fragments, room
from ordertrack.boards.columns import KITCHEN as BOARD
from ordertrack.boards.fragments import card_id
from ordertrack.boards.room import LARGEST_BOARD, LARGEST_CARD, MOST_CARDS, Room
from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants.restaurants import find_restaurant
from ordertrack.web.bodies import LARGEST_BODY
from support.cast import House

Open = Callable[..., Page]
ORDERS = 370
LARGEST_BASE = 6_000  # bytes of a card without its lines
LARGEST_PAGE = LARGEST_BOARD + MOST_CARDS * LARGEST_BASE  # bytes: 4 MB
NOTE = "<&\"' no onion " * 66
LARGEST = tuple(NewItem("Kebab & rice", 2, NOTE, ("extra garlic",)) for _ in range(LARGEST_BODY // 1100))


def put(app: Flask, house: House, *items: NewItem) -> uuid.UUID:
    order = NewOrder("hamra", Fulfilment.PICKUP, items, customer={"name": "Rima & Sons"})
    with tenant_context(app, house.tenant_id):
        return intake.place(order, by=house.program)[0]


def board_of(app: Flask, house: House) -> tuple[str, int]:
    """The board as a screen is sent it that knows nothing, and how many orders it says are left out."""
    with tenant_context(app, house.tenant_id):
        restaurant = find_restaurant(house.tenant_id, "hamra")
        assert restaurant is not None
        whole = fragments.whole(BOARD, house.tenant_id, restaurant.id, "en")
        return whole, fragments.standing(BOARD, house.tenant_id, restaurant.id).left_out


@pytest.mark.timeout(120)
def test_a_board_of_the_largest_orders_is_bounded_and_shows_every_one(
    app: Flask, cedar: House, sign_in: Callable[..., object]
) -> None:
    placed = [put(app, cedar, *LARGEST) for _ in range(ORDERS)]
    snapshot, left_out = board_of(app, cedar)
    page = sign_in(cedar.nour).get(KITCHEN).text  # type: ignore[attr-defined]
    for shown in (page, snapshot):
        assert len(shown.encode()) < LARGEST_PAGE
        assert set(re.findall(r'<li id="order-([-0-9a-f]{36})"', shown)) == set(map(str, placed))
        assert shown.count(">more lines, in the order&#39;s story<") == ORDERS
    assert left_out == 0


def test_what_a_card_has_no_room_for_is_counted_and_on_the_orders_own_page(
    app: Flask, cedar: House, sign_in: Callable[..., object]
) -> None:
    order_id = put(app, cedar, *LARGEST)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
        assert order is not None
        lines = Room().lines_of(order)
        moved = fragments.move(BOARD, order, "en")
    assert lines.shown and lines.more and lines.shown + lines.more == order.items
    assert moved.count(str(escape(NOTE.strip()))) == len(lines.shown), "a line is shown whole or not at all"
    assert f'data-line="more" data-quantity="{len(lines.more)}"' in moved
    assert len(moved.encode()) < LARGEST_CARD + LARGEST_BASE
    client = sign_in(cedar.nour)
    story = client.get(f"/orders/{order_id}").text  # type: ignore[attr-defined]
    assert story.count(str(escape(NOTE.strip()))) == len(order.items)


def test_orders_beyond_the_room_of_a_board_are_counted_and_the_urgent_ones_are_on_it(
    app: Flask, cedar: House, monkeypatch: pytest.MonkeyPatch, sign_in: Callable[..., object]
) -> None:
    monkeypatch.setattr(fragments, "MOST_CARDS", 3)
    placed = [put(app, cedar, NewItem("Tea", 1)) for _ in range(5)]
    act(app, cedar, placed[4], OrderAction.RUSH)
    page = sign_in(cedar.nour).get(KITCHEN).text  # type: ignore[attr-defined]
    snapshot, left_out = board_of(app, cedar)
    assert left_out == 2
    for shown in (page, snapshot):
        assert "2 more orders do not fit on this board." in shown and 'href="open"' in shown
        for order_id, is_there in zip(placed, (True, True, False, False, True), strict=True):
            assert (f'id="{card_id(order_id)}"' in shown) is is_there


def test_no_filter_hides_a_card_whose_lines_are_not_all_on_it_and_all_day_counts_them(
    app: Flask, cedar: House, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = put(app, cedar, *LARGEST[:-1], NewItem("Fattoush", 1, "nut allergy"))
    page = open_page(cedar.nour, KITCHEN)
    expect_live(page)
    more = card(page, order_id).locator('[data-line="more"]')
    expect(more).to_contain_text("Allergy")
    hidden = int(more.get_attribute("data-quantity") or 0)
    assert 0 < hidden < len(LARGEST)
    page.locator("#allday-toggle").click()
    row = page.locator("#allday li", has_text="more lines, in the order's story").first
    expect(row.locator("b").first).to_have_text(str(hidden))
    more.get_by_role("button").click()
    expect(page.get_by_role("dialog")).to_contain_text("Fattoush")


def test_ordinary_orders_have_room_for_all_their_lines(app: Flask, cedar: House) -> None:
    many = tuple(NewItem("Kebab", 1, "no onion", ("extra garlic",)) for _ in range(45))
    order_id = put(app, cedar, *many)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
    assert order is not None
    assert room.lines_of(order) == (order.items, ())
