"""A log written as logged stands in the past at its own times, once."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from demo.simulation import ScriptedClock, environment, events_of, orders_of, write_log
from importing.logs import logged as logged_order
from ordertrack.commands import cli
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.demo.replay import as_logged
from ordertrack.demo.replay.as_logged import AsLogged
from ordertrack.demo.replay.replaying import Part
from ordertrack.importing import steps as step_room
from ordertrack.orders.moving import transitions
from ordertrack.restaurants.cache import of_tenant
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.server import consistency
from ordertrack.tenants.principal import Principal

if TYPE_CHECKING:
    from support.cast import House, Person

DAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
HEADER = "order,restaurant,placed,confirmed,completed,fulfilment,cancelled,reason"
ROWS = (
    "1,hamra,60,120,3660,pickup,,",
    "2,12,90.5,,,dine_in,,",
    "3,hamra,-30,0,,delivery,45,Closed early",
    "4,hamra,50,20,,,,",
)
FROM = ("--from", "2026-03-02")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "log.csv", HEADER, *ROWS)


@pytest.fixture
def write(settings: Settings, cedar: House) -> Callable[..., Result]:
    """`ordertrack replay FILE --tenant cedar --as-logged`, and what else is typed."""

    def run(path: Path, *options: str, code: int = 0) -> Result:
        words = ["replay", str(path), "--tenant", cedar.slug, "--as-logged", *options]
        result = CliRunner().invoke(cli, words, env=environment(settings))
        assert result.exit_code == code, result.output
        return result

    return run


def log_of(app: Flask, house: House) -> list[Any]:
    with tenant_context(app, house.tenant_id):
        return events_of(house.tenant_id)


def test_events_stand_at_the_times_of_the_log_to_the_microsecond(
    app: Flask, cedar: House, write, log: Path, settings: Settings
) -> None:
    summary = json.loads(write(log, *FROM, "--json").stdout)
    assert (summary["orders"], summary["placed"], summary["completed"], summary["cancelled"]) == (3, 3, 2, 1)
    assert summary["skipped"] == {"out of order": 1}
    assert not summary["stopped"]
    events = log_of(app, cedar)
    logged = {
        (event.occurred_at - DAY).total_seconds(): event.event_metadata["logged_at"]
        for event in events
        if "logged_at" in event.event_metadata
    }
    texts = {-30.0: "-30", 0.0: "0", 45.0: "45", 60.0: "60", 90.5: "90.5", 120.0: "120", 3660.0: "3660"}
    assert logged == texts
    assert [event.occurred_at for event in events] == sorted(event.occurred_at for event in events)
    assert {(event.changed_by, event.actor) for event in events} == {("Replay", "program:replay")}
    assert [found.claim for found in consistency.check(settings, [cedar.tenant_id]) if not found.holds] == []


def test_what_was_called_off_says_why_and_what_nobody_knows_is_marked_and_counted(
    app: Flask, cedar: House, write, log: Path
) -> None:
    summary = json.loads(write(log, *FROM, "--json").stdout)
    events = log_of(app, cedar)
    (cancelled,) = [event for event in events if event.to_status == OrderStatus.CANCELLED]
    assert cancelled.event_metadata["reason"] == "Closed early"
    unknown = Counter(event.to_status for event in events if event.event_metadata.get("time_unknown"))
    assert unknown == summary["unknown"]
    assert not summary["drawn"]
    assert unknown == {"confirmed": 1, "preparing": 2, "ready": 2, "completed": 1}


def test_the_page_of_an_order_says_unknown_where_its_log_knew_no_time(
    app: Flask, cedar: House, write, tmp_path: Path, sign_in: Callable[[Person], FlaskClient]
) -> None:
    write(write_log(tmp_path / "short.csv", HEADER, "1,hamra,60,,3660,pickup,,"), *FROM)
    order_id = log_of(app, cedar)[0].order_id
    client = sign_in(cedar.maya)
    assert client.get(f"/orders/{order_id}").text.count("<td>unknown</td>") == 3
    events = client.get(f"/api/v1/orders/{order_id}/events", headers=cedar.bearer).get_json()["items"]
    assert [event["metadata"].get("time_unknown", False) for event in events] == [False, *[True] * 3, False]


def test_a_log_of_moments_needs_no_day(app: Flask, cedar: House, write, tmp_path: Path) -> None:
    rows = "1,hamra,2026-03-02T10:00:00+02:00,2026-03-02T10:05:00+02:00,,,,"
    path = write_log(tmp_path / "moments.csv", HEADER, rows)
    write(path, "--leave-open")
    assert [event.occurred_at for event in log_of(app, cedar)] == [
        DAY + dt.timedelta(hours=8),
        DAY + dt.timedelta(hours=8, minutes=5),
    ]
    assert "moments already" in write(path, *FROM, code=2).stderr


def test_written_twice_nothing_is_doubled(app: Flask, cedar: House, write, log: Path) -> None:
    write(log, *FROM)
    before = len(log_of(app, cedar))
    again = write(log, *FROM).stdout
    assert "0 orders placed and 0 moves made" in again
    assert "3 orders had been replayed before and were not placed again." in again
    assert len(log_of(app, cedar)) == before


def test_another_order_under_the_same_id_is_refused_by_line_and_the_rest_is_written(
    app: Flask, cedar: House, write, log: Path, tmp_path: Path
) -> None:
    write(log, *FROM)
    changed = write_log(tmp_path / "changed.csv", HEADER, "1,jounieh,60,,,,,", "9,hamra,90000,,,,,")
    result = write(changed, *FROM, "--name", "log.csv")
    assert "line 2: refused: order 1 was replayed from log.csv before" in result.stderr
    assert "1 orders placed" in result.stdout
    with tenant_context(app, cedar.tenant_id):
        assert len(orders_of(cedar.tenant_id)) == 4


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--as-logged",), "say with --from which day they count from"),
        (("--from", "2026-03-02"), "--from is for --as-logged"),
        (("--as-logged", "--from", "yesterday"), "does not match the format"),
    ],
)
def test_a_day_that_is_missing_or_misplaced_gets_a_sentence(
    settings: Settings, cedar: House, log: Path, options: tuple[str, ...], says: str
) -> None:
    words = ["replay", str(log), "--tenant", cedar.slug, *options]
    result = CliRunner().invoke(cli, words, env=environment(settings))
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())


def test_a_log_that_goes_on_into_the_future_is_refused_whole(
    app: Flask, cedar: House, write, log: Path
) -> None:
    today = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    result = write(log, "--from", today.isoformat(), code=1)
    assert "which is still to come: begin it earlier." in result.stderr
    assert log_of(app, cedar) == []


def test_a_log_that_is_older_than_what_the_tenant_has_is_written_all_the_same(
    app: Flask, cedar: House, write, place, log: Path, settings: Settings
) -> None:
    place(cedar)
    write(log, *FROM)
    assert [event.occurred_at >= DAY + dt.timedelta(days=2) for event in log_of(app, cedar)][:2] == [
        True,
        False,
    ]
    assert len(log_of(app, cedar)) == 14
    assert [found.claim for found in consistency.check(settings, [cedar.tenant_id]) if not found.holds] == []


@pytest.mark.parametrize(
    "placed", ["0001-01-01T00:00:00", "1969-12-31T23:59:59", "-99999999999", "999999999999"]
)
def test_times_that_no_calendar_has_are_a_bad_row_and_the_rest_is_written(
    app: Flask, cedar: House, write, tmp_path: Path, placed: str
) -> None:
    is_moment = "T" in placed
    good = "2026-03-02T10:00:00" if is_moment else "0"
    path = write_log(tmp_path / "odd.csv", HEADER, f"1,hamra,{placed},,,,,", f"2,hamra,{good},,,,,")
    result = write(path, *(() if is_moment else FROM))
    assert "line 2: " in result.stderr
    assert "its times lie before 1970 or after the year 9999" in result.stderr
    with tenant_context(app, cedar.tenant_id):
        assert len(orders_of(cedar.tenant_id)) == 1


@pytest.fixture
def written_until(operator_app: Flask, cedar: House, monkeypatch) -> Callable[..., AsLogged]:
    """Write twenty orders of six events, ten events at once, until the clock says to stop."""
    monkeypatch.setattr(as_logged, "AT_ONCE", 10)

    def write_parts(clock: ScriptedClock, *logged: str) -> AsLogged:
        with tenant_context(operator_app, cedar.tenant_id):
            by = Principal(cedar.tenant_id, "program:replay", "Replay")
            cells = {
                "confirmed": "60",
                "preparing": "90",
                "ready": "600",
                "delivering": "700",
                "completed": "900",
            }
            told = {name: cells[name] for name in logged or cells}
            orders = [logged_order(str(number), {"placed": str(number), **told}) for number in range(20)]
            parts = [Part(order, "hamra", step_room.as_logged(order, leave_open=True)) for order in orders]
            written = AsLogged("log", by, DAY)
            for _ in written.write(parts, clock, lambda _events: None):
                pass
        return written

    return write_parts


def test_stopped_in_the_middle_it_goes_on_from_there(app: Flask, cedar: House, written_until) -> None:
    first = written_until(ScriptedClock(stops_at=0)).tally
    assert first.stopped
    assert (first.placed, first.moved, first.left_open) == (2, 10, 0)
    assert len(log_of(app, cedar)) == 12
    second = written_until(ScriptedClock()).tally
    assert (second.known, second.placed, second.moved, second.completed) == (2, 18, 90, 18)
    assert not second.stopped
    assert len(log_of(app, cedar)) == 120


def test_an_order_that_a_person_moved_meanwhile_stays_where_it_is(
    app: Flask, cedar: House, written_until
) -> None:
    written_until(ScriptedClock(), "confirmed")
    with tenant_context(app, cedar.tenant_id):
        order_id = next(iter(orders_of(cedar.tenant_id)))
        transitions.advance(order_id, OrderStatus.CANCELLED, by=cedar.maya.principal, reason="Fire")
    tally = written_until(ScriptedClock()).tally
    assert (tally.known, tally.moved_by_others, tally.completed) == (20, 1, 19)
    assert len(log_of(app, cedar)) == 20 * 2 + 1 + 19 * 4


def test_a_past_that_is_refused_makes_no_restaurant(app: Flask, cedar: House, write, tmp_path: Path) -> None:
    ahead = write_log(tmp_path / "ahead.csv", HEADER, "1,verdun,2999-01-01T12:00:00Z,,,pickup,,")
    assert "still to come" in write(ahead, code=1).output
    with tenant_context(app, cedar.tenant_id):
        assert {each.slug for each in of_tenant(cedar.tenant_id)} == set(cedar.restaurants)
