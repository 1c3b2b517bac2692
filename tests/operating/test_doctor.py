"""The doctor says what is wrong with a house and what to do, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from ordertrack.database import migrating, schema_age
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.operating.doctor.finding import Level, broken, exit_code, look, ok
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment
from support.cast import House
from support.command_line import run_here
from support.database import connect
from support.quiet_database import quiet_fixtures

settings, app, operator_app, make_house = quiet_fixtures("module")
NEEDS = "COMMENT ON TABLE alembic_version IS "
IN_ORDER = {
    "database", "schema", "clock", "row-level security", "role", "notifications", "reports",
    "what follows the log", "zones of restaurants", "channels", "webhooks", "time zones",
}  # fmt: skip


@pytest.fixture(scope="module")
def house(make_house: Callable[..., House]) -> House:
    return make_house("Cedar", ("hamra", "jounieh"))


def found(settings: Settings, **environment: str) -> dict[str, list[str]]:
    """What the doctor says of each: how bad it is, what, and what to do."""
    done = run_here(settings, "doctor", "--json", **environment)
    findings = json.loads(done.stdout)
    levels = [list(Level).index(Level(each["level"])) for each in findings]
    assert done.returncode == max(levels)
    assert all(each["do"] or each["level"] == Level.OK for each in findings)
    return {each["what"]: [each["level"], each["said"], each["do"]] for each in findings}


def test_of_a_house_that_is_well_it_says_so_and_of_a_server_that_is_away_too(
    settings: Settings, house: House
) -> None:
    said = found(settings)
    assert {what for what, (level, *_) in said.items() if level == Level.OK} >= IN_ORDER
    assert said["server"][0] == Level.BROKEN
    assert said["backups"][0] == Level.LOOK
    assert "pooler" not in said
    told = run_here(settings, "doctor")
    assert told.returncode == 2
    assert "broken        server: none answers at http://127.0.0.1:0" in told.stdout


def test_a_zone_that_there_is_not_is_named(settings: Settings, house: House) -> None:
    set_zone = "UPDATE restaurants SET timezone = %s WHERE slug = 'jounieh'"
    with connect(settings.operator_url, autocommit=True) as operator:
        operator.execute(set_zone, ["Asia/Nowhere"])
        try:
            level, said, _ = found(settings)["zones of restaurants"]
        finally:
            operator.execute(set_zone, ["Asia/Beirut"])
    assert (level, said) == (Level.BROKEN, f"there is none such as Asia/Nowhere of {house.slug}/jounieh")


def test_reports_that_nobody_keeps_up_are_behind(settings: Settings, app: Flask, house: House) -> None:
    with tenant_context(app, house.tenant_id):
        order = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Kebab", 1),))
        intake.place(order, by=house.program)
    assert found(settings)["reports"][0] == Level.OK
    with connect(settings.operator_url, autocommit=True) as operator:
        operator.execute("SET session_replication_role = replica")
        operator.execute("UPDATE order_status_events SET recorded_at = now() - interval '10 minutes'")
        level, said, do = found(settings)["reports"]
        assert level == Level.LOOK
        assert said.startswith("10 minutes behind") and house.slug in said
        assert "beside" in do
        operator.execute("UPDATE order_status_events SET recorded_at = now() - interval '2 hours'")
        assert found(settings)["reports"][0] == Level.BROKEN
        operator.execute("UPDATE order_status_events SET recorded_at = NULL")


@pytest.mark.parametrize(
    ("statement", "undo", "what", "words"),
    [
        (
            "ALTER TABLE orders NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE orders FORCE ROW LEVEL SECURITY",
            "row-level security",
            "forced on every tenant's table",
        ),
        (
            'GRANT DELETE ON order_status_events TO "{role}"',
            'REVOKE DELETE ON order_status_events FROM "{role}"',
            "role",
            "may rewrite the log",
        ),
        (
            f"UPDATE alembic_version SET version_num = '9999'; {NEEDS}'{schema_age.written('9999')}'",
            f"UPDATE alembic_version SET version_num = '{{newest}}'; {NEEDS}"
            f"'{schema_age.written(migrating.oldest_code())}'",
            "schema",
            "which this version does not know",
        ),
    ],
)
def test_guards_that_are_off_are_found(
    settings: Settings, house: House, statement: str, undo: str, what: str, words: str
) -> None:
    with connect(settings.operator_url, autocommit=True) as operator:
        (newest,) = operator.execute("TABLE alembic_version").fetchall()[0]
        operator.execute(statement.format(role=settings.app_role))
        try:
            level, said, _ = found(settings)[what]
        finally:
            operator.execute(undo.format(role=settings.app_role, newest=newest))
    assert level == Level.BROKEN
    assert words in said


def test_backups_that_are_not_made_any_more_are_found(
    settings: Settings, house: House, tmp_path: Path
) -> None:
    there = {"ORDERTRACK_BACKUP": f"{tmp_path} every 6"}
    assert found(settings, **there)["backups"][0] == Level.BROKEN
    (tmp_path / "ordertrack-20260101T000000Z.tar").touch()
    level, said, _ = found(settings, **there)["backups"]
    assert level == Level.BROKEN and "the newest of 1 is" in said
    (no_folder := tmp_path / "file").touch()
    level, said, _ = found(settings, ORDERTRACK_BACKUP=str(no_folder))["backups"]
    assert level == Level.BROKEN and "cannot be read: Not a directory" in said


def test_a_database_that_is_away_is_said_and_the_rest_looked_at(settings: Settings) -> None:
    away = settings.operator_url.set(host="127.0.0.1", port=9, query={}).render_as_string(hide_password=False)
    said = found(settings, DATABASE_URL=away)
    assert said["database"][0] == said["work"][0] == Level.BROKEN
    assert said["disk"] and said["public address"]


def test_where_there_is_no_house_it_says_so_and_makes_nothing(settings: Settings, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    done = run_here(settings, "doctor", folder=nowhere, DATABASE_URL="", SECRET_KEY="")
    assert done.returncode == 2
    assert f"house: there is none in {nowhere}" in done.stdout
    done = run_here(settings, "doctor", folder=nowhere, DATABASE_URL="")
    assert done.returncode == 2 and "database: it does not run" in done.stdout
    assert not nowhere.exists()


def test_the_worst_of_all_is_the_exit_code() -> None:
    well, doubtful, bad = ok("a", "b"), look("a", "b", "c"), broken("a", "b", "c")
    assert [exit_code(each) for each in ([well], [well, doubtful], [doubtful, bad, well])] == [0, 1, 2]
