"""For the soak: a server of its own, for its workers are killed, and one quiet round played on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from ordertrack.database.config import Settings
from soak.plans.plan import SHORT
from soak.round import Played, World, play
from support.cast import House
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
    yield World(settings, app, server, make_house)
    server.stop()


@pytest.fixture(scope="package")
def quiet_round(world: World) -> Played:
    """Nothing goes wrong in it but what readers and writers do themselves."""
    return play(world, 1, SHORT, ())
