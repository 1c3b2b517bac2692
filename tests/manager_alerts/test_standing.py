"""An alert is told once and its end once, whatever flickers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from ordertrack.manager_alerts.kinds import OVER_FOR, STANDS_FOR, AlertKind
from ordertrack.manager_alerts.standing import Step, step

BEGAN = dt.datetime(2026, 11, 30, 20, 0, tzinfo=dt.UTC)
UNSEEN = AlertKind.UNSEEN


@dataclass
class Kept:
    began_at: dt.datetime
    told_at: dt.datetime | None = None
    gone_at: dt.datetime | None = None


def told_of(is_there: str, kind: AlertKind = UNSEEN, every: float = 10.0) -> list[tuple[Step, float]]:
    """What is told, and after how many seconds, of what each look finds there (`x`) or not (` `)."""
    kept: Kept | None = None
    told: list[tuple[Step, float]] = []
    for number, sign in enumerate(is_there):
        now = BEGAN + dt.timedelta(seconds=number * every)
        while (taken := step(kind, kept, sign == "x", now)) is not None:
            if taken == Step.BEGIN:
                kept = Kept(now)
                continue
            assert kept is not None
            if taken in (Step.TELL, Step.END):
                told.append((taken, number * every))
            if taken == Step.TELL:
                kept.told_at = now
            elif taken == Step.GO:
                kept.gone_at = now
            elif taken == Step.RETURN:
                kept.gone_at = None
            else:
                kept = None
                break
    return told


def test_what_stands_long_enough_is_told_once_and_its_end_once() -> None:
    assert told_of("x" * 30 + " " * 30) == [(Step.TELL, 60.0), (Step.END, 360.0)]


@pytest.mark.parametrize("flicker", ["x     x     x  ", "xxxxx xxxxx ", "x"])
def test_what_does_not_stand_is_told_to_nobody(flicker: str) -> None:
    assert told_of(flicker * 5) == []


def test_what_comes_back_within_a_minute_was_never_gone() -> None:
    assert told_of("x" * 10 + "     " + "x" * 10 + "     " + "x" * 3) == [(Step.TELL, 60.0)]


def test_what_comes_back_after_its_end_is_told_anew() -> None:
    told = [taken for taken, _ in told_of("x" * 10 + " " * 10 + "x" * 10)]
    assert told == [Step.TELL, Step.END, Step.TELL]


def test_an_order_whose_time_runs_out_is_told_at_once() -> None:
    assert told_of("x", AlertKind.CONFIRM) == [(Step.TELL, 0.0)]


def test_each_kind_says_how_long_it_stands() -> None:
    assert set(STANDS_FOR) == set(AlertKind)
    assert all(each <= dt.timedelta(minutes=5) for each in (*STANDS_FOR.values(), OVER_FOR))
