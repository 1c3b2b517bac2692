"""A backup is a whole house at one moment or no file at all; restored, it is that house and nothing half."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from psycopg import sql

from ordertrack.database import embedded
from ordertrack.database.backup_times import BackupTimes
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.database.settings_error import SettingsError
from ordertrack.monitoring import metrics
from ordertrack.operating.backup import archive, dump, making, programs, staging
from ordertrack.operating.backup.by_the_clock import Clock, make_one
from ordertrack.operating.backup.problems import BackupRefused, UnusableBackup
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.server import preparing
from support.cast import House
from support.command_line import Finished, run, run_here
from support.database import connect
from support.programs.clusters import owned_database
from support.quiet_database import quiet_fixtures
from support.suite import left_behind
from upgrading.commands_run import refuses

settings, app, operator_app, make_house = quiet_fixtures("module")
STORY = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.COMPLETED)
# Without the variables the secrets are those of the data folder, and go along.
OF_THE_FOLDER = {"SECRET_KEY": "", "ORDERTRACK_SEALING_KEYS": ""}


def live_an_order(app: Flask, house: House) -> None:
    """From placing to its end."""
    order = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Kebab \\. and \\N", 2),))
    with tenant_context(app, house.tenant_id):
        order_id = intake.place(order, by=house.program)[0]
    for step in STORY:
        with tenant_context(app, house.tenant_id):
            transitions.advance(order_id, step, by=house.program)


@pytest.fixture(scope="module")
def house(app: Flask, make_house: Callable[..., House]) -> House:
    made = make_house("Cedar", ("hamra",))
    make_house("Rival", ("verdun",))
    for _ in range(3):
        live_an_order(app, made)
    return made


@contextmanager
def taps(app: Flask, house: House) -> Iterator[None]:
    """Orders are lived one after the other meanwhile; at least one of them is over before this begins."""
    is_over, has_begun = threading.Event(), threading.Event()

    def tap() -> None:
        while not is_over.is_set():
            live_an_order(app, house)
            has_begun.set()

    thread = threading.Thread(target=tap)
    thread.start()
    has_begun.wait(20)
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def log_of(url: Any, up_to: int, tenant_id: uuid.UUID) -> list[Any]:
    with connect(url) as operator:
        query = "SELECT * FROM order_status_events WHERE tenant_id = %s AND seq <= %s ORDER BY seq"
        return operator.execute(query, [tenant_id, up_to]).fetchall()


def epoch_of(url: Any, tenant_id: uuid.UUID) -> int:
    with connect(url) as operator:
        row = operator.execute(
            "SELECT epoch FROM tenant_streams WHERE tenant_id = %s", [tenant_id]
        ).fetchone()
    assert row is not None
    return int(row[0])


def rows_of(url: Any) -> dict[str, list[Any]]:
    """How many each table has."""
    tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    with connect(url) as operator:
        return {
            name: operator.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchall()
            for (name,) in operator.execute(tables).fetchall()
        }


@pytest.fixture(scope="module")
def file(settings: Settings, app: Flask, house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made while taps went on, and what was there before and after it is lived on."""
    folder = tmp_path_factory.mktemp("backups")
    with taps(app, house):
        made = run_here(settings, "backup", str(folder), "--json", **OF_THE_FOLDER)
    assert made.returncode == 0, made.stderr
    live_an_order(app, house)
    path = Path(json.loads(made.stdout)["file"])
    assert path.parent == folder
    return path


def restore(settings: Settings, file: Path, *options: str, **more: Any) -> Finished:
    return run_here(settings, "restore", str(file), *options, **more)


def test_what_was_backed_up_while_taps_went_on_is_restored_elsewhere_row_by_row(
    settings: Settings, house: House, file: Path, tmp_path: Path
) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    manifest = archive.unpack(file, None).manifest
    (head,) = [head for head in manifest.heads if head.tenant_id == str(house.tenant_id)]
    elsewhere = tmp_path / "elsewhere"
    left_behind.end_database_with_us(elsewhere)
    done = run(settings, "restore", str(file), folder=elsewhere, DATABASE_URL="", **OF_THE_FOLDER)
    assert done.returncode == 0, done.stderr
    assert "finds everything consistent" in done.stdout
    assert "The backup was made at " in done.stdout and " 0 min ago" in done.stdout
    url = embedded.operator_url(elsewhere)
    try:
        rows = {table: number for table, ((number,),) in rows_of(url).items()}
        assert rows | {"secret_fingerprint": 1} == manifest.rows | {"secret_fingerprint": 1}
        assert log_of(url, head.seq, house.tenant_id) == log_of(
            settings.operator_url, head.seq, house.tenant_id
        )
        assert len(log_of(url, head.seq + 100, house.tenant_id)) == head.seq >= 20
        assert epoch_of(url, house.tenant_id) > epoch_of(settings.operator_url, house.tenant_id)
        with connect(url, autocommit=True) as operator:
            names = operator.execute("SELECT datname FROM pg_database WHERE datname LIKE 'order%'").fetchall()
        assert names == [("ordertrack",)]
    finally:
        embedded.stop(elsewhere)
    lock = preparing.claim(elsewhere)
    try:
        refuses(restore(settings, file, folder=elsewhere, DATABASE_URL=""), "A server runs on")
    finally:
        os.close(lock)
    kept = settings.data_folder / "secret_key"
    assert (elsewhere / "secret_key").read_bytes() == kept.read_bytes()
    assert not list(elsewhere.glob("*.before")) and not list(elsewhere.glob("restore-*"))


