"""Clients of others read the stream: every event once and in order, whatever happens to the connection."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.breaking import Place, read
from clients.reader import Event, Reader, Told, findings
from soak.soak import world

CUTS, SEED = 5, 1  # of each, and all once more while the database is away: 18 in all


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """Its database is its own, for it is restarted. Not below pytest's folders: see tests/faults."""
    folder = Path(tempfile.mkdtemp(prefix="ordertrack-test-"))
    with world(folder) as stage:
        (server,) = stage.servers
        house = stage.make_house("Cedar", ("hamra", "jounieh"))
        yield Place(server, house, folder, str(stage.settings.operator_url.query["host"]))
    shutil.rmtree(folder)


def test_every_event_comes_once_and_in_order_over_cuts_and_a_restart_of_the_database(place: Place) -> None:
    done = read(place, CUTS, restarts=1, seed=SEED)
    assert done.findings == []
    assert done.events > CUTS


LOG = [Event("7-1", "a", "pending"), Event("7-2", "b", "pending"), Event("7-3", "a", "confirmed")]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (LOG[:2], "as number 3 None"),
        ([LOG[0], LOG[0], *LOG[1:]], "as number 2 Event(cursor='7-1'"),
        ([LOG[1], LOG[0], LOG[2]], "as number 1 Event(cursor='7-2'"),
        ([*LOG[:2], LOG[2]._replace(status="ready")], "status='ready')"),
    ],
)
def test_what_is_lost_doubled_out_of_order_or_untrue_is_found(told: list[Event], words: str) -> None:
    reader = object.__new__(Reader)
    reader.name, reader.others = "client", []
    reader.events = [
        Told("status_update", each.cursor, f'{{"order_id": "{each.order_id}", "status": "{each.status}"}}')
        for each in told
    ]
    (found,) = findings(reader, LOG)
    assert words in found
    reader.others.append(Told("reset", "7-3", "{}"))
    assert len(findings(reader, LOG)) == 2
