"""What is said on the telephone: in steps of five minutes, and never earlier than what is estimated."""

from __future__ import annotations

import datetime as dt

import pytest

from ordertrack.order_entry.quotes import told

NOW = dt.datetime(2026, 11, 30, 17, 31, 20, tzinfo=dt.UTC)


def at(minutes: float) -> dt.datetime:
    return NOW + dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("low", "high", "said", "minutes"),
    [
        (41, 52, "18:15–18:25", 55),
        (28 + 40 / 60, 43 + 40 / 60, "18:00–18:15", 45),
        (0, 0, "17:35–17:40", 10),
        (10, 12, "17:45–17:50", 20),
    ],
)
def test_the_range_is_in_steps_that_people_say(low: float, high: float, said: str, minutes: int) -> None:
    found = told(at(low), at(high), NOW)
    assert f"{found.low_at:%H:%M}–{found.high_at:%H:%M}" == said
    assert found.minutes == minutes
    assert found.low_at >= at(low) and found.high_at >= at(high)
    low_at, high_at = (dt.datetime.fromisoformat(each) for each in found.stored.split("/"))
    assert (low_at, high_at) == (found.low_at, found.high_at)
