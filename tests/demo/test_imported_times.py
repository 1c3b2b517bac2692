"""What is imported is judged by what its log knew: no finger, no drawn time, no time of another zone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from demo.simulation import environment, events_of, write_log
from ordertrack.commands import cli
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.orders import story
from ordertrack.orders.log import event_log
from ordertrack.orders.reading import records
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.server import consistency
from ordertrack.sla.rollup import extend
from ordertrack.tracking.progress import milestones
from support.cast import House
from support.houses.rollup_rows import by_doubt
from support.quiet_database import quiet_fixtures

HEADER = "order,restaurant,fulfilment,placed,confirmed,preparing,ready,completed"

# A database in which no server keeps the roll-up up while a test looks at it.
settings, app, operator_app, make_house = quiet_fixtures("module")


@pytest.fixture
def write(settings: Settings, app: Flask, cedar: House, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Import these rows as they were logged and roll them up; the summary."""

    def run(header: str, *rows: str, options: tuple[str, ...] = ()) -> dict[str, Any]:
        path = write_log(tmp_path / "log.csv", header, *rows)
        words = ["replay", str(path), "--tenant", cedar.slug, "--as-logged", "--json", *options]
        result = CliRunner().invoke(cli, words, env=environment(settings))
        assert result.exit_code == 0, result.output
        with tenant_context(app, cedar.tenant_id):
            extend.rebuild(cedar.tenant_id)
        summary: dict[str, Any] = json.loads(result.stdout)
        return summary

    return run


def counted(app: Flask, house: House) -> dict[Stage, int]:
    """How many times of each stage the house's figures rest on: none of them doubtful."""
    with tenant_context(app, house.tenant_id):
        found = {stage: by_doubt(house, stage) for stage in Stage}
    assert not any(reason for of_stage in found.values() for reason in of_stage)
    return {stage: sum(of_stage.values()) for stage, of_stage in found.items() if of_stage}


def log_of(app: Flask, house: House) -> list[Any]:
    with tenant_context(app, house.tenant_id):
        return events_of(house.tenant_id)


def sound(settings: Settings, house: House) -> bool:
    return all(finding.holds for finding in consistency.check(settings, [house.tenant_id]))


def test_many_orders_of_one_minute_are_no_mass_taps_for_nobody_is_known_to_have_tapped(
    app: Flask, cedar: House, write: Any, settings: Settings
) -> None:
    day = "2026-03-02T1"
    rows = (
        f"{n},hamra,pickup,{day}2:00Z,{day}2:01Z,{day}2:03Z,{day}2:1{n // 5}Z,{day}2:20Z" for n in range(15)
    )
    write(HEADER, *rows)
    assert counted(app, cedar) == dict.fromkeys((stage for stage in Stage if stage != Stage.ROAD), 15)
    assert sound(settings, cedar)


def test_a_step_that_the_log_lacks_stands_at_the_next_known_moment_and_in_no_stage(
    app: Flask, cedar: House, write: Any, settings: Settings
) -> None:
    summary = write(HEADER, "1,hamra,pickup,2026-03-02T12:00Z,,,2026-03-02T12:20Z,2026-03-02T12:30Z")
    assert (summary["unknown"], summary["drawn"]) == ({"confirmed": 1, "preparing": 1}, {})
    events = log_of(app, cedar)
    assert [(f"{event.occurred_at:%M}", "time_unknown" in event.event_metadata) for event in events] == [
        ("00", False),
        ("20", True),
        ("20", True),
        ("20", False),
        ("30", False),
    ]
    assert counted(app, cedar) == {Stage.HANDOVER: 1, Stage.TOTAL: 1}
    assert sound(settings, cedar)


def test_an_end_that_the_log_lacks_is_at_the_last_known_moment_and_in_no_stage(
    app: Flask, cedar: House, write: Any, settings: Settings
) -> None:
    write(HEADER, "1,hamra,pickup,2026-03-02T12:00Z,2026-03-02T12:05Z,2026-03-02T12:06Z,,")
    events = log_of(app, cedar)
    assert [event.to_status for event in events][-2:] == [OrderStatus.READY, OrderStatus.COMPLETED]
    assert {f"{event.occurred_at:%M}" for event in events[-2:]} == {"06"}
    assert counted(app, cedar) == {Stage.ACCEPT: 1, Stage.QUEUE: 1}
    assert sound(settings, cedar)


