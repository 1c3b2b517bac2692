"""A process that dies with what HubRise told in its hands: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import datetime as dt
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from channels.hubrise.connected import Connected
from channels.hubrise.peer import signature_of
from channels.hubrise.told import item, order
from ordertrack.channels import tending
from ordertrack.database.config import ROOT, Settings
from support.server import environment_of, wait_for
from support.suite import left_behind

AT_ONCE = dt.timedelta()


@contextmanager
def dying(
    connected: Connected, settings: Settings, folder: Path, what: str, body: bytes = b""
) -> Iterator[None]:
    """A process that takes in what HubRise tells; killed at the end of what is done meanwhile."""
    told = folder / "told.json"
    told.write_bytes(body)
    house = (str(connected.house.tenant_id), str(connected.connection_id))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "channels.hubrise.mortal", what, *house, connected.address),
            *(str(told), signature_of(body)),
        ],
        env=environment_of(settings, settings.data_folder, PYTHONPATH=f"{ROOT}:{ROOT / 'tests'}"),
    )
    left_behind.end_with_us(process)
    try:
        yield
        assert process.poll() is None, "it must be alive to be killed"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def hold_restaurants(operator: psycopg.Connection, connected: Connected) -> None:
    """Nobody places an order while this transaction goes on."""
    operator.execute("SELECT FROM restaurants WHERE tenant_id = %s FOR UPDATE", [connected.house.tenant_id])


@pytest.mark.parametrize("what", ["call", "ask"])
def test_killed_between_keeping_and_making_it_the_order_is_made_once(
    connected: Connected, settings: Settings, operator: psycopg.Connection, tmp_path: Path, what: str
) -> None:
    state = order(items=[item("Tea")])
    notified = connected.hubrise.place(state)
    hold_restaurants(operator, connected)
    with dying(connected, settings, tmp_path, what, json.dumps(notified).encode()):
        wait_for(connected.became, "the payload")
    operator.rollback()
    assert connected.became() == [("received", "")]
    assert notified["id"] in connected.hubrise.events, "nobody has acknowledged it"
    tending.settle_waiting(connected.house.tenant_id, AT_ONCE)
    connected.call(notified)
    connected.ask()
    found = connected.order(state["id"])
    assert found is not None and len(found.lines) == 1
    assert sorted(outcome for outcome, _ in connected.became()) == ["done", "nothing"]
    assert connected.hubrise.events == {}


def test_killed_before_it_acknowledged_what_it_had_made_nothing_is_made_twice(
    connected: Connected, settings: Settings, tmp_path: Path
) -> None:
    notified = connected.hubrise.place(order())
    connected.hubrise.habits = [("DELETE /", "hang")]
    with dying(connected, settings, tmp_path, "ask"):
        wait_for(lambda: not connected.hubrise.habits, "it to acknowledge")
    assert connected.order(notified["order_id"])
    connected.ask()
    assert [outcome for outcome, _ in connected.became()] == ["done"]
    assert connected.hubrise.events == {}
