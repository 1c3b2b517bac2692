"""A manager who looks at a board is no kitchen that sees it; when one last did is known."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from ordertrack.boards.columns import KITCHEN
from ordertrack.boards.filters import FILTERS, Filter, Told
from ordertrack.database.session import db, tenant_context
from ordertrack.presence.overview import Floor
from ordertrack.presence.tracker import LINGER
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants.models import StaffSession
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.shared_tablets import tablets
from presence.processes import Process
from support.cast import House

Read = Callable[[], Floor]
Place = Callable[..., uuid.UUID]


@pytest.fixture
def maya(app: Flask, cedar: House) -> Principal:
    """A manager, signed in on a device of her own."""
    session = uuid.uuid4()
    staff = uuid.UUID(cedar.maya.principal.actor.removeprefix("staff:"))
    with tenant_context(app, cedar.tenant_id):
        db.session.add(StaffSession(tenant_id=cedar.tenant_id, id=session, staff_id=staff))
        db.session.commit()
    return replace(cedar.maya.principal, session=f"session:{session}")


def alarmed(floor: Floor) -> list[str]:
    return [alarm.board for alarm in floor.alarms]


def test_the_alarm_of_an_unseen_board_outlasts_a_managers_look_and_ends_when_the_kitchen_opens_it(
    cedar: House, maya: Principal, process: Process, hamra: uuid.UUID, at_hamra: Read, place: Place
) -> None:
    place(cedar)
    process.open(maya, KITCHEN.name, hamra)
    process.tick()
    assert [screen.is_at_work for screen in at_hamra().screens] == [False]
    assert alarmed(at_hamra()) == ["kitchen"]
    process.open(cedar.nour.principal, KITCHEN.name, hamra)
    process.tick()
    assert alarmed(at_hamra()) == []


def test_a_managers_look_shows_nothing_of_what_every_screen_at_work_hides(
    cedar: House, maya: Principal, process: Process, hamra: uuid.UUID, at_hamra: Read, place: Place
) -> None:
    nour = cedar.nour.principal
    no_deliveries = Filter(fulfilments=frozenset({"delivery"}))
    FILTERS.put(cedar.tenant_id, (hamra, KITCHEN.name, nour.ended_by[-1]), Told(no_deliveries, 1.0))
    process.open(nour, KITCHEN.name, hamra)
    process.open(maya, KITCHEN.name, hamra)
    process.tick()
    order_id = place(cedar, Fulfilment.DELIVERY)
    assert at_hamra().hidden == {KITCHEN.name: (order_id,)}
    assert alarmed(at_hamra()) == ["kitchen"]


def test_a_shared_tablet_counts_whoever_stands_at_it(
    app: Flask, cedar: House, process: Process, hamra: uuid.UUID, at_hamra: Read, place: Place
) -> None:
    with tenant_context(app, cedar.tenant_id):
        grill = tablets.set_up(hamra, "kitchen", "Grill tablet", by=cedar.maya.principal)
    place(cedar)
    assert alarmed(at_hamra()) == ["kitchen"]
    process.open(grill, KITCHEN.name, hamra)
    process.tick()
    assert alarmed(at_hamra()) == []


def test_it_is_known_since_when_no_screen_at_work_has_had_the_board(
    cedar: House, maya: Principal, process: Process, hamra: uuid.UUID, at_hamra: Read, place: Place
) -> None:
    place(cedar)
    assert at_hamra().alarms[0].silent_since is None
    before = dt.datetime.now(dt.UTC)
    seen = process.open(cedar.nour.principal, KITCHEN.name, hamra)
    looked = process.open(maya, KITCHEN.name, hamra)
    process.tick()
    assert at_hamra().silent_since == {}
    seen.close("gone")
    process.tick()
    process.tick(LINGER)
    (alarm,) = at_hamra().alarms
    since = alarm.silent_since
    assert since is not None and before < since <= dt.datetime.now(dt.UTC)
    looked.close("gone")
    process.tick()
    process.tick(LINGER)
    assert at_hamra().alarms[0].silent_since == since, "a manager's look is no sign of life"
