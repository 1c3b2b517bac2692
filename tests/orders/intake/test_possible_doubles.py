"""The same reference twice within minutes is taken in, and marked: it may be one order sent twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest
from flask import Flask

from ordertrack.boards import fragments
from ordertrack.boards.columns import KITCHEN
from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.intake import TWINS_WITHIN
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.state_machine import Fulfilment
from support.cast import House
from support.houses.earlier import set_back

Take = Callable[..., OrderRecord]


@pytest.fixture
def take(app: Flask, cedar: House) -> Take:
    """Take an order in, under this reference, from this program."""

    def placed(reference: str | None, restaurant: str = "hamra", actor: str = "") -> OrderRecord:
        by = replace(cedar.program, actor=actor or cedar.program.actor)
        new = NewOrder(restaurant, Fulfilment.PICKUP, (NewItem("Tea", 1),), reference=reference)
        with tenant_context(app, cedar.tenant_id):
            order_id, _ = intake.place(new, by=by)
            found = records.find(cedar.tenant_id, order_id)
        assert found is not None
        return found

    return placed


def test_an_order_says_which_one_it_may_be_a_double_of_and_its_card_does_too(
    app: Flask, cedar: House, take: Take
) -> None:
    first, other, double = take("UBER 4471"), take("UBER 4472"), take(" uber 4471 ")
    assert (first.possible_double_of, other.possible_double_of) == (None, None)
    assert double.possible_double_of == first.number
    with tenant_context(app, cedar.tenant_id):
        card = fragments.move(KITCHEN, double, "en")
        assert "Possible double of order 1" in card
        assert "Possible double" not in fragments.move(KITCHEN, first, "en")


def test_only_the_same_senders_reference_in_the_same_restaurant_makes_a_double(take: Take) -> None:
    take("A 7")
    assert take("A 7", restaurant="jounieh").possible_double_of is None
    assert take("A 7", actor="key:another").possible_double_of is None
    assert take(None).possible_double_of is None
    assert take(None).possible_double_of is None


def test_what_came_long_before_was_another_order(
    operator: psycopg.Connection, cedar: House, take: Take
) -> None:
    take("A 7")
    set_back(operator, cedar, TWINS_WITHIN + dt.timedelta(seconds=1))
    assert take("A 7").possible_double_of is None
