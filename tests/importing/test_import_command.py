"""`ordertrack import`: what was shown is what is written, and the same orders again change nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from demo.simulation import environment, events_of, orders_of, write_log
from ordertrack.commands import cli
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import cache
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.server import consistency

if TYPE_CHECKING:
    from support.cast import House

HEADER = "Order No;Branch;Ordered at;Ready at;Delivered at;Cancelled at;Status;Type"
ROWS = (
    "1;hamra;25/03/2025 18:00;25/03/2025 18:20;25/03/2025 18:40;;Delivered;Livraison",
    "2;Chez Lina;25/03/2025 18:05;;;;Cancelled;Takeaway",
    "3;CHEZ LINA;25/03/2025 18:06;25/03/2025 18:30;;25/03/2025 18:41;;Delivery",
    "4;hamra;25/03/2025 18:07;25/03/2025 18:06;;;;Dine in",
    "1;hamra;26/03/2025 18:00;26/03/2025 18:20;;;;Delivery",
)


@pytest.fixture
def run(settings: Settings, cedar: House) -> Callable[..., Result]:
    """`ordertrack import FILE --tenant cedar`, and what else is typed."""

    def typed(path: Path, *options: str, code: int = 0, typed: str = "") -> Result:
        words = ["import", str(path), "--tenant", cedar.slug, *options]
        result = CliRunner().invoke(cli, words, env=environment(settings), input=typed)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return typed


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "march.csv", HEADER, *ROWS)


def log_of(app: Flask, house: House) -> list[Any]:
    with tenant_context(app, house.tenant_id):
        return events_of(house.tenant_id)


def test_what_was_understood_is_shown_and_nothing_is_written_before_somebody_agrees(
    app: Flask, cedar: House, run, log: Path
) -> None:
    for options, typed in ((("--dry-run",), ""), ((), "n\n")):
        said = run(log, *options, typed=typed).stdout
        assert "march.csv: 5 rows, UTF-8, separated by semicolon" in said
        assert "Chez Lina   will be made" in said
        assert "line 5: out of order: ready comes before placed" in said
        assert "Numbers begin anew" in said
        assert "4 orders of 2025-03-25 to 2025-03-26: 2 completed, 2 cancelled." in said
    assert log_of(app, cedar) == []
    assert "4 orders written" in run(log, typed="y\n").stdout
    assert len(log_of(app, cedar)) == 5 + 2 + 5 + 5


def test_the_same_orders_again_change_nothing_in_whatever_file_they_come(
    app: Flask, cedar: House, run, log: Path, settings: Settings, tmp_path: Path
) -> None:
    written = json.loads(run(log, "--yes", "--json").stdout)["written"]
    assert (written["orders"], written["known"], written["restaurants_made"]) == (4, 0, ["Chez Lina"])
    before = len(log_of(app, cedar))
    again = write_log(tmp_path / "again.csv", HEADER, *ROWS)
    written = json.loads(run(again, "--yes", "--json").stdout)["written"]
    assert (written["orders"], written["known"], written["events"]) == (0, 4, 0)
    assert len(log_of(app, cedar)) == before
    with tenant_context(app, cedar.tenant_id):
        assert len(orders_of(cedar.tenant_id)) == 4
        assert [each.name for each in cache.of_tenant(cedar.tenant_id)].count("Chez Lina") == 1
    assert [found.claim for found in consistency.check(settings, [cedar.tenant_id]) if not found.holds] == []


def test_what_was_decided_stands_in_the_events_and_what_nobody_knows_is_marked(
    app: Flask, cedar: House, run, log: Path
) -> None:
    run(log, "--yes")
    events = log_of(app, cedar)
    placed = [event for event in events if event.to_status == OrderStatus.PENDING]
    assert {event.event_metadata["read_as"]["dates"] for event in placed} == {"day-first"}
    assert [event.event_metadata["line"] for event in placed] == [2, 3, 4, 6]
    cancelled = {
        event.event_metadata.get("time_unknown", False): event
        for event in events
        if event.to_status == OrderStatus.CANCELLED
    }
    assert set(cancelled) == {True, False}
    assert cancelled[False].rule_set == "extended", "it was ready when it was called off"
    assert {event.actor for event in events} == {"program:replay"}


def test_what_could_be_either_is_asked_or_refused(app: Flask, cedar: House, run, tmp_path: Path) -> None:
    path = write_log(tmp_path / "unclear.csv", "order,restaurant,placed", "1,hamra,03/04/25 20:25")
    refused = run(path, "--yes", code=2).stderr
    assert "Is '03/04/25 20:25' day first or month first?" in refused
    assert "Say: --dates day-first or --dates month-first" in refused
    assert log_of(app, cedar) == []
    run(path, typed="day-first\ny\n")
    [placed, *_] = log_of(app, cedar)
    assert f"{placed.occurred_at:%Y-%m-%d}" == "2025-04-03"


def test_a_file_that_is_no_log_gets_a_sentence(run, tmp_path: Path) -> None:
    workbook = tmp_path / "orders.xlsx"
    workbook.write_bytes(b"PK\x03\x04" + bytes(200))
    assert "save it as CSV UTF-8" in run(workbook, "--yes", code=1).stderr
    none = write_log(tmp_path / "none.csv", "order,restaurant,placed", "1,hamra,12:30")
    result = run(none, "--yes", code=1)
    assert "placed is a time without a day" in result.stdout
    assert "There is nothing to write." in result.stderr
