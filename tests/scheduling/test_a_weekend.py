"""Two hundred orders for later over three days, the clock turned from moment to moment, now and then away.

`make weekend` plays it on the days on which summer time ends in Beirut, with a database of that time.
"""

from __future__ import annotations

import datetime as dt
import sys
from random import Random

import pytest

from ordertrack.rules.state_machine import Fulfilment
from scheduling.timed_house import TimedHouse, ahead, now
from support.cast import TIMEZONE

ORDERS = 200
SECONDS = dt.timedelta(seconds=5)
AWAY = dt.timedelta(minutes=40)


@pytest.mark.timeout(240)
def test_each_is_begun_once_within_five_seconds_of_its_moment_or_of_the_clocks_return(
    timed: TimedHouse,
) -> None:
    random = Random(7)
    begun: dict[str, dt.datetime] = {}
    placed = [
        timed.place(
            ahead(minutes=random.uniform(60, 3 * 24 * 60)), fulfilment=random.choice(list(Fulfilment))
        )
        for _ in range(ORDERS)
    ]
    moments = {order_id: timed.read(order_id).start_by for order_id in placed}
    waiting, back_at = dict(moments), now()
    while (due_at := timed.next_at()) is not None:
        # A new process each time: it knows what the database tells it.
        away = AWAY if random.random() < 0.1 else dt.timedelta(seconds=random.uniform(0, 5))
        back_at = max(due_at, back_at) + away
        timed.turn(back_at)
        for order_id in waiting.keys() - timed.waiting():
            begun[str(order_id)] = back_at
            start_by = waiting.pop(order_id)
            assert start_by is not None
            assert start_by <= back_at
            assert back_at - start_by <= away + SECONDS
    assert len(begun) == ORDERS
    for order_id in placed:
        assert timed.log(order_id) == ["pending by Till", "fire by Clock"]
    offsets = {at.astimezone(TIMEZONE).strftime("%d %b %z") for at in moments.values() if at is not None}
    sys.stdout.write(f"begun in Beirut: {sorted(offsets)}\n")
