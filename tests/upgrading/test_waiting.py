"""An upgrade waits for another one, or for a table in use: it says for whom, and holds nobody up."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from ordertrack.database import migrating, schema
from ordertrack.database.config import Settings
from ordertrack.database.migrating import UpgradeRefused
from support.database import connect
from support.server import environment_of, wait_for
from upgrading.schema_picture import Picture, bring_to, picture


@pytest.fixture
def behind(empty: Settings) -> Settings:
    """At a revision whose successor changes the table `orders`."""
    bring_to(empty, "0003")
    return empty


@pytest.fixture
def reader(behind: Settings) -> Iterator[psycopg.Connection[Any]]:
    """Somebody who reads `orders` and takes their time."""
    with connect(behind.operator_url, application_name="slow report") as connection:
        connection.execute("SELECT count(*) FROM orders")
        yield connection


class Upgrading:
    """`ordertrack db upgrade`, and what it says meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ordertrack.commands", "db", "upgrade"],
            env=environment_of(settings, settings.data_folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._listening = threading.Thread(target=self._listen)
        self._listening.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(self.process.stderr)

    def end(self) -> int:
        code = self.process.wait(60)
        self._listening.join()
        assert self.process.stdout is not None and self.process.stderr is not None
        self.process.stdout.close()
        self.process.stderr.close()
        return code


def says(upgrading: Upgrading, words: str) -> None:
    def said() -> bool:
        assert upgrading.process.poll() is None, upgrading.said
        return any(words in line for line in upgrading.said)

    wait_for(said, words)


def test_a_long_reader_makes_an_upgrade_wait_and_nobody_else(
    behind: Settings,
    reader: psycopg.Connection[Any],
    clean: Picture,
) -> None:
    upgrading = Upgrading(behind)
    says(upgrading, f"(slow report), process {reader.info.backend_pid} of the database")
    with connect(behind.operator_url, autocommit=True) as others:
        others.execute("SET lock_timeout = '10s'")
        for _ in range(5):
            others.execute("UPDATE orders SET reference = reference")
            others.execute("SELECT pg_sleep(0.2)")
    assert upgrading.process.poll() is None
    reader.rollback()
    assert upgrading.end() == 0
    assert len(upgrading.said) == 1, "it says so once"
    assert picture(behind) == clean


def test_an_upgrade_that_is_killed_while_it_waits_leaves_nothing_behind(
    behind: Settings,
    reader: psycopg.Connection[Any],
    clean: Picture,
) -> None:
    upgrading = Upgrading(behind)
    says(upgrading, "Waiting for a table")
    upgrading.process.kill()
    upgrading.end()
    reader.rollback()
    schema.upgrade(behind)
    assert picture(behind) == clean


def test_it_gives_up_in_a_sentence_and_nothing_is_half_done(
    behind: Settings, reader: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = picture(behind)
    monkeypatch.setattr(migrating, "TABLE_PATIENCE", 0.0)
    with pytest.raises(UpgradeRefused, match="slow report"):
        schema.upgrade(behind)
    assert picture(behind) == before


def test_an_upgrade_waits_for_another_one_and_says_so(
    empty: Settings,
    clean: Picture,
) -> None:
    with connect(empty.operator_url, application_name="the other") as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [migrating.LOCK])
        upgrading = Upgrading(empty)
        says(upgrading, "Waiting for another upgrade of this database by ")
        assert "(the other)" in upgrading.said[0]
    assert upgrading.end() == 0
    assert picture(empty) == clean


def test_upgrades_that_start_together_end_well(
    empty: Settings,
    clean: Picture,
) -> None:
    together = [Upgrading(empty) for _ in range(3)]
    assert [upgrading.end() for upgrading in together] == [0, 0, 0], [each.said for each in together]
    assert picture(empty) == clean


def test_another_upgrade_is_not_waited_for_without_end(
    empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "TURN_PATIENCE", 0.1)
    with connect(empty.operator_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [migrating.LOCK])
        with pytest.raises(UpgradeRefused, match="Another upgrade"):
            schema.upgrade(empty)


def test_a_database_of_a_newer_version_is_left_alone_in_a_sentence(empty: Settings) -> None:
    schema.upgrade(empty)
    with connect(empty.operator_url, autocommit=True) as operator:
        operator.execute("UPDATE alembic_version SET version_num = '9999'")
    before = picture(empty)
    with pytest.raises(UpgradeRefused, match="revision 9999"):
        schema.upgrade(empty)
    assert picture(empty) == before
