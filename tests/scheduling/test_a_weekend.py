"""Two hundred orders for later over three days, the clock turned from moment to moment, now and then away.

Once on the days to come, and once on those on which summer time ends in Beirut, with a database of that time.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from random import Random
from zoneinfo import ZoneInfo

import pytest

from ordertrack.database.config import ROOT
from ordertrack.rules.state_machine import Fulfilment
from scheduling.timed_house import TimedHouse, ahead, now
from support import faketime

ORDERS = 200
BEIRUT = ZoneInfo("Asia/Beirut")
BEFORE_SUMMER_TIME_ENDS = dt.datetime(2026, 10, 23, 16, tzinfo=dt.UTC)
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
    offsets = {at.astimezone(BEIRUT).strftime("%d %b %z") for at in moments.values() if at is not None}
    sys.stdout.write(f"begun in Beirut: {sorted(offsets)}\n")


def test_so_it_is_on_the_weekend_on_which_summer_time_ends() -> None:
    name = test_each_is_begun_once_within_five_seconds_of_its_moment_or_of_the_clocks_return.__name__
    asked = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", f"{__file__}::{name}"]
    environ = faketime.environment(BEFORE_SUMMER_TIME_ENDS)
    environ = {name: value for name, value in environ.items() if not name.startswith("PYTEST_")}
    played = subprocess.run(asked, check=False, capture_output=True, text=True, cwd=ROOT, env=environ)
    assert played.returncode == 0, played.stdout[-4000:] + played.stderr[-2000:]
    for day in ("24 Oct +0300", "25 Oct +0200", "26 Oct +0200"):
        assert day in played.stdout
