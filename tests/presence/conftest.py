"""For the account of screens: a process that writes it, and what a manager is told of Hamra."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.presence import overview
from ordertrack.presence.overview import Floor
from presence.processes import Process
from support.cast import House


@pytest.fixture
def process(app: Flask) -> Process:
    return Process(app)


@pytest.fixture
def at_hamra(app: Flask, cedar: House) -> Callable[[], Floor]:
    """What a manager is told of Hamra now."""

    def read() -> Floor:
        with tenant_context(app, cedar.tenant_id):
            return next(floor for floor in overview.read(cedar.tenant_id).floors if floor.slug == "hamra")

    return read
