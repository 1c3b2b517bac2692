"""A dinner in small: real tablets, real taps, a network that breaks. `make dinner` plays it in full size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from dinner import verdict
from dinner.evening import BY_KEYS, Evening
from ordertrack.database.config import Settings
from support.server import Server


@pytest.fixture
def evening(
    settings: Settings, app: Flask, make_house: Any, chromium: Browser, tmp_path: Path
) -> Iterator[Callable[..., Evening]]:
    """Makes one evening: so many orders, and what else is different."""
    server = Server(settings, tmp_path)
    server.start()
    made: list[Evening] = []

    def make(orders: int, **different: Any) -> Evening:
        house = make_house("Cedar", ("hamra",))
        made.append(Evening(settings, app, server, house, chromium, orders, seed=7, **different))
        return made[-1]

    yield make
    for each in made:
        for tablet in each.tablets:
            tablet.page.context.close()
    server.stop()


@pytest.mark.timeout(300)
def test_nothing_is_lost_doubled_or_out_of_step_in_a_dinner_with_a_bad_network(
    evening: Callable[..., Evening],
) -> None:
    played = evening(14)
    played.play()
    assert list(verdict.findings(played)) == []
    assert len(played.placed) == 14


@pytest.mark.timeout(300)
def test_a_dinner_is_run_by_keyboard_and_bump_bar_alone(evening: Callable[..., Evening]) -> None:
    played = evening(6, is_disturbed=False, seats=BY_KEYS)
    played.play()
    assert list(verdict.findings(played)) == []
    assert len(played.placed) == 6
