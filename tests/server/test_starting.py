"""The real server as it starts: what it refuses to be, and that it says so in a sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from ordertrack.database.config import Settings
from ordertrack.server import starting
from ordertrack.server.lifecycle import doubts
from support.command_line import run


def test_a_server_whose_workers_cannot_begin_never_says_that_it_is_open(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "static").touch()  # a file where each worker wants the folder of what it has built
    ended = run(settings, "serve", folder=tmp_path)
    assert ended.returncode != 0
    assert "FileExistsError" in ended.stderr or "NotADirectoryError" in ended.stderr
    assert "is open at" not in ended.stdout


def test_what_servers_that_were_killed_counted_is_removed_and_nothing_that_another_server_counts() -> None:
    memory = Path("/dev/shm")
    killed = subprocess.Popen(["true"])
    killed.wait()
    folders = {
        who: memory / f"ordertrack-{os.getuid()}-{named}"
        for who, named in {
            "killed": killed.pid,
            "running": os.getppid(),
            "of an older version": uuid4().hex[:16] + "f",
        }.items()
    }
    for folder in folders.values():
        folder.mkdir()
    try:
        ours = starting.fresh_metrics_folder()
        assert list(ours.iterdir()) == []
        left = {who for who, folder in folders.items() if folder.exists()}
    finally:
        for folder in (*folders.values(), ours):
            shutil.rmtree(folder, ignore_errors=True)
    assert left == {"running", "of an older version"}


@pytest.mark.parametrize("power", ["SUPERUSER", "BYPASSRLS"])
def test_it_refuses_to_start_under_a_role_that_can_see_past_tenants(
    settings: Settings, tmp_path: Path, power: str
) -> None:
    url = settings.operator_url.set(drivername="postgresql")
    role = f"careless_{power.lower()}"
    name = sql.Identifier(role)
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'careless' {}").format(name, sql.SQL(power))
        )
        try:
            careless = url.set(username=role, password="careless").render_as_string(hide_password=False)
            refused = run(settings, "serve", ORDERTRACK_APP_DATABASE_URL=careless, folder=tmp_path)
        finally:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(name))
            connection.execute(sql.SQL("DROP ROLE {}").format(name))
    assert refused.returncode == 1
    assert "tenants could see each other" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "eighty", "PORT must be a whole number"),
        ("WEB_CONCURRENCY", "0", "WEB_CONCURRENCY must be a whole number from 1"),
        ("DATABASE_URL", "mysql://x/y", "must begin with postgresql://"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "The database cannot be used"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_in_a_sentence(
    settings: Settings, tmp_path: Path, name: str, value: str, words: str
) -> None:
    refused = run(settings, "serve", **{name: value}, folder=tmp_path)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("public", "proxies", "is_doubtful"),
    [
        ("https://orders.cedar.example", "0", True),
        ("https://orders.cedar.example", "1", False),
        ("http://10.0.0.5:8000", "0", False),
        ("", "0", False),
    ],
)
def test_a_public_address_by_https_without_a_counted_proxy_is_doubted(
    public: str, proxies: str, is_doubtful: bool
) -> None:
    said = {"ORDERTRACK_PUBLIC_URL": public, "ORDERTRACK_PROXIES": proxies, "SECRET_KEY": "x"}
    found = doubts(Settings.from_environment(said))
    assert any("ORDERTRACK_PROXIES is 0" in each for each in found) == is_doubtful
