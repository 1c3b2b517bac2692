"""The three commands as they are typed: what they print, what they refuse, and how they end."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from demo.simulation import environment, orders_of, write_log
from ordertrack.commands import cli
from ordertrack.database.channels import EVENTS_CHANNEL
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.demo.house import people
from ordertrack.demo.simulation.open_orders import restaurants

if TYPE_CHECKING:
    from support.cast import House

HEADER = "order,restaurant,placed,completed"
BAD_ROWS = ("3,12,9,5", "1,12,0,50", "4,12,now,", "5,12", '6,"12')
FAULTS = {"out of order": 1, "duplicate": 1, "malformed": 3}


@pytest.fixture
def ordertrack(settings: Settings) -> Callable[..., Result]:
    """Type a command; it must end with this exit code."""

    def run(*words: object, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, [str(word) for word in words], env=environment(settings))
        assert result.exit_code == code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run


@pytest.mark.parametrize("command", ["demo", "rush", "replay"])
def test_each_command_explains_itself(ordertrack, command: str) -> None:
    assert len(ordertrack(command, "--help").stdout.splitlines()) > 5


def test_demo_prints_its_sign_ins_one_a_line_then_its_pins_and_the_same_twice(ordertrack) -> None:
    first = ordertrack("demo").stdout
    *sign_ins, pins = first.splitlines()
    lines = [line.split("  ") for line in sign_ins]
    assert [role for role, _, _ in lines] == ["kitchen", "dispatch", "manager", "owner"]
    assert re.fullmatch(r"On tablets: (\w+ \d{4}, ){4}\w+ \d{4}", pins)
    assert ordertrack("demo").stdout == first
    made = json.loads(ordertrack("demo", "--json").stdout)
    assert made["tenant"] == "demo"
    assert made["restaurants"] == ["hamra", "jounieh"]
    assert [list(person.values()) for person in made["sign_ins"]] == lines
    said = [f"{person['name']} {person['pin']}" for person in made["pins"]]
    assert pins == "On tablets: " + ", ".join(said)


@pytest.mark.parametrize(
    "options", [("--rate", "0"), ("--rate", "-1"), ("--minutes", "0"), ("--rate", "many")]
)
def test_a_rush_that_makes_no_sense_is_refused(ordertrack, options: tuple[str, str]) -> None:
    assert options[0] in ordertrack("rush", *options, code=2).stderr


def in_the_shell(settings: Settings, *words: str) -> subprocess.Popen[str]:
    changed = environment(settings)
    return subprocess.Popen(
        [sys.executable, "-m", "ordertrack.commands", *words],
        env={
            **{name: value for name, value in os.environ.items() if name not in changed},
            **{name: value for name, value in changed.items() if value is not None},
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("options", [("--endless",), ("--json",)])
def test_a_rush_that_is_told_to_stop_ends_at_once_with_0_and_no_traceback(
    settings: Settings, options: tuple[str, ...], number: signal.Signals
) -> None:
    people.prepare(settings)
    url = settings.operator_url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as listening:
        listening.execute(f"LISTEN {EVENTS_CHANNEL}")
        process = in_the_shell(settings, "rush", *options)
        assert next(listening.notifies(timeout=60), None) is not None, "the rush moves orders"
        process.send_signal(number)
        told, complained = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "Traceback" not in complained
    assert "Stopped." in complained
    if "--json" in options:
        assert json.loads(told)["placed"] > 0
    else:
        assert "orders placed" in told


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "log.csv", HEADER, "1,12,0,50", "2,hamra,5,60", *BAD_ROWS)


def test_replay_makes_missing_restaurants_and_counts_what_it_skips(
    ordertrack, app: Flask, cedar: House, log: Path
) -> None:
    result = ordertrack("replay", log, "--tenant", cedar.slug, "--speed", "max", "--json")
    summary = json.loads(result.stdout)
    assert (summary["rows"], summary["orders"], summary["placed"], summary["completed"]) == (7, 2, 2, 2)
    assert summary["skipped"] == FAULTS
    assert "line 4: out of order: completed comes before placed" in result.stderr
    with tenant_context(app, cedar.tenant_id):
        assert restaurants(cedar.tenant_id) == ("hamra", "jounieh", "r-12")


def test_replayed_again_from_the_shell_nothing_is_doubled(
    ordertrack, app: Flask, cedar: House, log: Path
) -> None:
    words = ("replay", log, "--tenant", cedar.slug, "--speed", "0")
    ordertrack(*words)
    again = ordertrack(*words).stdout
    assert "2 orders had been replayed before and were not placed again." in again
    with tenant_context(app, cedar.tenant_id):
        assert len(orders_of(cedar.tenant_id)) == 2


def test_bad_rows_beyond_the_shown_ones_are_counted_and_all_are_in_the_report(
    ordertrack, cedar: House, log: Path, tmp_path: Path
) -> None:
    report = tmp_path / "bad.csv"
    words = ("replay", log, "--tenant", cedar.slug, "--speed", "max", "--show", 2, "--report", report)
    result = ordertrack(*words)
    assert f"... and 3 more; all are in {report}." in result.stderr
    assert "line 8" not in result.stderr
    with report.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["line"]) for row in rows] == [4, 5, 6, 7, 8]
    assert result.stdout.startswith(
        "log.csv: 7 rows, 2 of them good; skipped: 1 duplicate, 3 malformed, 1 out of order."
    )


def test_a_gzipped_log_of_other_columns_goes_into_one_restaurant(
    ordertrack, app: Flask, cedar: House, tmp_path: Path
) -> None:
    path = tmp_path / "other.csv.gz"
    path.write_bytes(gzip.compress(b"day,no,came,gone\n1,7,3,20\n2,7,4,22\n"))
    mapping = "order=day+no,placed=came,completed=gone"
    options = ("--columns", mapping, "--unit", "minutes", "--restaurant", "hamra", "--speed", "max", "--json")
    summary = json.loads(ordertrack("replay", path, "--tenant", cedar.slug, *options).stdout)
    assert summary["completed"] == 2
    with tenant_context(app, cedar.tenant_id):
        assert restaurants(cedar.tenant_id) == ("hamra", "jounieh")


@pytest.mark.parametrize(
    ("options", "says", "code"),
    [
        (("--speed", "fast"), "'fast' is neither a number from 0 up nor max.", 2),
        (("--speed", "-1"), "'-1' is neither a number from 0 up nor max.", 2),
        (("--speed", "inf"), "'inf' is neither a number from 0 up nor max.", 2),
        (("--speed", "nan"), "'nan' is neither a number from 0 up nor max.", 2),
        (("--timezone", "Beirut"), "'Beirut' is not a time zone; one is named like Asia/Beirut.", 2),
        (("--columns", "when=placed"), "'when=placed' does not say which column means what", 2),
        (("--columns", "placed=came"), "The file has no column 'came'.", 2),
        (("--name", "a\u202eb"), "The log's name must not contain direction marks", 2),
        (("--restaurant", "verdun"), "has no restaurant 'verdun'. It has: hamra, jounieh.", 1),
    ],
)
def test_an_option_that_cannot_be_used_says_what_to_change_and_nothing_is_played(
    ordertrack, app: Flask, cedar: House, log: Path, options: tuple[str, ...], says: str, code: int
) -> None:
    result = ordertrack("replay", log, "--tenant", cedar.slug, *options, code=code)
    assert says in " ".join(result.stderr.split())
    with tenant_context(app, cedar.tenant_id):
        assert orders_of(cedar.tenant_id) == {}
        assert restaurants(cedar.tenant_id) == ("hamra", "jounieh")


def test_an_unknown_tenant_and_a_missing_file_are_told_apart(ordertrack, log: Path) -> None:
    assert "There is no tenant 'nobody'" in ordertrack("replay", log, "--tenant", "nobody", code=1).stderr
    assert (
        "does not exist" in ordertrack("replay", log.with_name("none"), "--tenant", "nobody", code=2).stderr
    )


def test_a_log_of_bad_rows_only_fails(ordertrack, cedar: House, tmp_path: Path) -> None:
    path = write_log(tmp_path / "log.csv", HEADER, "1,12,x,")
    result = ordertrack("replay", path, "--tenant", cedar.slug, code=1)
    assert "log.csv has 1 rows, and none that could be played." in result.stderr


@pytest.mark.parametrize(
    ("named", "slug"),
    [("12", "r-12"), ("hamra", "hamra"), ("Chez Lina", "r-"), ("مطعم", "r-"), ("r" * 60, "r-")],
)
def test_whatever_a_log_calls_a_restaurant_can_stand_in_an_address(named: str, slug: str) -> None:
    from ordertrack.demo.replay.log_restaurants import slug_of

    assert slug_of(named).startswith(slug)
    assert len(slug_of(named)) <= 40
    assert slug_of(named).isascii()
