"""HubRise as a server, and a connection of Cedar's to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from channels.hubrise.connected import Connected, connect
from channels.hubrise.peer import HubRise, serving
from ordertrack import create_app
from ordertrack.channels.hubrise.transport import ADDRESS_SETTING
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from support.cast import House
from support.quiet_database import quiet_fixtures

# A database in which no server asks HubRise while a test looks.
settings, _bare_app, operator_app, make_house = quiet_fixtures("package")


@pytest.fixture(scope="package")
def app(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def hubrise(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubRise]:
    """Its API, called over the loopback, which the house calls where the operator allows it."""
    peer = HubRise()
    with serving(peer) as address:
        monkeypatch.setenv("ORDERTRACK_OUTGOING_PRIVATE", "1")
        monkeypatch.setenv(ADDRESS_SETTING, address)
        yield peer


@pytest.fixture
def connected(app: Flask, make_house: Callable[..., House], hubrise: HubRise) -> Iterator[Connected]:
    """Cedar's connection, with HubRise listening for events already; inside the tenant."""
    house = make_house("Cedar", ("hamra", "jounieh"))
    with tenant_context(app, house.tenant_id):
        yield connect(app, house, hubrise)
