"""A data folder is its owner's: a command of anybody else, root too, is refused and touches nothing in it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ordertrack.database import embedded
from ordertrack.database.config import Settings
from ordertrack.database.data_folder import refuse_strangers
from ordertrack.database.settings_error import SettingsError
from ordertrack.server import preparing
from support.programs.clusters import binaries
from support.suite import left_behind

ME = os.geteuid()
OWNER = pwd.getpwnam("nobody").pw_uid if ME == 0 else ME
AS_ROOT = """
import os
os.geteuid = lambda: 0
from ordertrack.commands import cli
cli()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder of somebody who is not root."""
    made = Path(tempfile.mkdtemp(prefix="ordertrack-test-"))
    left_behind.end_database_with_us(made)
    os.chown(made, OWNER, -1)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def running(folder: Path, settings: Settings) -> Iterator[str]:
    """Its database, which its owner keeps running; the folder of its socket."""
    database = folder / "postgres"

    def as_owner(program: str, *arguments: str) -> None:
        owner: dict[str, Any] = {"user": OWNER, "extra_groups": []} if ME == 0 else {}
        command = [binaries(18) / program, "-D", str(database), *arguments]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True, **owner)

    as_owner("initdb", "--auth=trust", "--encoding=utf8", "-U", "postgres")
    as_owner("pg_ctl", "start", "-w", "-l", str(database / "log"), "-o", f'-h "" -k "{database}"')
    address = f"postgresql://postgres@/postgres?host={database}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE DATABASE ordertrack")
    yield str(database)
    as_owner("pg_ctl", "stop", "-w", "-m", "fast")


def owners(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_uid for path in [folder, *folder.rglob("*")]}


@pytest.mark.parametrize("command", ["db check", "tenant create X --slug x", "serve"])
def test_root_leaves_somebody_elses_running_database_alone(folder: Path, running: str, command: str) -> None:
    before = owners(folder)
    root = ["-m", "ordertrack.commands"] if ME == 0 else ["-c", AS_ROOT]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    refused = subprocess.run(
        [sys.executable, *root, *command.split()],
        env=environment | {"ORDERTRACK_DATA": str(folder), "SECRET_KEY": "x", "PORT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 1
    assert f"belongs to {pwd.getpwuid(OWNER).pw_name}, and this runs as root" in refused.stderr
    assert "Traceback" not in refused.stderr
    with psycopg.connect(f"postgresql://postgres@/ordertrack?host={running}", autocommit=True) as database:
        database.execute("CREATE TABLE still_there ()")
        database.execute("CHECKPOINT")
    after = owners(folder)
    assert {path: after[path] for path in before if path in after} == {
        path: owner for path, owner in before.items() if path in after
    }
    assert {after[path] for path in after} == {OWNER}


def test_a_folder_is_used_by_whoever_owns_it(folder: Path) -> None:
    refuse_strangers(folder, OWNER)
    refuse_strangers(folder / "that does not exist yet", 0)
    with pytest.raises(SettingsError, match="this runs as root"):
        refuse_strangers(folder, 0 if OWNER else 1)
    (folder / "postgres").mkdir()
    os.chown(folder / "postgres", OWNER, -1)
    for stranger in (0, OWNER + 1):
        with pytest.raises(SettingsError, match="belongs to"):
            refuse_strangers(folder, stranger)
    refuse_strangers(folder, OWNER)


def test_a_shared_folder_without_a_database_is_whoevers_the_system_lets_write_there(folder: Path) -> None:
    refuse_strangers(folder, OWNER + 1)


@pytest.mark.skipif(ME != 0, reason="as root only: it tries what root does to another's folder")
def test_root_makes_nothing_in_somebody_elses_folder(folder: Path) -> None:
    for make in (
        lambda: Settings.from_environment({"ORDERTRACK_DATA": str(folder)}),
        lambda: embedded.operator_url(folder),
        lambda: preparing.claim(folder),
    ):
        with pytest.raises(SettingsError, match="this runs as root"):
            make()
    assert list(folder.iterdir()) == []


def test_what_locks_a_database_stands_in_its_data_folder(settings: Settings) -> None:
    """In a folder of the machine, it would be another lock for each user, or one that only one may open."""
    folder = Path(tempfile.mkdtemp(prefix="ordertrack-test-"))
    left_behind.end_database_with_us(folder)
    try:
        embedded.operator_url(folder)
        assert (folder / "postgres.lock").exists()
    finally:
        embedded.stop(folder)
        shutil.rmtree(folder)
