"""Databases to upgrade, and what an upgrade makes of an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ordertrack.database import schema
from ordertrack.database.config import Settings
from support.quiet_database import empty_database
from upgrading.schema_picture import Picture, picture


@pytest.fixture
def empty(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    with empty_database(settings, "empty", tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def clean(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Picture:
    """What an upgrade makes that nobody interrupts."""
    with empty_database(settings, "clean", tmp_path_factory.mktemp("clean")) as made:
        schema.upgrade(made)
        return picture(made)
