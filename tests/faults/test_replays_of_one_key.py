"""Sixty replays of one key's log, from its beginning: a few at a time, and nobody is refused or kept out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from faults.crowd import Crowd
from faults.load import PROGRAM, Log, prove
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.live.feed import WINDOW
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment
from support.cast import House
from support.http_client import Caller
from support.server import Server

REPLAYS = 60
EVENTS = WINDOW // 2 + 250
ORDER = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}


@pytest.fixture
def long_log(app: Flask, cedar: House, settings: Settings) -> Log:
    """Cedar's, of which more lies back than a program is sent without a replay."""
    with tenant_context(app, cedar.tenant_id):
        for _ in range(EVENTS):
            intake.place(NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Tea", 1),)), by=cedar.program)
    return Log(settings, cedar)


@pytest.fixture
def alone(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(settings, tmp_path_factory.mktemp("alone"), workers=1)
    running.start()
    yield running
    running.stop()


@pytest.mark.timeout(180)
def test_sixty_replays_of_one_key_take_nothing_from_another_tenant(
    alone: Server, cedar: House, long_log: Log, make_house: Callable[..., House]
) -> None:
    guest = Caller(alone.port)
    placed = Caller(alone.port, make_house("Rival", ("hamra",)).bearer).call("/api/v1/orders", body=ORDER)
    page = placed.json["tracking_url"].partition("://")[2].partition("/")[2]
    beginning = f"{long_log.head().partition('-')[0]}-0"
    with Crowd(alone.port, PROGRAM, cedar.bearer, REPLAYS, beginning) as crowd:
        assert [guest.call(f"/{page}").status for _ in range(20)] == [200] * 20
        prove(crowd, long_log.seqs())
        refusals = sum((reader.refusals for reader in crowd.readers), Counter[int]())
    assert not refusals, "who has to wait is told so by a stream that lives"
