"""Houses that reports tell of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.sla.rollup import extend
from sla.report_window import never_closes
from support.cast import House, with_another_maya
from support.houses.past_service import service, write


@pytest.fixture(scope="module")
def served(app: Flask, operator_app: Flask, make_house: Callable[..., House]) -> House:
    """Such a house after four weeks of service; all who use it only look."""
    house = never_closes(app, make_house("Cedar", ("hamra", "jounieh")))
    write(operator_app, house, service(house, 7, dt.datetime.now(dt.UTC) - dt.timedelta(28), 27, 400))
    with tenant_context(app, house.tenant_id):
        extend.rebuild(house.tenant_id)
    return house


@pytest.fixture
def busy(operator_app: Flask, served: House) -> House:
    return with_another_maya(operator_app, served)
