"""Account of screens: what each process writes of the boards that it carries, whichever lives or dies."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from ordertrack.boards.columns import DISPATCH, KITCHEN
from ordertrack.boards.filters import EVERYTHING, FILTERS, Filter, Filters, Told
from ordertrack.database.config import Settings
from ordertrack.database.session import db, operator_connection, tenant_context
from ordertrack.presence import tracker
from ordertrack.presence.overview import Floor
from ordertrack.presence.rows import GONE_AFTER
from ordertrack.presence.tracker import BEAT, LINGER
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants.shared_tablets import tablets
from presence.processes import Process, on_device, shown
from support.cast import House


@pytest.fixture
def grow_older(settings: Settings, cedar: House) -> Callable[[float], None]:
    """Let what Cedar's screens said be so many seconds longer ago."""

    def age(seconds: float) -> None:
        with operator_connection(settings.operator_url) as connection:
            connection.execute(text(f"SET ordertrack.tenant_id = '{cedar.tenant_id}'"))
            query = (
                "UPDATE screens SET seen_at = seen_at - make_interval(secs => :age) WHERE tenant_id = :tenant"
            )
            connection.execute(text(query), {"age": seconds, "tenant": cedar.tenant_id})

    return age


def test_a_board_that_is_opened_and_closed_is_seen_to_be(
    app: Flask, cedar: House, process: Process, hamra: uuid.UUID, at_hamra: Callable[[], Floor]
) -> None:
    with tenant_context(app, cedar.tenant_id):
        grill = tablets.set_up(hamra, "kitchen", "Grill tablet", by=cedar.maya.principal)
    assert at_hamra().missing == (("kitchen", "Grill tablet"),)
    stream = process.open(grill, KITCHEN.name, hamra)
    process.tick()
    (screen,) = at_hamra().screens
    assert (screen.board, screen.name, screen.is_tablet, screen.late_since) == (
        "kitchen",
        "Grill tablet",
        True,
        None,
    )
    assert at_hamra().missing == ()
    stream.close("gone")
    process.tick()
    assert shown(at_hamra()) == [("kitchen", "Grill tablet")], "a stream that ends begins anew"
    process.tick(LINGER)
    assert at_hamra().screens == () and at_hamra().missing == (("kitchen", "Grill tablet"),)


def test_the_same_board_in_two_windows_and_languages_of_one_device_is_one_screen(
    cedar: House, process: Process, hamra: uuid.UUID, at_hamra: Callable[[], Floor]
) -> None:
    for language in ("en", "ar", "en"):
        process.open(cedar.nour.principal, KITCHEN.name, hamra, language)
    process.tick()
    assert len(at_hamra().screens) == 1


def test_a_screen_that_changes_over_to_another_process_never_goes_and_stays_open_since_it_was_opened(
    app: Flask, cedar: House, process: Process, hamra: uuid.UUID, at_hamra: Callable[[], Floor]
) -> None:
    other = Process(app)
    device = on_device(cedar.nour.principal)
    stream = process.open(device, KITCHEN.name, hamra)
    process.tick()
    (first,) = at_hamra().screens
    stream.close("lifetime")
    other.open(device, KITCHEN.name, hamra)
    other.tick()
    process.tick(LINGER + 1)
    process.tick(LINGER + 1)
    assert [screen.since for screen in at_hamra().screens] == [first.since]


def test_what_a_device_said_last_counts_though_the_process_that_it_left_has_not_noticed(
    app: Flask,
    cedar: House,
    process: Process,
    hamra: uuid.UUID,
    at_hamra: Callable[[], Floor],
    place: Callable[..., uuid.UUID],
) -> None:
    nour = cedar.nour.principal
    left, come = process, Process(app)
    order_id = place(cedar, Fulfilment.DELIVERY)
    no_deliveries = Filter(fulfilments=frozenset({"delivery"}))
    # And back again with the same words, while the row of the first time is still there.
    for at, (carrier, chosen) in enumerate(
        ((left, EVERYTHING), (come, no_deliveries), (left, EVERYTHING), (come, no_deliveries))
    ):
        FILTERS.put(cedar.tenant_id, (hamra, KITCHEN.name, nour.ended_by[-1]), Told(chosen, at))
        carrier.open(nour, KITCHEN.name, hamra)
        carrier.tick()
        (screen,) = at_hamra().screens
        assert screen.is_filtered == bool(chosen)
        assert at_hamra().hidden == ({KITCHEN.name: (order_id,)} if chosen else {})


