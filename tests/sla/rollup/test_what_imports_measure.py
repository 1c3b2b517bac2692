"""Small logs of strangers that once made reports say something wrong: what is measured of them."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text

from demo.simulation import environment, orders_of
from ordertrack.commands import cli
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.imported import IMPORTER, NO_REASON, TIME_UNKNOWN
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.past.orders import PastOrder, PastStep
from ordertrack.past.writer import History
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, RuleSet
from ordertrack.server import consistency
from ordertrack.sla.measure.figures import Figures, Over, Under
from ordertrack.sla.measure.tally import Tally
from ordertrack.sla.rollup import extend
from ordertrack.tenants.principal import Principal
from support.cast import House
from support.houses.rollup_rows import by_doubt, everything
from support.quiet_database import quiet_fixtures

COLUMNS = ("placed", "confirmed", "preparing", "ready", "completed")
NOON = dt.datetime(2026, 9, 7, 12, tzinfo=dt.UTC)

# A database in which no server keeps the roll-up up while a test looks at it.
settings, app, operator_app, make_house = quiet_fixtures("module")


@pytest.fixture
def replay(settings: Settings, app: Flask, cedar: House, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Replay orders, each the seconds after NOON of its steps (None: not logged), and roll them up."""

    def run(name: str, *orders: tuple[float | None, ...], words: tuple[str, ...] = ()) -> dict[str, Any]:
        path = tmp_path / name
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["order", "restaurant", "fulfilment", *COLUMNS])
            for number, seconds in enumerate(orders):
                at = ["" if each is None else NOON + dt.timedelta(seconds=each) for each in seconds]
                rows.writerow([f"{name} {number}", "hamra", "pickup", *at, *[""] * (len(COLUMNS) - len(at))])
        asked = words or ("--as-logged", "--leave-open")
        result = CliRunner().invoke(
            cli, ["replay", str(path), "--tenant", cedar.slug, "--json", *asked], env=environment(settings)
        )
        assert result.exit_code == 0, result.output
        with tenant_context(app, cedar.tenant_id):
            while extend.keep_up(cedar.tenant_id):
                pass
        summary: dict[str, Any] = json.loads(result.stdout)
        return summary

    return run


def figures(app: Flask, house: House, stage: Stage, **asked: bool) -> Figures:
    """Those of everything that the roll-up holds of a stage."""
    query = text("SELECT cells FROM sla_restaurant_days WHERE tenant_id = :t AND stage = :s")
    with tenant_context(app, house.tenant_id):
        stored = list(db.session.scalars(query, {"t": house.tenant_id, "s": stage.value}))
    tally = Tally(stored, None, **{"with_left_out": False, **asked})
    (found,) = tally.figures(tally.per_row([0] * len(stored)), 1)
    return found


def sound(settings: Settings, house: House) -> list[str]:
    return [found.claim for found in consistency.check(settings, [house.tenant_id]) if not found.holds]


def test_a_log_that_comes_in_two_parts_is_measured_as_if_it_had_come_in_one(
    app: Flask, cedar: House, replay: Any
) -> None:
    """The third tap of somebody would make mass taps of all three: an import is nobody."""
    replay("a.csv", (0, 60, 300), (1, 61, 301))
    replay("b.csv", (301, 301, 302))
    replay("older.csv", (-90_000, -89_940, -89_700), (-3, -2, 299))
    with tenant_context(app, cedar.tenant_id):
        kept = everything(cedar)
        assert by_doubt(cedar, Stage.QUEUE) == {None: 5}
        extend.rebuild(cedar.tenant_id)
        assert everything(cedar) == kept


def test_a_cook_of_seventy_hours_is_over_what_is_told_apart_and_one_of_four_seconds_is_under_it(
    app: Flask, cedar: House, replay: Any
) -> None:
    replay("ends.csv", (0, 4.9, 60, 60 + 70 * 3600, 70 * 3600 + 90))
    cook, accept = (figures(app, cedar, stage, with_left_out=True) for stage in (Stage.COOK, Stage.ACCEPT))
    assert {type(each) for each in (cook.mean, cook.p50, cook.p90, cook.p95)} == {Over}
    assert {type(each) for each in (accept.mean, accept.p50, accept.p90)} == {Under}
    replay("more.csv", (100, 124.8))
    accept = figures(app, cedar, Stage.ACCEPT)
    assert (accept.count, accept.mean, accept.p50) == (2, None, Under(5))


