"""An address past a pooler that leads to another database is refused before anything is served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ordertrack.database.config import Settings
from ordertrack.database.same_database import refuse_another_database
from ordertrack.database.settings_error import SettingsError
from support.quiet_database import quiet_database


@pytest.fixture
def other(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of another database of the same server."""
    with quiet_database(settings, tmp_path_factory.mktemp("other")) as made:
        yield made.operator_url.render_as_string(hide_password=False)


def test_the_same_database_by_another_way_is_let_pass(settings: Settings) -> None:
    address = settings.operator_url.render_as_string(hide_password=False)
    refuse_another_database(replace(settings, direct_database_url=address))
    refuse_another_database(settings)


def test_another_database_is_refused(settings: Settings, other: str) -> None:
    with pytest.raises(SettingsError, match="leads to another database than DATABASE_URL"):
        refuse_another_database(replace(settings, direct_database_url=other))
