"""The connections of a process: a fixed few, one for whoever works, and words for whoever waits in vain."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError

from menu.menus import save as save_menu
from ordertrack import create_app
from ordertrack.database import pool as pool_module
from ordertrack.database import session
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub
from ordertrack.live.topics import Topic
from ordertrack.monitoring import metrics
from ordertrack.monitoring.samples import Samples
from ordertrack.orders.log import event_log
from ordertrack.orders.reading import records
from ordertrack.presence.channel import CHANNEL
from ordertrack.presence.tracker import BEAT, ScreenTracker
from support.cast import PASSWORD, House, Person
from support.recording import Recorder, count
from support.server import wait_for
from support.tablet import PIN, give_pin, set_up

MakeApp = Callable[[int, float], Flask]
AT_ONCE = 20


@pytest.fixture
def make_app(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeApp]:
    """The application with so many connections, for one of which a request waits so many seconds."""
    with ExitStack() as made:

        def make(size: int, patience: float) -> Flask:
            monkeypatch.setattr(session, "POOL_SIZE", size)
            monkeypatch.setattr(session, "POOL_PATIENCE", patience)
            app = create_app(settings)
            with app.app_context():
                made.callback(db.engine.dispose)
            return app

        yield make


@pytest.fixture
def alone(make_app: MakeApp) -> Flask:
    """The application with one connection: whoever needs a second one to go on fails."""
    return make_app(1, 1.0)


def signed_in(app: Flask, person: Person) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/login", data={"email": person.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    return client


def pages(app: Flask, values: dict[str, Any]) -> Iterator[str]:
    """Every address that can be read, filled with these values."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            yield app.url_map.bind("").build(rule.endpoint, {name: values[name] for name in rule.arguments})


