"""How little the account of screens costs: a thousand at once are few statements, what is no news is none."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from ordertrack.boards.columns import KITCHEN
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.moving import transitions
from ordertrack.presence.channel import CHANNEL
from ordertrack.presence.overview import Floor
from ordertrack.presence.tracker import BEAT
from ordertrack.rules.state_machine import OrderStatus
from presence.processes import Process, on_device
from support.cast import House


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
    told = process.watch(cedar.maya.principal, CHANNEL.topic(cedar.tenant_id, "en"))
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
