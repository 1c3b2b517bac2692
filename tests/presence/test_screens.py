"""Account of screens: what each process writes of the boards that it carries, and how little it costs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from ordertrack import boards, presence
from ordertrack.boards.columns import DISPATCH, KITCHEN
from ordertrack.boards.filters import EVERYTHING, FILTERS, Filter
from ordertrack.database.config import Settings
from ordertrack.database.session import db, operator_connection, tenant_context
from ordertrack.i18n.topic_keys import key_of
from ordertrack.live.hub import Hub, NotAdmitted
from ordertrack.live.topics import Topic
from ordertrack.orders import transitions
from ordertrack.presence import overview
from ordertrack.presence.channel import CHANNEL, Part
from ordertrack.presence.overview import Floor
from ordertrack.presence.rows import GONE_AFTER
from ordertrack.presence.tracker import BEAT, LINGER, ScreenTracker
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.streams.sse import EventLog
from ordertrack.tenants import tablets
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal
from support.cast import House
from support.recording import Recorder


class Process:
    """A hub and its keeper as a process of a server has them, at a time that the test says."""

    def __init__(self, app: Flask) -> None:
        self.hub = Hub(EventLog(app), [*boards.CHANNELS, *presence.CHANNELS])
        self.keeper = ScreenTracker(app, self.hub)
        self._app = app
        self._now = self.keeper._beaten

    def open(
        self, watcher: Principal, board: str, restaurant_id: uuid.UUID, language: str = "en"
    ) -> Recorder:
        return self.watch(watcher, Topic(watcher.tenant_id, board, key_of(restaurant_id, language)))

    def watch(self, watcher: Principal, topic: Topic) -> Recorder:
        recorder = Recorder()
        self.hub.attach(watcher, topic, None, lambda: recorder)
        return recorder

    def tick(self, after: float = 2.0) -> None:
        self._now += after
        self.keeper.tick(self._now)


@pytest.fixture
def process(app: Flask) -> Process:
    return Process(app)


@pytest.fixture
def hamra(app: Flask, cedar: House) -> uuid.UUID:
    with tenant_context(app, cedar.tenant_id):
        found = db.session.scalar(select(Restaurant.id).where(Restaurant.slug == "hamra"))
        assert found is not None
        return found


@pytest.fixture
def at_hamra(app: Flask, cedar: House) -> Callable[[], Floor]:
    """What a manager is told of Hamra now."""

    def read() -> Floor:
        with tenant_context(app, cedar.tenant_id):
            return next(floor for floor in overview.read(cedar.tenant_id).floors if floor.slug == "hamra")

    return read


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


@contextmanager
def work(app: Flask) -> Iterator[list[str]]:
    """What the database has to do meanwhile: connections that are taken, and what the engine sends."""
    done: list[str] = []

    def taken(*_: object) -> None:
        done.append("a connection")

    def sent(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        done.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", taken)
    event.listen(engine, "before_cursor_execute", sent)
    yield done
    event.remove(engine, "checkout", taken)
    event.remove(engine, "before_cursor_execute", sent)


def on_device(person: Principal) -> Principal:
    """The same person on another device: a sign-in of its own, which no row stands for."""
    return replace(person, session=f"session:{uuid.uuid4()}")


def shown(floor: Floor) -> list[tuple[str, str]]:
    return [(screen.board, screen.name) for screen in floor.screens]


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


def test_what_waits_for_a_board_that_is_open_nowhere_is_an_alarm(
    app: Flask,
    cedar: House,
    process: Process,
    hamra: uuid.UUID,
    at_hamra: Callable[[], Floor],
    place: Callable[..., uuid.UUID],
) -> None:
    def alarms() -> list[tuple[str, int]]:
        return [(alarm.board, alarm.orders) for alarm in at_hamra().alarms]

    assert alarms() == []
    order_id, _ = place(cedar), place(cedar)
    assert alarms() == [("kitchen", 2)]
    process.open(cedar.nour.principal, KITCHEN.name, hamra)
    process.tick()
    assert alarms() == []
    with tenant_context(app, cedar.tenant_id):
        for to in (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY):
            transitions.advance(order_id, to, by=cedar.program)
    assert alarms() == [("dispatch", 1)]
    process.open(cedar.karim.principal, DISPATCH.name, hamra)
    process.open(cedar.karim.principal, "pickup", hamra)
    process.tick()
    assert alarms() == []
    assert [board for board, _ in shown(at_hamra())] == ["dispatch", "kitchen", "pickup"]


def earlier(settings: Settings, house: House, by: str) -> None:
    """Shift since when the orders of a house have their status."""
    with operator_connection(settings.operator_url) as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(
            text(
                "UPDATE orders SET status_since = status_since - CAST(:by AS interval)"
                " WHERE tenant_id = :tenant"
            ),
            {"tenant": house.tenant_id, "by": by},
        )


def test_orders_that_nobody_has_touched_for_hours_are_told_and_wake_nobody(
    cedar: House, at_hamra: Callable[[], Floor], place: Callable[..., uuid.UUID], settings: Settings
) -> None:
    place(cedar)
    earlier(settings, cedar, "9 hours")
    found = at_hamra()
    earlier(settings, cedar, "-9 hours")  # or the log would seem to contradict the order
    assert (found.alarms, found.forgotten, found.waiting["kitchen"]) == ((), 1, 0)


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


def test_the_same_board_in_two_windows_and_languages_of_one_device_is_one_screen(
    cedar: House, process: Process, hamra: uuid.UUID, at_hamra: Callable[[], Floor]
) -> None:
    for language in ("en", "ar", "en"):
        process.open(cedar.nour.principal, KITCHEN.name, hamra, language)
    process.tick()
    assert len(at_hamra().screens) == 1


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


def test_a_screen_that_changes_its_filter_is_the_same_screen_and_what_it_hides_is_an_alarm(
    cedar: House,
    process: Process,
    hamra: uuid.UUID,
    at_hamra: Callable[[], Floor],
    place: Callable[..., uuid.UUID],
) -> None:
    nour = cedar.nour.principal

    def come_with(chosen: Filter) -> Recorder:
        FILTERS.put(cedar.tenant_id, (hamra, KITCHEN.name, nour.ended_by[-1]), chosen)
        return process.open(nour, KITCHEN.name, hamra)

    order_id = place(cedar, Fulfilment.DELIVERY)
    stream = come_with(Filter(fulfilments=frozenset({"delivery"})))
    process.tick()
    (before,) = at_hamra().screens
    assert before.is_filtered and at_hamra().hidden == {KITCHEN.name: (order_id,)}
    assert [(alarm.board, alarm.orders, alarm.is_hidden) for alarm in at_hamra().alarms] == [
        (KITCHEN.name, 1, True)
    ]
    assert f"order-{order_id}" in stream.frames[-1].data and "unshown" in stream.frames[-1].data
    stream.close("gone")
    stream = come_with(EVERYTHING)
    process.tick()
    (after,) = at_hamra().screens
    assert not after.is_filtered and after.since == before.since and at_hamra().alarms == ()


def test_who_came_while_the_database_failed_is_told_by_the_next_tick(
    cedar: House,
    process: Process,
    hamra: uuid.UUID,
    place: Callable[..., uuid.UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nour = cedar.nour.principal
    order_id = place(cedar, Fulfilment.DELIVERY)
    no_deliveries = Filter(fulfilments=frozenset({"delivery"}))
    FILTERS.put(cedar.tenant_id, (hamra, KITCHEN.name, nour.ended_by[-1]), no_deliveries)
    stream = process.open(nour, KITCHEN.name, hamra)
    before = len(stream.frames)
    with monkeypatch.context() as failing:
        failing.setattr("ordertrack.presence.rows._WRITE", text("SELECT 1 / 0"))
        with pytest.raises(DBAPIError):
            process.tick()
    assert len(stream.frames) == before
    process.tick()
    assert f"order-{order_id}" in stream.frames[-1].data and "unshown" in stream.frames[-1].data


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
    for carrier, chosen in (
        (left, EVERYTHING),
        (come, no_deliveries),
        (left, EVERYTHING),
        (come, no_deliveries),
    ):
        FILTERS.put(cedar.tenant_id, (hamra, KITCHEN.name, nour.ended_by[-1]), chosen)
        carrier.open(nour, KITCHEN.name, hamra)
        carrier.tick()
        (screen,) = at_hamra().screens
        assert screen.is_filtered == bool(chosen)
        assert at_hamra().hidden == ({KITCHEN.name: (order_id,)} if chosen else {})


def test_a_thousand_screens_that_come_back_at_once_are_a_handful_of_statements(
    app: Flask, cedar: House, rival: House, process: Process, hamra: uuid.UUID, at_hamra: Callable[[], Floor]
) -> None:
    devices = [on_device(cedar.nour.principal) for _ in range(1000)]
    streams = [process.open(device, KITCHEN.name, hamra) for device in devices]
    with work(app) as done:
        process.tick()
        assert len(done) <= 4, done  # a connection, the tenants it is about, the rows, the word to the others
    assert len(at_hamra().screens) == 1000
    for stream in streams:
        stream.close("shutdown")
    streams = [process.open(device, KITCHEN.name, hamra) for device in devices]
    with work(app) as done:
        process.tick()
        process.tick(5)
        assert done == [], "who is back is no news"
        process.tick(BEAT)
        assert len(done) <= 3, "a sign of life for all of them"


def test_no_event_costs_a_query_that_nobody_looks_at_and_a_rush_costs_who_looks_one_look(
    app: Flask, cedar: House, process: Process, hamra: uuid.UUID, place: Callable[..., uuid.UUID]
) -> None:
    process.open(cedar.nour.principal, KITCHEN.name, hamra)
    process.tick()
    order_id, _, _ = (place(cedar) for _ in range(3))
    process.hub.wake(cedar.tenant_id)
    with work(app) as done:
        process.tick()
    assert done == []
    told = process.watch(cedar.maya.principal, CHANNEL.topic(cedar.tenant_id, Part.WHOLE, "en"))
    process.tick()
    for _ in range(3):
        place(cedar)
    process.hub.wake(cedar.tenant_id)
    before = told.writes
    process.tick()
    assert told.writes == before + 1 and "6 open orders" in told.frames[-1].data
    with tenant_context(app, cedar.tenant_id):
        transitions.advance(order_id, OrderStatus.CONFIRMED, by=cedar.program)
    process.hub.wake(cedar.tenant_id)
    process.tick()
    assert told.writes == before + 1, "as many orders wait in the kitchen as before"


def test_only_managers_are_let_in_and_each_is_told_of_their_own_house(
    cedar: House, rival: House, process: Process, place: Callable[..., uuid.UUID]
) -> None:
    topic = CHANNEL.topic(cedar.tenant_id, Part.ALARMS, "en")
    for watcher in (cedar.nour.principal, cedar.karim.principal, rival.maya.principal, cedar.program):
        with pytest.raises(NotAdmitted):
            process.watch(watcher, topic)
    place(cedar)
    told = process.watch(rival.maya.principal, CHANNEL.topic(rival.tenant_id, Part.ALARMS, "en"))
    own = process.watch(cedar.maya.principal, topic)
    assert "Hamra" in own.frames[0].data and "Hamra" not in told.frames[0].data


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
