"""The search for the highest rate, against a town whose limit is known."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from many import searching
from many.playing import Result
from many.searching import CLOSE, LEAST, MOST, Found, highest

FIRST_FIELDS = ["restaurants", "streams", "rate", "p50_ms", "p99_ms", "lost", "worker_ms", "database_ms"]
WHOLE = {"restaurants", "streams", "lost", "per_tenant", "workers", "entries"}
WHOLE |= {"failed", "busy", "cut", "repeated", "turned"}
NAMES = list(Result.__dataclass_fields__)


def result(**said: Any) -> Result:
    return Result(**({name: 0 if name in WHOLE else 0.0 for name in NAMES} | said))


@given(limit=st.floats(LEAST, MOST))
def test_the_highest_rate_that_holds_is_found_within_a_seventh(limit: float) -> None:
    played = []

    def play(rate: float) -> Result:
        played.append(rate)
        return result(rate=rate, p99_ms=50.0 if rate <= limit else 500.0)

    best, worst = highest(play)
    assert best is not None and best.rate <= limit
    if worst is None:  # nothing that was played failed
        assert best.rate * searching.STEP > MOST
    else:
        assert limit < worst.rate <= best.rate * CLOSE
    assert len(played) == len(set(played)) <= 12


def test_where_no_rate_holds_the_lowest_that_does_not_is_told() -> None:
    best, worst = highest(lambda rate: result(rate=rate, p99_ms=math.inf, lost=1))
    assert best is None and worst is not None and worst.rate == LEAST


def test_a_town_is_served_if_it_is_in_time_nothing_is_lost_and_nobody_sent_away() -> None:
    good = result(p99_ms=100.0)
    assert good.holds
    assert not replace(good, p99_ms=100.1).holds
    assert not replace(good, lost=1).holds
    assert not replace(good, failed=1).holds
    assert replace(good, busy=7).holds  # told 503 and came again


def test_one_rate_is_told_in_json_that_any_reader_understands() -> None:
    said = result(restaurants=3, rate=51.23456, p50_ms=math.inf, p99_ms=math.nan).said
    assert list(said)[: len(FIRST_FIELDS)] == FIRST_FIELDS and list(said) == NAMES
    line = json.dumps(said, allow_nan=False)
    assert "\n" not in line
    assert json.loads(line)["rate"] == 51.235
    assert json.loads(line)["p50_ms"] is None and json.loads(line)["p99_ms"] is None


def test_the_table_has_a_line_for_the_highest_rate_and_one_for_twice_it() -> None:
    best, doubled = result(rate=300.0), result(rate=600.0, p99_ms=900.0)
    table = searching.markdown([Found(best, doubled, doubled), Found(None, None, doubled)]).splitlines()
    columns = table[0].count("|")
    assert [line.count("|") for line in table] == [columns] * 5
    assert ["not in time" in line for line in table[2:]] == [False, True, True]