def test_it_is_restored_for_an_owner_without_superpowers_and_over_a_house(
    settings: Settings, house: House, file: Path, tmp_path: Path
) -> None:
    superuser = settings.operator_url.set(drivername="postgresql", database="postgres")
    name = f"{settings.operator_url.database}_modest"
    with owned_database(superuser, name, tmp_path, may="CREATEROLE") as owned:
        refuses(restore(owned.settings, file), f"ALTER ROLE {name} CREATEDB")
        with connect(superuser, autocommit=True) as connection:
            connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(name)))
            left = sql.SQL("CREATE DATABASE {} OWNER {}")
            broken_off = f"{name}_restored_0badcafe"
            connection.execute(left.format(sql.Identifier(broken_off), sql.Identifier(name)))
        done = restore(owned.settings, file)
        assert done.returncode == 0, done.stderr
        with connect(superuser) as connection:
            query = "SELECT datname FROM pg_database WHERE datname LIKE %s"
            assert connection.execute(query, [f"{name}%"]).fetchall() == [(name,)]
        first = epoch_of(owned.superuser.operator_url, house.tenant_id)
        asked = restore(owned.settings, file)
        assert asked.returncode == 1
        assert "There is a house here already (cedar" in asked.stderr
        assert epoch_of(owned.superuser.operator_url, house.tenant_id) == first
        with connect(owned.superuser.operator_url, autocommit=True) as operator:
            operator.execute("UPDATE tenant_streams SET epoch = epoch + 100000")
        with connect(owned.settings.app_url):
            refuses(restore(owned.settings, file, "--yes"), "is in use")
        again = restore(owned.settings, file, "--yes")
        assert again.returncode == 0, again.stderr
        assert epoch_of(owned.superuser.operator_url, house.tenant_id) > first + 100_000
        # What such an owner may see is too little for a backup, and it says so instead of leaving it out.
        refuses(run_here(owned.settings, "backup", str(tmp_path / "none")), "CREATE ROLE")
        assert not list((tmp_path / "none").glob("*"))


