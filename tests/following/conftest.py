"""A process that follows, in a thread: with followers and kinds of jobs that a test makes."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask

from ordertrack.database.session import db, tenant_context
from ordertrack.following import followers, jobs, periodic
from ordertrack.following.jobs import Job
from ordertrack.following.models import State
from ordertrack.following.worker import Following
from support.cast import House


@pytest.fixture(autouse=True)
def _of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is registered is the test's; servers of the suite know nothing of it, and leave it alone."""
    monkeypatch.setattr(followers, "_followers", {})
    monkeypatch.setattr(jobs, "_kinds", {})
    monkeypatch.setattr(periodic, "_registered", {})


@pytest.fixture
def kind() -> str:
    """A kind of jobs that no other test has."""
    return f"kind-{uuid.uuid4()}"


@pytest.fixture
def following(app: Flask) -> Iterator[Callable[[], Callable[[], None]]]:
    """Begin to follow; what is given back ends it."""
    begun: list[tuple[threading.Event, threading.Thread]] = []

    def begin() -> Callable[[], None]:
        stop = threading.Event()
        thread = threading.Thread(target=Following(app, lambda: not stop.is_set()).run)
        begun.append((stop, thread))
        thread.start()

        def end() -> None:
            stop.set()
            thread.join(20)
            assert not thread.is_alive(), "it does not end when it is told to"

        return end

    yield begin
    for stop, thread in begun:
        stop.set()
        thread.join(20)


@pytest.fixture
def add(app: Flask, kind: str) -> Callable[..., int]:
    """Add a job of the test's kind: `add(cedar, "lane", "destination", {"n": 1})`."""

    def add_one(
        house: House,
        lane: str,
        destination: str = "there",
        payload: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> int:
        with tenant_context(app, house.tenant_id):
            number = jobs.add(
                db.session.connection(),
                house.tenant_id,
                more.pop("kind", kind),
                lane,
                destination,
                payload or {},
                **more,
            )
            db.session.commit()
            return number

    return add_one


@pytest.fixture
def latest(app: Flask, kind: str) -> Callable[[House], list[Job]]:
    """The test's jobs in this house, oldest first."""

    def read(house: House) -> list[Job]:
        with tenant_context(app, house.tenant_id):
            found = jobs.latest(db.session.connection(), house.tenant_id, kind, most=1000)
            return found[::-1]

    return read


@pytest.fixture
def states(latest: Callable[[House], list[Job]]) -> Callable[[House], list[State]]:
    return lambda house: [job.state for job in latest(house)]
