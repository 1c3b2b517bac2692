"""A page that is loaded and a card that is pushed agree on where a card stands."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from boards.hands import KITCHEN
from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment
from support.cast import House, Person


def test_of_orders_due_in_the_same_second_the_smaller_number_stands_first(
    app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    due = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(minutes=30)
    with tenant_context(app, cedar.tenant_id):
        for microseconds in (900_000, 100_000, 500_000):
            at = due + dt.timedelta(microseconds=microseconds)
            new = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Tea", 1),), promised_at=at)
            intake.place(new, by=cedar.program)
    page = sign_in(cedar.nour).get(KITCHEN).text
    assert [int(number) for number in re.findall(r'data-place="\d+(\d{6})"', page)] == [1, 2, 3]
    keys = re.findall(r'data-place="(\d+)"', page)
    assert keys == sorted(keys) and len(set(map(len, keys))) == 1