def test_a_dump_that_lacks_what_row_level_security_hid_is_refused_and_removed(
    settings: Settings, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a role that reads every table, but no row: pg_dump is content with that, and ends with 0."""
    role = f"{settings.operator_url.database}_blind"
    with connect(settings.operator_url, autocommit=True) as operator:
        names = sql.Identifier(role)
        operator.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE pg_read_all_data").format(names))
    blind = settings.operator_url.set(username=role)
    as_it_is = dump.dump
    monkeypatch.setattr(
        dump, "dump", lambda _url, *rest: as_it_is(blind, *rest, more=["--enable-row-security"])
    )
    try:
        with pytest.raises(BackupRefused, match=r"does not hold the house: it has 0 of [1-9]\d* rows of"):
            making.to_folder(settings, tmp_path)
        assert not list(tmp_path.iterdir())
        # Nor is such a role taken at its word where nobody compares.
        confined = replace(settings, backup_database_url=blind.render_as_string(hide_password=False))
        with pytest.raises(BackupRefused, match="does not see all rows"):
            making.to_folder(confined, tmp_path)
        assert not list(tmp_path.iterdir())
    finally:
        with connect(settings.operator_url, autocommit=True) as operator:
            operator.execute(sql.SQL("DROP ROLE {}").format(names))


def flipped(file: Path) -> bytes:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    return bytes(content)


def without_its_end(file: Path) -> bytes:
    content = file.read_bytes()
    return content[: content.index(b"manifest.json\0")]


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (lambda file: file.read_bytes()[: file.stat().st_size // 2], "is damaged"),
        (without_its_end, "not whole"),
        (flipped, "not as it was written"),
        (lambda _file: b"no tar at all" * 1000, "is damaged, or no backup"),
        (lambda _file: b"", "is damaged, or no backup"),
    ],
    ids=["cut", "without its end", "a bit flipped", "something else", "empty"],
)
def test_a_damaged_file_is_refused_and_the_house_untouched(
    settings: Settings, file: Path, tmp_path: Path, damaged: Callable[[Path], bytes], said: str
) -> None:
    other = tmp_path / "damaged.tar"
    other.write_bytes(damaged(file))
    before = rows_of(settings.operator_url)
    refuses(restore(settings, other, "--yes"), said)
    assert rows_of(settings.operator_url) == before


def test_a_backup_of_a_newer_schema_is_refused(settings: Settings, file: Path, tmp_path: Path) -> None:
    unpacked = archive.unpack(file, tmp_path)
    assert unpacked.dump is not None
    newer = tmp_path / "newer.tar"
    with newer.open("wb") as out, archive.Writer(out) as writer:
        writer.add_to_dump(unpacked.dump.read_bytes())
        writer.end_dump()
        writer.add_manifest(replace(unpacked.manifest, schema="9999", parts=writer.parts))
    refuses(restore(settings, newer, "--yes"), "This backup is of schema 9999")


def test_onto_standard_output_goes_what_a_file_would_hold(settings: Settings, tmp_path: Path) -> None:
    streamed = tmp_path / "streamed.tar"
    with streamed.open("wb") as out:
        said = making.write(settings, out)
    assert archive.unpack(streamed, None).manifest == said
    checked = run_here(settings, "restore", str(streamed), "--check")
    assert checked.returncode == 0 and "is whole" in checked.stdout


def test_by_the_clock_one_is_made_when_it_is_due_and_old_ones_go(settings: Settings, tmp_path: Path) -> None:
    long_ago = [tmp_path / f"ordertrack-202001{day:02d}T000000Z.tar" for day in (1, 2)]
    other = tmp_path / "ordertrack-notes.tar"
    for each in (*long_ago, other):
        each.touch()
    clock = Clock(settings, BackupTimes(tmp_path, 6, 30), make_one)
    for _ in range(2):  # the second time none is due
        clock.look()
        clock.wait()
    (made,) = making.in_folder(tmp_path)
    assert {*tmp_path.iterdir()} == {made.path, other}
    assert dt.datetime.now(dt.UTC) - made.at < dt.timedelta(minutes=1)
    assert metrics.backup_bytes._value.get() == made.path.stat().st_size
    assert metrics.backup_succeeded_at._value.get() == made.at.timestamp()
    by_hand = tmp_path / f"ordertrack-{made.at + dt.timedelta(minutes=5):%Y%m%dT%H%M%SZ}.tar"
    made.path.rename(by_hand)
    clock.look()
    assert metrics.backup_succeeded_at._value.get() == made.at.timestamp() + 300


def test_one_of_a_newer_postgresql_is_refused_before_anything_is_loaded(
    settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    unpacked = archive.unpack(file, tmp_path)
    assert unpacked.dump is not None
    monkeypatch.setattr(staging, "_SINCE", 98)
    newer = replace(unpacked.manifest, pg_dump=99)
    with pytest.raises(UnusableBackup, match=r"written by PostgreSQL 99.* 98 or newer. Nothing was changed"):
        staging.load(settings.operator_url, unpacked.dump, newer)


def test_by_the_clock_one_that_fails_is_counted_and_ends_nothing(settings: Settings, tmp_path: Path) -> None:
    (no_folder := tmp_path / "file").touch()
    failed = metrics.backups.labels("failed")._value
    before = failed.get()
    clock = Clock(settings, BackupTimes(no_folder / "in it"), make_one)
    for _ in range(2):  # it is not tried again at once
        clock.look()
        clock.wait()
    assert failed.get() == before + 1


def test_a_program_that_is_older_than_the_server_is_none() -> None:
    assert programs.find("pg_dump", 16).major >= 16
    with pytest.raises(BackupRefused, match="needs pg_dump of PostgreSQL 99 or newer, and the newest here"):
        programs.find("pg_dump", 99)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("/srv/two words", ("/srv/two words", 24, 14)),
        ("/srv/backups every 6", ("/srv/backups", 6, 14)),
        ("/srv/backups keep 30", ("/srv/backups", 24, 30)),
        (" /srv/backups every 6 keep 30 ", ("/srv/backups", 6, 30)),
    ],
)
def test_what_the_variable_says_is_read(text: str, read: tuple[str, int, int], tmp_path: Path) -> None:
    environ = {"ORDERTRACK_DATA": str(tmp_path), "SECRET_KEY": "x", "ORDERTRACK_BACKUP": text}
    said = Settings.from_environment(environ).backup
    assert said == (Path(read[0]), *read[1:])
    assert BackupTimes.of(str(said)) == said


@pytest.mark.parametrize(
    "text",
    [
        "/srv every",
        "/srv every 6h",
        "/srv evry 6",
        "/srv evry 6 keep 30",
        "/srv keep 5 every 6",
        "/srv every 0",
        "/srv keep 9999",
        "/srv every 999",
    ],
)
def test_what_the_variable_cannot_mean_is_refused(text: str, tmp_path: Path) -> None:
    environ = {"ORDERTRACK_DATA": str(tmp_path), "SECRET_KEY": "x", "ORDERTRACK_BACKUP": text}
    with pytest.raises(SettingsError, match="/srv/backups every 6 keep 30: "):
        Settings.from_environment(environ)


def test_a_disk_that_is_full_ends_all_that_was_begun(settings: Settings) -> None:
    class Full:
        def write(self, block: bytes) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        making.write(settings, Full())  # type: ignore[arg-type]
    with connect(settings.operator_url) as operator:
        held = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ordertrack backup'"
        assert operator.execute(held).fetchone() == (0,)
