"""The list of a business day: the one that runs, and every time in it told apart from every other."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from html import unescape

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from ordertrack.database.session import tenant_context
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.past.orders import PastOrder, PastStep
from ordertrack.past.writer import History
from ordertrack.rules.state_machine import FIRST, Fulfilment
from support.cast import House, Person

SET_BACK = dt.datetime(2025, 10, 26, 1, 0, tzinfo=dt.UTC)  # at Berlin, from three to two


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_the_two_times_of_a_repeated_hour_are_told_apart_in_the_list_and_in_the_story(
    operator_app: Flask,
    operator: psycopg.Connection,
    cedar: House,
    sign_in: Callable[[Person], FlaskClient],
) -> None:
    moved = "UPDATE restaurants SET timezone = 'Europe/Berlin' WHERE tenant_id = %s"
    operator.execute(moved, [cedar.tenant_id])
    operator.commit()
    tea = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Tea", 1),))
    half = dt.timedelta(minutes=30)
    orders = [
        PastOrder(tea, (PastStep(FIRST, at, cedar.program, {}),)) for at in (SET_BACK - half, SET_BACK + half)
    ]
    night = dt.date(2025, 10, 25)
    with tenant_context(operator_app, cedar.tenant_id):
        list(History(cedar.tenant_id, orders, lambda _slug, _moment: night).write())
    client = sign_in(cedar.maya)
    page = shown(client, f"/orders?restaurant=hamra&day={night}")
    assert "Sun 26 Oct 02:30 UTC+2" in page and "Sun 26 Oct 02:30 UTC+1" in page
    found = "SELECT id FROM orders WHERE tenant_id = %s ORDER BY placed_at"
    first, second = (row[0] for row in operator.execute(found, [cedar.tenant_id]))
    assert "02:30:00 UTC+2" in shown(client, f"/orders/{first}")
    assert "02:30:00 UTC+1" in shown(client, f"/orders/{second}")


def test_the_list_opens_on_the_day_on_which_what_comes_now_is_numbered(
    operator: psycopg.Connection,
    cedar: House,
    place: Callable[..., uuid.UUID],
    sign_in: Callable[[Person], FlaskClient],
) -> None:
    """A day that has begun goes on, also where its start was put off since."""
    place(cedar)
    for ahead in ("numbered_on = numbered_on + 1", "last_number = 41"):
        operator.execute(f"UPDATE restaurants SET {ahead} WHERE tenant_id = %s", [cedar.tenant_id])
    operator.commit()
    order_id = place(cedar)
    assert f"/orders/{order_id}" in sign_in(cedar.maya).get("/orders?restaurant=hamra").text


def test_on_a_phone_no_part_of_the_list_has_to_be_moved_sideways(
    cedar: House, place: Callable[..., uuid.UUID], open_page: Callable[..., Page]
) -> None:
    place(cedar)
    page = open_page(cedar.maya, "/orders?restaurant=hamra", viewport={"width": 390, "height": 844})
    table = page.get_by_role("region", name="Orders")
    assert table.evaluate("each => each.scrollWidth <= each.clientWidth")
    for said in ("Pending", "Delivery", "Till"):
        expect(table.get_by_role("cell", name=said)).to_be_in_viewport(ratio=1)
