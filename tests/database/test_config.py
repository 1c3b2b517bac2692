"""What the environment may say, and what is answered to what it may not."""

from __future__ import annotations

import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from ordertrack.commands import cli
from ordertrack.database.config import ROOT, Settings
from ordertrack.database.limits import Limits
from ordertrack.database.settings_error import SettingsError


def read(folder: Path, **environ: str) -> Settings:
    return Settings.from_environment({"ORDERTRACK_DATA": str(folder), **environ})


def test_an_empty_environment_gives_the_defaults_of_the_design(tmp_path: Path) -> None:
    made = read(tmp_path)
    assert (made.host, made.port, made.workers, made.demo, made.proxies) == ("127.0.0.1", 8000, 2, False, 0)
    assert (made.database_url, made.app_database_url) == (None, None)
    assert (made.bus, made.direct_database_url, made.is_pooled) == ("postgresql", None, False)
    assert made.data_folder == tmp_path
    assert Settings.from_environment({"SECRET_KEY": "x"}).data_folder == ROOT / "var"


@pytest.mark.parametrize(
    "asked", ["audit --tenant cedar --figures", "tenant list", "tenant log", "key list", "db sizes"]
)
def test_what_works_on_a_house_makes_none_where_there_is_none(tmp_path: Path, asked: str) -> None:
    folder = tmp_path / "nothing"
    env = {"ORDERTRACK_DATA": str(folder), "DATABASE_URL": ""}
    answer = CliRunner().invoke(cli, asked.split(), env=env)
    assert answer.exit_code == 1
    assert f"There is no house in {folder}. Nothing was made." in answer.output
    assert not folder.exists()


def test_where_no_database_can_be_made_that_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "of somebody else").touch()
    env = {"ORDERTRACK_DATA": str(tmp_path), "DATABASE_URL": ""}
    answer = CliRunner().invoke(cli, ["tenant", "create", "Cedar", "--slug", "cedar"], env=env)
    assert answer.exit_code == 1 and not isinstance(answer.exception, AssertionError)
    assert f"No database could be made in {tmp_path / 'postgres'}." in answer.output
    assert "Traceback" not in answer.output


def test_a_postgresql_of_another_root_is_not_ended_for_a_new_house(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    another = tmp_path / "bin" / "postgres"
    another.parent.mkdir()
    another.symlink_to("/bin/sh")
    command = [str(another), "-c", "read line", str(tmp_path / "postgres")]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as its:
        env = {"ORDERTRACK_DATA": str(tmp_path), "DATABASE_URL": ""}
        answer = CliRunner().invoke(cli, ["tenant", "create", "Cedar", "--slug", "cedar"], env=env)
        assert answer.exit_code == 1 and f"process {its.pid} is a PostgreSQL that names" in answer.output
        assert its.poll() is None


def test_variables_that_are_set_but_empty_are_as_if_unset(tmp_path: Path) -> None:
    names = (
        "HOST",
        "PORT",
        "SECRET_KEY",
        "DATABASE_URL",
        "WEB_CONCURRENCY",
        "ORDERTRACK_DEMO",
        "ORDERTRACK_PROXIES",
        "ORDERTRACK_LIMITS",
        "ORDERTRACK_BUS",
        "ORDERTRACK_DIRECT_DATABASE_URL",
        "ORDERTRACK_SIGN_UP",
    )
    assert read(tmp_path, **dict.fromkeys(names, "")) == read(tmp_path)


def test_every_variable_is_taken(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        HOST="::1",
        PORT="0",
        SECRET_KEY="sesame",
        DATABASE_URL="postgresql://own@db.example/orders",
        ORDERTRACK_APP_DATABASE_URL="postgresql://app@db.example/orders",
        WEB_CONCURRENCY="7",
        ORDERTRACK_DEMO="1",
        ORDERTRACK_PROXIES="2",
        ORDERTRACK_LIMITS="streams=900, streams_per_link=3",
        ORDERTRACK_SIGN_UP="open",
    )
    assert (made.host, made.port, made.secret_key, made.workers) == ("::1", 0, "sesame", 7)
    assert (made.demo, made.proxies, made.sign_up) == (True, 2, True)
    assert made.limits == Limits(streams=900, streams_per_link=3)
    assert made.operator_url.username == "own"
    assert made.app_url.username == "app"
    assert {made.operator_url.drivername, made.app_url.drivername} == {"postgresql+psycopg"}
    assert made.app_role == "orders_app"


@pytest.mark.parametrize("variable", ["PORT", "WEB_CONCURRENCY", "ORDERTRACK_PROXIES"])
@pytest.mark.parametrize("value", ["x", "-1", "1.5", "65536000", " 1", "1 ", "٣", "0x10", "1e3", "9" * 400])
def test_a_number_that_is_none_is_refused_by_name(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{variable} must be a whole number from"):
        read(tmp_path, **{variable: value})


@pytest.mark.parametrize(
    ("variable", "value"), [("PORT", "65536"), ("WEB_CONCURRENCY", "0"), ("WEB_CONCURRENCY", "257")]
)
def test_numbers_have_bounds(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        read(tmp_path, **{variable: value})


@pytest.mark.parametrize(
    "text",
    [
        "streams",
        "streams=",
        "streams=-1",
        "streams=0",
        "streams=1e3",
        "streams=9999999",
        "streams=٣",
        "streams=5,streams=5",
        "streams=5,,",
        "screens=5",
        "streams=5;streams_per_key=5",
    ],
)
def test_limits_that_cannot_be_read_are_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"^ORDERTRACK_LIMITS cannot be read: .+\.$"):
        read(tmp_path, ORDERTRACK_LIMITS=text)


@pytest.mark.parametrize(
    "text",
    [
        "kafka",
        "PostgreSQL",
        "redis",
        "redis://",
        "redis:///0",
        "redis://h:port",
        "http://:secret@h",
        "redis://h:0",
    ],
)
def test_a_bus_that_is_none_is_refused_by_name_and_not_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="ORDERTRACK_BUS must be 'postgresql', or the address") as refused:
        read(tmp_path, ORDERTRACK_BUS=text)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("address", ["redis://h", "redis://:pw@h:1/0", "rediss://me:pw@h", "postgresql"])
def test_a_bus_is_taken(tmp_path: Path, address: str) -> None:
    assert read(tmp_path, ORDERTRACK_BUS=address).bus == address


def test_past_a_pooler_goes_what_the_operator_does_and_what_needs_a_session(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        SECRET_KEY="sesame",
        DATABASE_URL="postgresql://own:1@pooler.example:6432/pooled",
        ORDERTRACK_DIRECT_DATABASE_URL="postgresql://own:1@db.example/orders",
    )
    assert made.operator_url.host == made.app_direct_url.host == "db.example"
    assert (made.app_url.host, made.app_url.database) == ("pooler.example", "pooled")
    assert made.app_url.username == made.app_direct_url.username == "orders_app"
    assert made.app_url.password == made.app_direct_url.password == made.app_role_password
    assert made.is_pooled


def test_a_way_past_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="without DATABASE_URL there is none"):
        read(tmp_path, ORDERTRACK_DIRECT_DATABASE_URL="postgresql://own@db.example/orders")


