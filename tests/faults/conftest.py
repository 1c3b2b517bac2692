"""A server to break things under, which is whole again after each test; and files enough for a crowd."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator

import pytest

from faults.load import Load
from ordertrack.database.config import Settings
from support.cast import House
from support.server import Server


@pytest.fixture(scope="session", autouse=True)
def _many_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@pytest.fixture(scope="package")
def tough(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`ordertrack serve`, two workers, on the suite's database; tests break what heals by itself."""
    running = Server(settings, tmp_path_factory.mktemp("tough"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def under_load(tough: Server, cedar: House, settings: Settings) -> Callable[[], Load]:
    return lambda: Load(tough.port, cedar, settings)
