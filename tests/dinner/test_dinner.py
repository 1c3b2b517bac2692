"""A dinner in small: real tablets, real taps, a network that breaks. `make dinner` plays it in full size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from dinner import verdict
from dinner.evening import Evening
from ordertrack.database.config import Settings
from support.server import Server


@pytest.mark.timeout(300)
def test_nothing_is_lost_doubled_or_out_of_step_in_a_dinner_with_a_bad_network(
    settings: Settings, app: Flask, make_house: Any, chromium: Browser, tmp_path: Path
) -> None:
    server = Server(settings, tmp_path)
    server.start()
    house = make_house("Cedar", ("hamra",))
    evening = Evening(settings, app, server, house, chromium, orders=14, seed=7)
    try:
        evening.play()
        assert list(verdict.findings(evening)) == []
    finally:
        for tablet in evening.tablets:
            tablet.page.context.close()
        server.stop()
    assert len(evening.placed) == 14