@pytest.mark.parametrize(
    "address", ["nonsense", "mysql://x@y/z", "sqlite:///x.db", "://", "postgresql://h:port/d"]
)
def test_a_database_address_that_cannot_be_used_is_refused_by_name(tmp_path: Path, address: str) -> None:
    made = read(tmp_path, DATABASE_URL=address, ORDERTRACK_APP_DATABASE_URL=address)
    with pytest.raises(SettingsError, match=r"^DATABASE_URL"):
        _ = made.operator_url
    with pytest.raises(SettingsError, match="ORDERTRACK_APP_DATABASE_URL"):
        _ = made.app_url


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_way_of_writing_a_postgresql_address_is_taken(tmp_path: Path, scheme: str) -> None:
    url = read(tmp_path, DATABASE_URL=f"{scheme}://me:p%40ss@db.example:6543/orders").operator_url
    assert (url.drivername, url.password, url.port) == ("postgresql+psycopg", "p@ss", 6543)


def test_the_roles_password_follows_from_the_secret_key(tmp_path: Path) -> None:
    address = "postgresql://own:secret@db.example/orders"
    first, again, other = (
        read(tmp_path, SECRET_KEY=key, DATABASE_URL=address) for key in ("one", "one", "two")
    )
    assert first.app_role_password == again.app_role_password != other.app_role_password
    assert len(first.app_role_password) == 64
    assert first.app_url.password == first.app_role_password
    assert first.app_url.username == "orders_app"


def test_a_secret_key_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "var"
    key = read(folder).secret_key
    assert len(key) == 64
    assert read(folder).secret_key == key
    assert stat.S_IMODE(os.stat(folder / "secret_key").st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret_key"]
    assert read(tmp_path / "other").secret_key != key


def test_processes_that_start_together_agree_on_the_secret_key(tmp_path: Path) -> None:
    for turn in range(20):
        folder = tmp_path / str(turn)
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(lambda _, folder=folder: read(folder).secret_key, range(8)))
        assert len(keys) == 1
        assert len(keys.pop()) == 64


def test_a_secret_key_of_ones_own_is_not_kept(tmp_path: Path) -> None:
    assert read(tmp_path, SECRET_KEY="sesame").secret_key == "sesame"
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_cannot_be_one_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(SettingsError, match="ORDERTRACK_DATA"):
            read(folder)