@pytest.mark.parametrize("is_other_process", [False, True])
def test_what_a_device_said_first_counts_no_more_though_it_arrives_last(
    app: Flask,
    cedar: House,
    process: Process,
    hamra: uuid.UUID,
    at_hamra: Callable[[], Floor],
    monkeypatch: pytest.MonkeyPatch,
    is_other_process: bool,
) -> None:
    nour = cedar.nour.principal
    busy = Process(app) if is_other_process else process
    no_deliveries = Filter(fulfilments=frozenset({"delivery"}))
    of_each = {each: Filters() for each in (process, busy)}
    for carrier, told in ((process, Told(no_deliveries, 2.0)), (busy, Told(EVERYTHING, 1.0))):
        monkeypatch.setattr(tracker, "FILTERS", of_each[carrier])
        of_each[carrier].put(cedar.tenant_id, (hamra, KITCHEN.name, nour.ended_by[-1]), told)
        carrier.open(nour, KITCHEN.name, hamra)
        carrier.tick()
    (screen,) = at_hamra().screens
    assert screen.is_filtered


def test_the_screens_of_a_process_that_died_are_late_then_gone_and_whoever_comes_next_clears_them_away(
    app: Flask,
    cedar: House,
    process: Process,
    hamra: uuid.UUID,
    at_hamra: Callable[[], Floor],
    grow_older: Callable[[float], None],
) -> None:
    died = Process(app)
    died.open(cedar.nour.principal, KITCHEN.name, hamra)
    died.tick()
    process.open(cedar.karim.principal, DISPATCH.name, hamra)
    process.tick()
    grow_older(30)
    process.tick(BEAT)
    late = {screen.board: screen.late_since is not None for screen in at_hamra().screens}
    assert late == {"kitchen": True, "dispatch": False}
    grow_older(GONE_AFTER - 30)
    process.tick(BEAT)
    assert [board for board, _ in shown(at_hamra())] == ["dispatch"]
    with tenant_context(app, cedar.tenant_id):
        assert db.session.scalar(text("SELECT count(*) FROM screens")) == 1


def test_a_process_that_was_held_up_and_taken_for_dead_says_again_what_it_carries(
    app: Flask,
    cedar: House,
    process: Process,
    hamra: uuid.UUID,
    at_hamra: Callable[[], Floor],
    grow_older: Callable[[float], None],
) -> None:
    process.open(cedar.nour.principal, KITCHEN.name, hamra)
    process.tick()
    other = Process(app)
    other.open(cedar.karim.principal, DISPATCH.name, hamra)
    other.tick()
    grow_older(GONE_AFTER + 1)
    other.tick(BEAT)
    assert [board for board, _ in shown(at_hamra())] == ["dispatch"]
    process.tick(BEAT)
    process.tick()
    assert [board for board, _ in shown(at_hamra())] == ["dispatch", "kitchen"]


def test_a_tenant_neither_reads_nor_writes_the_screens_of_another(
    app: Flask, cedar: House, rival: House, process: Process, hamra: uuid.UUID
) -> None:
    process.open(cedar.nour.principal, KITCHEN.name, hamra)
    process.tick()
    with tenant_context(app, rival.tenant_id):
        assert db.session.scalar(text("SELECT count(*) FROM screens")) == 0
        assert db.session.execute(text("UPDATE screens SET board = 'dispatch'")).rowcount == 0
        assert db.session.execute(text("DELETE FROM screens")).rowcount == 0
    with app.app_context():
        assert db.session.scalar(text("SELECT count(*) FROM screens")) == 0


def test_a_screen_whose_process_died_was_last_open_when_it_was_last_seen(
    app: Flask,
    cedar: House,
    process: Process,
    hamra: uuid.UUID,
    at_hamra: Callable[[], Floor],
    grow_older: Callable[[float], None],
) -> None:
    other = Process(app)
    other.open(on_device(cedar.nour.principal), KITCHEN.name, hamra)
    other.tick()
    grow_older(GONE_AFTER + 60)
    process.open(cedar.karim.principal, DISPATCH.name, hamra)
    process.tick()
    process.tick(BEAT)
    since = at_hamra().silent_since[KITCHEN.name]
    ago = (dt.datetime.now(dt.UTC) - since).total_seconds()
    assert GONE_AFTER + 60 <= ago < GONE_AFTER + 120


def test_of_boards_that_were_open_long_ago_nothing_is_kept_once_another_is_closed(
    cedar: House,
    process: Process,
    hamra: uuid.UUID,
    operator: psycopg.Connection,
    at_hamra: Callable[[], Floor],
) -> None:
    stream = process.open(on_device(cedar.nour.principal), KITCHEN.name, hamra)
    process.tick()
    stream.close("gone")
    process.tick()
    process.tick(LINGER)
    assert KITCHEN.name in at_hamra().silent_since
    operator.execute("UPDATE closed_screens SET seen_at = seen_at - interval '8 days'")
    operator.commit()
    stream = process.open(on_device(cedar.karim.principal), DISPATCH.name, hamra)
    process.tick()
    stream.close("gone")
    process.tick()
    process.tick(LINGER)
    assert set(at_hamra().silent_since) == {DISPATCH.name}