def test_no_page_list_or_stream_needs_a_second_connection(
    alone: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    order_id = place(cedar)
    with tenant_context(alone, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
        assert order is not None
    known = {"order_id": order_id, "token": order.tracking_token, "restaurant": "hamra", "board": "kitchen"}
    save_menu(alone, cedar)
    known |= {"kind": "not-found", "code": "unknown", "code_id": order_id, "sku": "kebab", "digest": "0" * 32}
    known |= {"hook": "unknown", "way": "sms"}
    known |= {"channel": "woocommerce", "connection_id": order_id, "payload_id": order_id, "rest": "x"}
    known |= {"endpoint_id": order_id, "log_id": order_id}
    maya = signed_in(alone, cedar.maya)
    read = 0
    for path in pages(alone, known):
        answer = maya.get(path, headers=cedar.bearer if path.startswith("/api/") else {})
        answer.close()
        assert answer.status_code < 500 or path == "/readyz", (path, answer.status)
        read += answer.status_code == 200
    assert read > 30


def test_no_write_needs_a_second_connection(
    alone: Flask, operator_app: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    maya = signed_in(alone, cedar.maya)
    order = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Tea", "quantity": 1}]}
    placed = maya.post("/api/v1/orders", json=order, headers=cedar.bearer)
    assert placed.status_code == 201
    order_id = placed.json["id"] if placed.json else ""
    for call, body in (
        (f"/orders/{order_id}/transitions", {"to": "confirmed", "seen": "pending", "board": "kitchen"}),
        (f"/orders/{order_id}/actions", {"act": "rush", "seen": "confirmed", "board": "kitchen"}),
        (f"/orders/{order_id}/transitions", {"to": "preparing", "seen": "pending", "board": "kitchen"}),
    ):
        answer = maya.post(call, data=body, headers={"HX-Request": "true"})
        assert answer.status_code in (200, 204, 409), answer.text
    for call, message in (("transitions", {"to": "preparing"}), ("actions", {"act": "release"})):
        answer = maya.post(f"/api/v1/orders/{order_id}/{call}", json=message, headers=cedar.bearer)
        assert answer.status_code in (200, 422), answer.text
    staff_id = give_pin(operator_app, cedar, cedar.nour)
    tablet = set_up(lambda person: signed_in(alone, person), cedar)
    assert tablet.sign_on(staff_id, PIN)
    assert maya.post("/logout").status_code == 302


def test_neither_joining_nor_telling_nor_keeping_account_needs_a_second_connection(
    alone: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    hub: Hub = alone.extensions["hub"]
    keeper = ScreenTracker(alone, hub)
    with tenant_context(alone, cedar.tenant_id):
        head = event_log.head(cedar.tenant_id)
    place(cedar)
    program, board, overview = Recorder(), Recorder(), Recorder()
    with tenant_context(alone, cedar.tenant_id):
        hub.attach(cedar.program, Topic(cedar.tenant_id, "program", ""), head, lambda: program)
        hub.attach(cedar.program, Topic(cedar.tenant_id, "program", ""), Cursor(0, 0), lambda: board)
    with tenant_context(alone, cedar.tenant_id):
        topic = CHANNEL.topic(cedar.tenant_id, "en")
        hub.attach(cedar.maya.principal, topic, None, lambda: overview)
    place(cedar)
    hub.wake(cedar.tenant_id, 2)
    place(cedar)
    hub.recover()
    keeper.tick(keeper._beaten + BEAT)
    assert [frame.event for frame in program.frames].count("status_update") == 3
    assert overview.snapshots or overview.frames
    hub.close()


def test_no_connection_is_opened_beyond_the_pool_however_many_ask_at_once(
    make_app: MakeApp, cedar: House
) -> None:
    app = make_app(3, 20.0)
    answers: list[int] = []

    def ask() -> None:
        answers.append(app.test_client().get("/api/v1/orders", headers=cedar.bearer).status_code)

    threads = [Thread(target=ask) for _ in range(AT_ONCE)]
    opened: list[object] = []
    with app.app_context():
        session.event.listen(db.engine, "connect", lambda connection, _record: opened.append(connection))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * AT_ONCE
    assert len(opened) <= 3


def test_whoever_has_waited_too_long_for_a_connection_gets_the_next(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the one who gives it back asks for it again in the same moment, as every request does."""
    monkeypatch.setattr(pool_module, "PATIENCE", 0.0)
    app = make_app(1, 20.0)
    with app.app_context():
        engine = db.engine
    pool: Any = engine.pool
    served: list[int] = []

    def wait(number: int) -> None:
        with app.test_request_context(), engine.connect():
            served.append(number)

    held = engine.connect()
    threads = [Thread(target=wait, args=(number,)) for number in range(5)]
    for number, thread in enumerate(threads):
        thread.start()
        wait_for(lambda number=number: pool.waiting == number + 1, "the thread to wait")
    with app.test_request_context():
        held.close()
        with engine.connect():
            assert served == [0, 1, 2, 3, 4]
    for thread in threads:
        thread.join()


def test_no_connection_lies_idle_while_somebody_waits(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where those who are running may grab one, and where they must not."""
    for patience in (0.0, 0.001, 60.0):
        monkeypatch.setattr(pool_module, "PATIENCE", patience)
        app = make_app(3, 20.0)
        with app.app_context():
            engine = db.engine
        served: list[int] = []

        def work(app: Flask = app, engine: Engine = engine, served: list[int] = served) -> None:
            with app.test_request_context():
                for turn in range(5):
                    with engine.connect() as connection:
                        connection.exec_driver_sql("SELECT 1")
                    served.append(turn)

        threads = [Thread(target=work) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(served) == 5 * AT_ONCE
        pool: Any = engine.pool
        assert pool.waiting == pool.checkedout() == 0


def test_what_tells_all_screens_waits_behind_no_request(make_app: MakeApp) -> None:
    """The listener reads one tenant after the other: behind a rush it would never come to an end."""
    app = make_app(1, 20.0)
    with app.app_context():
        engine = db.engine
    pool: Any = engine.pool
    served: list[str] = []

    def request() -> None:
        with app.test_request_context(), engine.connect():
            served.append("a request")

    def listen() -> None:
        with engine.connect():
            served.append("the listener")

    held = engine.connect()
    threads = [Thread(target=work) for work in (request, request, listen)]
    for number, thread in enumerate(threads):
        thread.start()
        wait_for(lambda number=number: pool.waiting == number + 1, "the thread to wait")
    held.close()
    for thread in threads:
        thread.join()
    assert served == ["the listener", "a request", "a request"]


def test_who_waited_in_vain_leaves_the_line(make_app: MakeApp) -> None:
    app = make_app(1, 0.05)
    with app.app_context():
        engine = db.engine
    pool: Any = engine.pool
    samples = Samples(app)
    with engine.connect(), count(metrics.pool_refused) as refused, count(metrics.pool_waited) as waited:
        with pytest.raises(TimeoutError):
            engine.connect()
        assert pool.waiting == 0
        samples.take()
        samples.take()
        assert refused() == 1 and waited() > 0
        assert metrics.pool_in_use._value.get() == 1
    with engine.connect():
        assert pool.checkedout() == 1


@pytest.mark.parametrize("path", ["/api/v1/orders", "/login", "/r/hamra/kitchen", "/r/hamra/kitchen/stream"])
def test_who_waits_for_a_connection_in_vain_is_told_503_and_when_to_come_again(
    make_app: MakeApp, cedar: House, path: str
) -> None:
    app = make_app(2, 0.05)
    maya = signed_in(app, cedar.maya)
    with app.app_context(), db.engine.connect(), db.engine.connect():
        form = {"email": cedar.maya.email, "password": PASSWORD}
        answer = maya.post(path, data=form) if path == "/login" else maya.get(path, headers=cedar.bearer)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "Nothing was changed" in answer.text
    assert maya.get("/boards").status_code == 200
