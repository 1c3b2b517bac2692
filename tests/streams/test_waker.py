"""After the commit everybody knows: this process at once, the others by few notifications."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest
from flask import Flask

from ordertrack.database.channels import EVENTS_CHANNEL
from ordertrack.database.config import Settings
from ordertrack.live.hub import Hub
from ordertrack.streams import waker as waker_module
from ordertrack.streams.waker import Waker
from support.cast import House
from support.database import connect
from support.server import wait_for

Place = Callable[..., uuid.UUID]


@pytest.fixture
def hearing(settings: Settings) -> Iterator[Callable[[House], list[int]]]:
    """The positions that were notified of a house so far."""
    with connect(settings.operator_url) as connection:
        connection.autocommit = True
        connection.execute(f"LISTEN {EVENTS_CHANNEL}")
        heard: list[psycopg.Notify] = []

        def of(house: House) -> list[int]:
            heard.extend(connection.notifies(timeout=0.05))
            said = [each.payload.split(":") for each in heard]
            return [int(seq) for tenant, seq in said if tenant == str(house.tenant_id)]

        yield of


@pytest.fixture
def waker(app: Flask) -> Iterator[Waker]:
    hub: Hub = app.extensions["hub"]
    made = Waker(app, hub.reader)
    made.start()
    yield made
    made.stop()


def test_without_a_waker_each_entry_is_notified_of(
    cedar: House, place: Place, hearing: Callable[[House], list[int]]
) -> None:
    for _ in range(3):
        place(cedar)
    wait_for(lambda: hearing(cedar) == [1, 2, 3], "a notification of each")


def test_with_one_many_entries_are_told_of_by_their_newest_position(
    cedar: House,
    rival: House,
    place: Place,
    waker: Waker,
    hearing: Callable[[House], list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waker_module, "BATCH", 1.0)
    for _ in range(6):
        place(cedar)
    place(rival)
    wait_for(lambda: hearing(cedar)[-1:] == [6] and hearing(rival) == [1], "the newest position of both")
    assert len(hearing(cedar)) < 6


def test_what_could_not_be_notified_is_notified_later(
    cedar: House,
    place: Place,
    waker: Waker,
    hearing: Callable[[House], list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failures: list[OSError] = []
    notify = waker_module.notify_at_once

    def fail_once(channel: str, payloads: list[str]) -> None:
        if not failures:
            failures.append(OSError("the database has gone"))
            raise failures[0]
        notify(channel, payloads)

    monkeypatch.setattr(waker_module, "_PAUSE", 0.01)
    monkeypatch.setattr(waker_module, "notify_at_once", fail_once)
    place(cedar)
    wait_for(lambda: hearing(cedar) == [1], "the second try")
    assert failures


def test_a_waker_that_ends_notifies_of_what_it_has(
    app: Flask,
    cedar: House,
    place: Place,
    hearing: Callable[[House], list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waker_module, "BATCH", 0.2)
    made = Waker(app, app.extensions["hub"].reader)
    made.start()
    place(cedar)
    made.stop()
    place(cedar)
    wait_for(lambda: sorted(hearing(cedar)) == [1, 2], "what was written before its end, and after it")
