"""For the orders' tests: a crowd of writers with a pool to match, and what they take in."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from orders.changing import Changing
from orders.placing import TEA
from ordertrack.database import bus
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewOrder
from ordertrack.orders.reading import records
from support.cast import House

CROWD = 32


@pytest.fixture(scope="session")
def crowd_app(settings: Settings) -> Iterator[Flask]:
    """The application's database with a pool that is not the limit of what a crowd can do at once."""
    made = Flask("crowd")
    made.config["SQLALCHEMY_DATABASE_URI"] = settings.app_url
    made.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": CROWD, "max_overflow": 4}
    made.extensions["bus"] = bus.make(settings)
    db.init_app(made)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def crowd() -> Callable[[list[Callable[[], Any]]], list[Any]]:
    """Do all the jobs at the same moment, a thread each; what each returned, or the error that it raised."""

    def run(jobs: list[Callable[[], Any]]) -> list[Any]:
        start = threading.Barrier(len(jobs))

        def one(job: Callable[[], Any]) -> Any:
            start.wait(20)
            try:
                return job()
            except Exception as error:
                return error

        with ThreadPoolExecutor(len(jobs)) as pool:
            return list(pool.map(one, jobs))

    return run


@pytest.fixture
def take_in(crowd_app: Flask) -> Callable[..., tuple[uuid.UUID, bool]]:
    def place(house: Any, order: NewOrder = TEA, key: str | None = None) -> tuple[uuid.UUID, bool]:
        with tenant_context(crowd_app, house.tenant_id):
            return intake.place(order, by=house.program, idempotency_key=key)

    return place


@pytest.fixture
def numbers(crowd_app: Flask) -> Callable[[Any], list[int]]:
    """The numbers of a house's orders, in the order in which they were placed."""

    def read(house: Any) -> list[int]:
        with tenant_context(crowd_app, house.tenant_id):
            return [order.number for order in records.newest(house.tenant_id, 1000)][::-1]

    return read


@pytest.fixture
def cedar_changes(app: Flask, cedar: House) -> Changing:
    return Changing(app, cedar)
