"""For the soak: a server of its own, for its workers are killed, and one quiet round played on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from flask import Flask

from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from soak.plans.plan import SHORT
from soak.round import Played, World, play
from support.cast import House
from support.programs.valkey import Valkey
from support.server import Server


@pytest.fixture(scope="package")
def world(
    settings: Settings,
    app: Flask,
    make_house: Callable[..., House],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    server = Server(settings, tmp_path_factory.mktemp("soak"))
    server.start()
    yield World(settings, app, [server], None, make_house)
    server.stop()


@pytest.fixture
def two_hosts(
    settings: Settings, make_house: Callable[..., House], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Two servers on one database, with a Valkey between them."""
    with ExitStack() as stack:
        valkey = Valkey(tmp_path_factory.mktemp("bus"))
        valkey.start()
        stack.callback(valkey.kill)
        app = make_bare_app(replace(settings, bus=valkey.address))
        servers = []
        for _ in range(2):
            server = Server(settings, tmp_path_factory.mktemp("host"), ORDERTRACK_BUS=valkey.address)
            server.start()
            stack.callback(server.stop)
            servers.append(server)
        yield World(settings, app, servers, valkey, make_house)
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="package")
def quiet_round(world: World) -> Played:
    """Nothing goes wrong in it but what readers and writers do themselves."""
    return play(world, 1, SHORT, ())
