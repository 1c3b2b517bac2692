"""For the orders' tests: the schema owner's own connection, and a crowd of writers with a pool to match."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders import transitions
from ordertrack.rules.state_machine import OrderStatus
from support.database import connect

CROWD = 32


@pytest.fixture
def operator(settings: Settings) -> Iterator[psycopg.Connection]:
    """What psql gives the operator: the role that owns the schema, in one transaction until it commits."""
    with connect(settings.operator_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def confined(settings: Settings) -> Iterator[psycopg.Connection]:
    """A connection of the application's own role, in no tenant."""
    with connect(settings.app_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="session")
def crowd_app(settings: Settings) -> Iterator[Flask]:
    """The application's database with a pool that is not the limit of what a crowd can do at once."""
    made = Flask("crowd")
    made.config["SQLALCHEMY_DATABASE_URI"] = settings.app_url
    made.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": CROWD, "max_overflow": 4}
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
def bring(app: Flask) -> Callable[..., None]:
    """Move an order along: `bring(cedar, order, OrderStatus.CONFIRMED, OrderStatus.PREPARING)`."""

    def move(house: Any, order_id: uuid.UUID, *steps: OrderStatus) -> None:
        for step in steps:
            with tenant_context(app, house.tenant_id):
                transitions.advance(order_id, step, by=house.program)

    return move
