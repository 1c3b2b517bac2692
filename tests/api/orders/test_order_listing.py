"""Listing orders: newest first, page by page, narrowed by restaurant and status."""

from __future__ import annotations

import pytest

from api.api_caller import assert_problem


def pages(cedars, query, on_page=lambda: None):
    """The ids of every page, following `next` to the end."""
    answer = cedars.get(f"/orders?{query}").json
    while True:
        yield [order["id"] for order in answer["items"]]
        if answer["next"] is None:
            return
        on_page()
        answer = cedars.get(f"/orders?{query}&page={answer['next']}").json


def test_an_empty_house_lists_nothing(cedars):
    assert cedars.get("/orders").json == {"items": [], "next": None}


def test_pages_hold_every_order_once_newest_first(cedars):
    placed = [cedars.place()["id"] for _ in range(7)]
    assert list(pages(cedars, "limit=3")) == [placed[6:3:-1], placed[3:0:-1], placed[:1]]
    assert list(pages(cedars, "limit=7")) == [placed[::-1]]


def test_orders_that_come_while_one_pages_neither_shift_nor_repeat_anything(cedars):
    placed = [cedars.place()["id"] for _ in range(6)]
    seen = list(pages(cedars, "limit=2", on_page=cedars.place))
    assert [order_id for page in seen for order_id in page] == placed[::-1]


def test_restaurant_and_status_narrow_the_list(cedars):
    hamra = [cedars.place()["id"] for _ in range(3)]
    jounieh = cedars.place(restaurant="jounieh")["id"]
    cedars.move(hamra[1], "confirmed")
    assert list(pages(cedars, "restaurant=jounieh")) == [[jounieh]]
    assert list(pages(cedars, "restaurant=hamra&limit=2")) == [[hamra[2], hamra[1]], [hamra[0]]]
    assert list(pages(cedars, "status=confirmed")) == [[hamra[1]]]
    assert list(pages(cedars, "restaurant=jounieh&status=confirmed")) == [[]]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("restaurant=verdun", 404),
        ("restaurant=%00", 400),
        ("status=eaten", 400),
        ("status=PENDING", 400),
        ("limit=0", 400),
        ("limit=201", 400),
        ("limit=-1", 400),
        ("limit=ten", 400),
        ("limit=" + "9" * 5000, 400),
        ("page=garbage", 400),
        ("page=" + "_" * 32, 400),
        ("page=" + "A" * 31, 400),
        ("page=%00", 400),
        ("page=" + "%D9%A1" * 32, 400),
        ("resturant=hamra", 400),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(cedars, query, status):
    assert_problem(cedars.get(f"/orders?{query}"), status)