def test_stories_and_guests_are_told_no_time_that_nobody_knows(app: Flask, cedar: House, write: Any) -> None:
    write(HEADER, "1,hamra,pickup,2026-03-02T12:00Z,,,2026-03-02T12:20Z,2026-03-02T12:30Z")
    order_id = log_of(app, cedar)[0].order_id
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
        assert order is not None
        sentences = story.tell(order, event_log.entries_after(cedar.tenant_id, 0, 9, order_id=order_id), {})
        steps = milestones(order)
    assert [sentence.at is not None for sentence in sentences] == [True, False, False, True, True]
    waits = [sentence.waited for sentence in sentences]
    assert waits == [None, None, None, None, dt.timedelta(minutes=10)]
    assert [step.at is not None for step in steps] == [True, False, False, True, True]
    assert not any(step.is_ahead for step in steps)


@pytest.mark.parametrize("column", ["status", "order_status", "Order Status", "state"])
@pytest.mark.parametrize("word", ["Cancelled", "CANCELED BY CUSTOMER", "Annulée", "ملغي", "rejected"])
def test_an_order_that_its_log_calls_cancelled_is_cancelled_though_nobody_knows_when(
    app: Flask, cedar: House, write: Any, column: str, word: str
) -> None:
    header = f"order,restaurant,placed,confirmed,{column}"
    summary = write(header, f"1,hamra,2026-03-02T12:00Z,2026-03-02T12:04Z,{word}")
    assert (summary["cancelled"], summary["completed"]) == (1, 0)
    *_, last = log_of(app, cedar)
    assert (last.to_status, "time_unknown" in last.event_metadata) == (OrderStatus.CANCELLED, True)
    assert f"{last.occurred_at:%M}" == "04"
    assert counted(app, cedar) == {Stage.ACCEPT: 1}


def test_a_status_that_nobody_knows_or_that_times_deny_is_a_bad_row(cedar: House, write: Any) -> None:
    header = f"{HEADER},cancelled,status"
    at = "2026-03-02T12:00Z"
    summary = write(
        header,
        f"1,hamra,pickup,{at},,,,,,Delivered",
        f"2,hamra,pickup,{at},,,,,,Teleported",
        f"3,hamra,pickup,{at},,,{at},,,Cancelled",
        f"4,hamra,pickup,{at},,,,,{at},Delivered",
    )
    assert (summary["placed"], summary["skipped"]) == (2, {"malformed": 2}), "ready may be called off"


def test_times_without_an_offset_are_those_of_their_restaurants_clock(
    app: Flask, cedar: House, write: Any
) -> None:
    write(HEADER, "1,hamra,pickup,2026-03-02 19:00,2026-03-02 19:01,,,", options=("--leave-open",))
    assert [f"{event.occurred_at:%H:%M}" for event in log_of(app, cedar)] == ["17:00", "17:01"]


def test_a_zone_that_is_named_is_the_one_that_holds(app: Flask, cedar: House, write: Any) -> None:
    options = ("--leave-open", "--timezone", "Asia/Tokyo")
    write(HEADER, "1,hamra,pickup,2026-03-02 19:00,,,,", options=options)
    assert [f"{event.occurred_at:%H:%M}" for event in log_of(app, cedar)] == ["10:00"]


@pytest.mark.parametrize(
    ("times", "minutes"),
    [
        # Beirut showed 23:00 to 00:00 twice in the night of 25 October 2025.
        (("10-25 23:40", "10-25 23:50", "10-25 23:55", "10-25 23:20", "10-25 23:25"), [10, 5, 25, 5]),
        (("10-25 22:50", "10-25 23:00", "10-25 23:05", "10-25 23:20", "10-26 00:10"), [10, 5, 15, 110]),
        # It never showed 00:00 to 01:00 on 30 March 2025.
        (("03-29 23:50", "03-29 23:55", "03-30 01:05", "03-30 01:10", "03-30 01:20"), [5, 10, 5, 10]),
        (("03-30 00:30", "03-30 00:35", "03-30 00:40", "03-30 01:50", "03-30 01:55"), [5, 5, 10, 5]),
        (("03-30 00:10", "03-30 00:55", "03-30 01:05", "03-30 01:10", "03-30 01:20"), [45, 10, 5, 10]),
    ],
)
def test_an_hour_that_a_clock_showed_twice_or_never_leaves_no_stage_below_nothing(
    app: Flask, cedar: House, write: Any, times: tuple[str, ...], minutes: list[int]
) -> None:
    summary = write(HEADER, "1,hamra,pickup," + ",".join(f"2025-{time}" for time in times))
    waited = [event.in_status_for for event in log_of(app, cedar)][1:]
    assert [each.total_seconds() / 60 for each in waited] == minutes
    assert summary["doubled"] == (0 if times[0] == "03-29 23:50" else 1)
