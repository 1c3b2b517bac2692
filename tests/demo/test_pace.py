"""A simulation ends when it is told to, when its parent is gone, and not when the database is away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from demo.simulation import ScriptedClock
from ordertrack.demo.simulation.pace import Pace, RealClock, Stopped, stopped_by_signals

WAITS_FOR_ITS_PARENT_TO_GO = """
import sys
from ordertrack.demo.simulation.pace import RealClock, Stopped
clock = RealClock(with_parent=True)
print("waiting", flush=True)
try:
    clock.wait(120)
except Stopped:
    print("stopped", file=sys.stderr, flush=True)
"""
GOES_WHEN_ITS_CHILD_WAITS = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, text=True)
print(child.stdout.readline(), end="", flush=True)
"""


def test_a_simulation_ends_when_the_process_that_started_it_is_gone() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", GOES_WHEN_ITS_CHILD_WAITS, WAITS_FOR_ITS_PARENT_TO_GO],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    waiting, stopped = parent.communicate(timeout=60)  # the child, too, holds stderr, until it ends
    assert waiting == b"waiting\n"
    assert stopped == b"stopped\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_clock_and_its_handler_is_put_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    clock = RealClock()
    with stopped_by_signals(clock):
        os.kill(os.getpid(), number)
        with pytest.raises(Stopped):
            clock.wait(60)
    assert signal.getsignal(number) is before


def test_waiting_for_what_has_passed_still_notices_the_stop() -> None:
    clock = RealClock()
    clock.wait(0)
    clock.stop()
    with pytest.raises(Stopped):
        Pace(clock, print).wait_until(-5)


def test_the_database_is_tried_again_and_again_at_growing_pauses_and_time_stands_still(app: Flask) -> None:
    clock = ScriptedClock()
    said: list[str] = []
    pace = Pace(clock, said.append)
    failures = iter(range(6))

    def act() -> str:
        if next(failures, None) is not None:
            raise OperationalError("SELECT", {}, Exception("server closed the connection\nmore"))
        return "done"

    with app.app_context():
        assert pace.surely(act) == "done"
    assert clock.waits == [1, 2, 4, 8, 15, 15]
    assert pace.now() == 0
    assert said[0] == "The database cannot be used (server closed the connection); trying again in 1 s."


def test_an_error_that_is_no_outage_is_not_tried_again() -> None:
    with pytest.raises(ZeroDivisionError):
        Pace(ScriptedClock(), print).surely(lambda: 1 / 0)


def test_a_stop_ends_the_waiting_for_the_database(app: Flask) -> None:
    def act() -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    with app.app_context(), pytest.raises(Stopped):
        Pace(ScriptedClock(stops_at=10), print).surely(act)
