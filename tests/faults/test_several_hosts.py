"""Two hosts on one database with a Valkey between them: what one does the other shows, whatever dies."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from channels.hubrise.connected import connect as connect_to_hubrise
from channels.hubrise.peer import HubRise, serving
from channels.hubrise.told import order as told_order
from faults.crowd import Crowd, Ending
from faults.load import BOARD, Load
from ordertrack.background.turn import LOCK
from ordertrack.channels import tending
from ordertrack.channels.hubrise.transport import ADDRESS_SETTING
from ordertrack.database import bus
from ordertrack.database.bus.redis import RedisBus
from ordertrack.database.channels import JOBS_CHANNEL
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.following import jobs, worker
from ordertrack.orders.log import event_log
from ordertrack.outgoing import addresses, sealing
from ordertrack.tenants import accounts
from ordertrack.tenants.staff import staff_accounts
from support.cast import House
from support.database import connect
from support.http_client import Caller, EventStream, sign_in
from support.processes import kill_host, metric
from support.programs.valkey import Valkey
from support.quiet_database import quiet_fixtures
from support.server import Server, wait_for

settings, app, operator_app, make_house = quiet_fixtures("module")

SCREENS = 6
REVOKED_WITHIN = 5.0  # seconds
TAKEN_OVER_WITHIN = 5.0
_HOLDER = """
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND (classid::bigint << 32) + objid::bigint = %s
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Hosts(NamedTuple):
    first: Server
    second: Server
    bus: Valkey


def hears(server: Server) -> bool:
    """Whether the host says that it hears the bus; it is ready all the same."""
    answer = Caller(server.port).call("/readyz")
    assert answer.status == 200, answer.text
    return bool(answer.json["listener"])


def holder(settings: Settings, lock: int = LOCK) -> int | None:
    """The connection that has the turn of the roll-up and the clock, or another one."""
    with connect(settings.operator_url) as operator:
        found = operator.execute(_HOLDER, [lock]).fetchone()
        return found[0] if found else None


@pytest.fixture(scope="module")
def hubrise() -> Iterator[HubRise]:
    """Its API, as every host calls it; all of them open what one has sealed."""
    with serving(peer := HubRise()) as address, pytest.MonkeyPatch.context() as environment:
        environment.setenv(addresses.ALLOWED, "1")
        environment.setenv(ADDRESS_SETTING, address)
        environment.setenv(sealing.KEYS, Fernet.generate_key().decode())
        yield peer