def test_a_cook_across_the_hour_that_is_doubled_takes_as_long_as_it_took(
    app: Flask, cedar: House, replay: Any
) -> None:
    """In Beirut the clock goes back at midnight of 2026-10-24, which is 21:00 in UTC."""
    night = (dt.datetime(2026, 10, 24, 20, 30, tzinfo=dt.UTC) - NOON).total_seconds()
    replay("night.csv", (night, night + 30, night + 60, night + 60 + 85 * 60))
    assert figures(app, cedar, Stage.COOK).p50 == pytest.approx(85 * 60, rel=0.02)


def test_what_a_replay_drew_is_in_no_figure_and_counted_beside_them(
    app: Flask, cedar: House, replay: Any, monkeypatch: Any, settings: Settings
) -> None:
    monkeypatch.setattr(extend, "MASS_WITHIN", -1)  # nothing waits
    summary = replay("played.csv", (0, 60, None, 600, None), (10, 70, 90, 700, 900), words=("--speed", "0"))
    assert (summary["drawn"], summary["completed"]) == ({"preparing": 1, "completed": 1}, 2)
    found = {stage: figures(app, cedar, stage) for stage in Stage}
    there = {stage: each for stage, each in found.items() if not each.is_empty}
    assert {stage: (each.count + each.all_left_out, each.drawn) for stage, each in there.items()} == {
        Stage.ACCEPT: (2, 0),
        Stage.QUEUE: (1, 1),
        Stage.COOK: (1, 1),
        Stage.KITCHEN: (2, 0),
        Stage.HANDOVER: (1, 1),
        Stage.TOTAL: (1, 1),
    }
    asked = figures(app, cedar, Stage.QUEUE, with_left_out=True)
    assert (asked.count, asked.drawn) == (2, 1)
    assert sound(settings, cedar) == []


def test_what_was_called_off_nobody_knows_when_is_cancelled_in_its_stage_and_in_no_time(
    app: Flask, operator_app: Flask, cedar: House, settings: Settings
) -> None:
    by = Principal(cedar.tenant_id, IMPORTER, "Import")
    statuses = [
        OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY,
        OrderStatus.DELIVERING,
    ]  # fmt: skip
    steps = [
        PastStep(status, NOON + dt.timedelta(minutes=minute), by, {})
        for minute, status in enumerate(statuses)
    ]
    end = PastStep(OrderStatus.CANCELLED, steps[-1].at, by, {TIME_UNKNOWN: True})
    new = NewOrder("hamra", Fulfilment.DELIVERY, (NewItem("Soup", 1),))
    order = PastOrder(new, (*steps, end), "one", RuleSet.EXTENDED)
    with tenant_context(operator_app, cedar.tenant_id):
        list(History(cedar.tenant_id, [order], lambda _, at: at.date()).write())
        assert order.metadata(5) == {TIME_UNKNOWN: True, "reason": NO_REASON}
        extend.rebuild(cedar.tenant_id)
    road, total = (figures(app, cedar, stage) for stage in (Stage.ROAD, Stage.TOTAL))
    assert [(each.count, each.cancelled, each.mean) for each in (road, total)] == [(0, 1, None)] * 2
    assert sound(settings, cedar) == []


def test_a_log_that_came_one_way_is_known_when_it_comes_the_other_way(
    app: Flask, cedar: House, replay: Any, settings: Settings, tmp_path: Path
) -> None:
    def import_(name: str) -> dict[str, Any]:
        asked = ["import", str(tmp_path / name), "--tenant", cedar.slug, "--yes", "--json"]
        result = CliRunner().invoke(cli, asked, env=environment(settings))
        assert result.exit_code == 0, result.output
        written: dict[str, Any] = json.loads(result.stdout)["written"]
        return written

    orders = ((0, 60, 90, 600, 700), (10, 70, 95, 610, 710))
    replay("played.csv", *orders, words=("--speed", "0"))
    with (tmp_path / "played.csv").open("a") as file:
        file.write(f"played.csv 2,hamra,pickup,{NOON},,,{NOON + dt.timedelta(minutes=9)},\n")
        # The same number on another day is another order.
        file.write(f"played.csv 0,hamra,pickup,{NOON - dt.timedelta(days=1)},,,,\n")
    written = import_("played.csv")
    assert (written["replayed"], written["orders"], written["known"]) == (2, 2, 0)
    assert import_("played.csv")["known"] == 2
    with tenant_context(app, cedar.tenant_id):
        assert len(orders_of(cedar.tenant_id)) == 4

    again = replay("played.csv", *orders, (0, None, None, 540, None), words=("--speed", "0"))
    assert (again["placed"], again["known"], again["imported"]) == (0, 2, 1)
