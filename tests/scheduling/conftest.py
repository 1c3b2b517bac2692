"""For the tests of what happens by the clock: a house whose settings and moments a test chooses."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduling.timed_house import TimedHouse
from support.cast import House


@pytest.fixture
def timed(app: Flask, cedar: House) -> TimedHouse:
    return TimedHouse(app, cedar)