@pytest.fixture(scope="module")
def two(settings: Settings, hubrise: HubRise, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    """The first has the turn, for it was there first."""
    bus = Valkey(tmp_path_factory.mktemp("bus"))
    bus.start()
    servers = [
        Server(settings, tmp_path_factory.mktemp("host"), workers, ORDERTRACK_BUS=bus.address)
        for workers in (1, 2)
    ]
    for server in servers:
        server.start()
        for lock in (LOCK, worker.LOCK):
            wait_for(lambda: holder(settings, lock), "somebody to have the turn")  # noqa: B023
    yield Hosts(*servers, bus)
    for server in servers:
        server.stop()
    bus.kill()


@pytest.fixture
def hosts(two: Hosts) -> Iterator[Hosts]:
    """Both hear the bus, and do again when the test is over."""
    for server in (two.first, two.second):
        wait_for(lambda: hears(server), "both hosts to hear")  # noqa: B023
    yield two
    if two.bus._process is None:
        two.bus.start()


def test_what_one_host_writes_the_other_shows_while_the_bus_dies_and_comes_back(
    hosts: Hosts, cedar: House, settings: Settings
) -> None:
    with Load(hosts.first.port, cedar, settings, watched_on=hosts.second.port) as load:
        load.goes_on(20)
        hosts.bus.kill()
        load.goes_on(40)
        wait_for(lambda: not hears(hosts.second), "the host to say that it hears nothing")
        assert metric(hosts.second, "ordertrack_bus_connected") == 0
        hosts.bus.start()
        load.goes_on(10)
        wait_for(lambda: hears(hosts.second), "the host to hear again")
        wait_for(lambda: metric(hosts.second, "ordertrack_bus_connected") == 2, "both its workers to hear")
        load.goes_on(20)
    assert not any(reader.endings for reader in load.boards.readers), "no screen had to come back"


def test_who_is_revoked_while_the_bus_is_dead_loses_the_screens_of_every_host(
    hosts: Hosts, cedar: House, settings: Settings, operator_app: Flask
) -> None:
    headers = sign_in(hosts.first.port, cedar.nour).headers
    start = Load(hosts.first.port, cedar, settings).log.head()
    with Crowd(hosts.second.port, BOARD, headers, SCREENS, start) as crowd:
        wait_for(lambda: crowd.streaming == SCREENS, "the screens of nour")
        hosts.bus.kill()
        with operator_app.app_context():
            staff_accounts.revoke_staff_member(accounts.find_tenant(cedar.slug), cedar.nour.email)
        began = time.monotonic()
        wait_for(lambda: crowd.ended(Ending.BYE) == SCREENS, "the screens to be told bye", REVOKED_WITHIN)
        assert time.monotonic() - began < REVOKED_WITHIN
        wait_for(lambda: all(reader.refusals[401] for reader in crowd.readers), "them to be refused", 5)


def test_screens_of_one_host_are_on_the_page_of_screens_of_the_other(hosts: Hosts, cedar: House) -> None:
    maya = sign_in(hosts.first.port, cedar.maya)
    path = "/screens/stream?language=en"
    page = EventStream(hosts.first.port, path, maya.headers)
    nour = sign_in(hosts.second.port, cedar.nour)
    screen = EventStream(hosts.second.port, "/r/hamra/kitchen/stream", nour.headers)

    def is_shown() -> bool:
        frame = page.next(0.5)
        return frame is not None and frame.event is None and "Nour" in frame.data

    try:
        wait_for(is_shown, "the screen of the other host")
    finally:
        screen.close()
        page.close()


def test_a_host_that_dies_is_followed_by_the_other_in_keeping_the_roll_up_and_in_what_it_had_in_hand(
    hosts: Hosts, cedar: House, settings: Settings, app: Flask, hubrise: HubRise
) -> None:
    """It dies when it has stored what HubRise told and not acknowledged it, and while it tells HubRise."""
    with tenant_context(app, cedar.tenant_id):
        connected = connect_to_hubrise(app, cedar, hubrise)
        told = hubrise.place(told_order(status="received"))
        hubrise.habits = [("DELETE /", "hang"), ("PATCH /", "hang")]
        of = f"channel:{connected.connection_id}"
        jobs.add(db.session.connection(), cedar.tenant_id, tending.ASK, f"{of}:ask", of, {})
        db.session.commit()
        said = RedisBus(hosts.bus.address, lambda: bus.house(settings))
        said.say(JOBS_CHANNEL, [f"{cedar.tenant_id}:added"])  # our own commit says it where no host listens
        wait_for(lambda: len(hubrise.habits) == 1, "it to acknowledge")
        brought = connected.order(told["order_id"])
        assert brought is not None
    program = Caller(hosts.second.port, cedar.bearer)
    moved = program.call(f"/api/v1/orders/{brought.id}/transitions", body={"to": "confirmed"})
    assert moved.status == 200, moved.text
    wait_for(lambda: not hubrise.habits, "it to tell what became of it")
    assert told["id"] in hubrise.events and hubrise.told == []
    had = holder(settings)
    kill_host(hosts.first)
    began = time.monotonic()
    wait_for(
        lambda: holder(settings) not in (None, had), "the other host to have the turn", TAKEN_OVER_WITHIN
    )
    assert time.monotonic() - began < TAKEN_OVER_WITHIN
    order = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 2}]}
    assert program.call("/api/v1/orders", body=order).status == 201

    def is_kept_up() -> bool:
        with connect(settings.operator_url) as operator:
            found = operator.execute(
                "SELECT seq FROM sla_progress WHERE tenant_id = %s", [cedar.tenant_id]
            ).fetchone()
        with tenant_context(app, cedar.tenant_id):
            return found == (event_log.head(cedar.tenant_id).seq,)

    wait_for(is_kept_up, "the roll-up to be kept up", 30)
    wait_for(lambda: not hubrise.events, "what was stored to be acknowledged")
    wait_for(lambda: hubrise.told == [(told["order_id"], "accepted")], "HubRise to be told")
    with tenant_context(app, cedar.tenant_id):
        assert connected.became() == [("done", "")], "what was stored is neither lost nor there twice"
    hosts.first.start()


def test_two_hosts_with_different_secrets_cannot_serve_one_database(
    hosts: Hosts, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Server(settings, tmp_path_factory.mktemp("stranger"), SECRET_KEY="another")
    with pytest.raises(AssertionError, match="share SECRET_KEY"):
        stranger.start()
