"""Small logs that reports could mislead about: what the page says of each."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from demo.simulation import environment, write_log
from ordertrack.commands import cli
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import cache, save
from ordertrack.restaurants.targets import Target
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.rollup import extend
from support.cast import House, Person

HEADER = "order,restaurant,fulfilment,placed,confirmed,preparing,ready,delivering,completed,cancelled,reason"
Told = Callable[..., str]


def at(day: dt.date, minute: float) -> str:
    return (dt.datetime.combine(day, dt.time(9), dt.UTC) + dt.timedelta(minutes=minute)).isoformat()


def row(name: str, slug: str, day: dt.date, begins: int, ready: float, *, kind: str = "pickup") -> str:
    """An order that is confirmed at once, ready after so many minutes, and then fetched."""
    moments = (begins, begins, begins + 1, begins + ready)
    steps = ",".join(at(day, minute) for minute in moments)
    left = at(day, begins + ready) if kind == "driven" else ""
    end = begins + ready + (25 if kind in ("delivery", "driven") else 2)
    return f"{name},{slug},{'delivery' if kind == 'driven' else kind},{steps},{left},{at(day, end)},,"


@pytest.fixture
def told(
    settings: Settings, app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient], tmp_path: Path
) -> Told:
    """What the page says of such a log, in these days."""

    def ask(rows: list[str], query: str, *targets: tuple[Fulfilment | None, dt.date, int]) -> str:
        path = write_log(tmp_path / "log.csv", HEADER, *rows)
        words = ["replay", str(path), "--tenant", cedar.slug, "--as-logged", "--leave-open", "--json"]
        result = CliRunner().invoke(cli, words, env=environment(settings))
        assert result.exit_code == 0, result.output
        with tenant_context(app, cedar.tenant_id):
            for each in cache.of_tenant(cedar.tenant_id):
                for kind, day, seconds in targets:
                    noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
                    target = Target(Stage.KITCHEN, kind, day, seconds)
                    save.save_target(each.id, target, by=cedar.maya.principal, now=noon)
            extend.rebuild(cedar.tenant_id)
        page = sign_in(cedar.maya).get(f"/sla?{query}")
        assert page.status_code == 200
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))

    return ask


MONDAY = dt.date(2026, 3, 2)
LONG_AGO = dt.date(2026, 1, 1)


def of(first: dt.date, days: int = 1, **chosen: str) -> str:
    last = first + dt.timedelta(days - 1)
    return f"from={first}&to={last}" + "".join(f"&{name}={value}" for name, value in chosen.items())


def test_what_was_called_off_or_never_finished_stands_beside_every_figure(told: Told) -> None:
    rows = [row("ok", "hamra", MONDAY, 0, 9)]
    for number in range(3):
        began, off = at(MONDAY, number + 1), at(MONDAY, 50 + number)
        rows.append(f"off{number},hamra,pickup,{began},{began},,,,,{off},No chicken left")
    rows += [f"no{number},hamra,pickup,{at(MONDAY, 9)},{at(MONDAY, 9)},,,,,," for number in range(4)]
    said = told(rows, of(MONDAY), (None, LONG_AGO, 900))
    assert "8 orders: 1 completed, 3 cancelled, 4 never finished." in said
    assert "Cancelled: 3 confirmed and not begun. Why: No chicken left (3)." in said
    assert "Not ended: 4 confirmed; the oldest began" in said
    assert "Orders that began 8 1 completed , 3 cancelled , 4 never finished" in said
    assert "In target 1 of 1" in said


def test_a_share_says_of_how_many_and_how_many_had_no_target(told: Told) -> None:
    rows = [row("late", "hamra", MONDAY, 0, 21)]
    rows += [row(f"d{number}", "hamra", MONDAY, 3 * number, 9, kind="driven") for number in range(6)]
    said = told(rows, of(MONDAY), (Fulfilment.PICKUP, LONG_AGO, 900))
    assert "Kitchen: 1 of 1 judged late; 6 without a target." in said
    assert "In target 0 of 1 0 of 1 time with a target, 6 without a target" in said


def test_each_for_itself_is_told_from_mix(told: Told) -> None:
    rows = []
    for week, counts in (
        (0, {"hamra": (90, 80), "jounieh": (30, 9)}),
        (1, {"hamra": (30, 28), "jounieh": (90, 32)}),
    ):
        for slug, (orders, met) in counts.items():
            for number in range(orders):
                day = MONDAY + dt.timedelta(7 * week + number % 5)
                ready = 9 if number < met else 20
                rows.append(row(f"{week}{slug}{number}", slug, day, number % 60, ready))
    said = told(rows, of(MONDAY + dt.timedelta(7), 7), (None, LONG_AGO, 900))
    assert "Compared with Mon, 2 Mar – Sun, 8 Mar 2026: 24 points worse." in said
    assert "Each restaurant for itself: 5 points better." in said
    assert "(mix): 29 points worse." in said


def test_two_orders_say_nothing_of_since_when(told: Told) -> None:
    rows = [row(f"b{number}", "hamra", MONDAY + dt.timedelta(number), 0, 9) for number in range(2)]
    rows += [row(f"x{number}", "hamra", MONDAY + dt.timedelta(7 + number), 0, 21) for number in range(2)]
    said = told(rows, of(MONDAY + dt.timedelta(7), 3), (None, LONG_AGO, 900))
    assert "Since" not in said and "What stands out" not in said
    assert "too few to say" in said and "worse" not in said


def test_a_handover_that_holds_the_road_says_that_nobody_tapped_leaving(told: Told) -> None:
    rows = [row(f"h{number}", "hamra", MONDAY, number, 9, kind="delivery") for number in range(12)]
    said = told(rows, of(MONDAY, stage="handover"))
    assert "Nobody tapped Leaving for 12 of 12 deliveries: the driver's trip is counted as waiting" in said


def test_it_is_said_at_which_restaurants_nobody_tapped_leaving(told: Told) -> None:
    rows = [row(f"h{number}", "hamra", MONDAY, number, 9, kind="delivery") for number in range(12)]
    kinds = ("delivery", "driven", "driven")
    rows += [row(f"j{at}", "jounieh", MONDAY, at, 9, kind=kind) for at, kind in enumerate(kinds)]
    said = told(rows, of(MONDAY))
    assert "Nobody tapped Leaving for 13 of 15 deliveries" in said
    assert "At Hamra (12 of 12), Jounieh (1 of 3)." in said


def test_where_no_target_changed_of_what_was_judged_nothing_is_said_of_todays(told: Told) -> None:
    """There is another target for the tables since, and nobody ate at one."""
    rows = [
        row(f"{week}-{number}", "hamra", MONDAY + dt.timedelta(7 * week), number, 9 if number % 9 else 15)
        for week in (0, 1)
        for number in range(40)
    ]
    week = MONDAY + dt.timedelta(7)
    said = told(rows, of(week), (None, LONG_AGO, 899), (Fulfilment.DINE_IN, week, 1200))
    assert "today's target" not in said and "The target changed" not in said


def test_the_worst_single_shift_is_named_at_the_target_of_then(told: Told) -> None:
    rows = []
    for day in range(6):
        for slug in ("hamra", "jounieh"):
            for number in range(20):
                is_slow = (day, slug) == (2, "jounieh") and number < 15
                began = MONDAY + dt.timedelta(day)
                rows.append(row(f"{slug}{day}-{number}", slug, began, number * 3, 18 if is_slow else 9))
    later = MONDAY + dt.timedelta(10)
    said = told(rows, of(MONDAY, 6), (None, LONG_AGO, 900), (None, later, 1200))
    assert (
        "Worst single shift Jounieh, Wed 4 Mar, Lunch : 5 of 20 in target (25%); all other shifts 100%"
        in said
    )
    assert "at the target of then, at today's about 20 of 20 in target" in said


def test_a_looser_target_is_not_praised(told: Told) -> None:
    rows = []
    for week in (0, 1):
        for number in range(100):
            day = MONDAY + dt.timedelta(7 * week + number % 5)
            ready = 9 if number < 60 else 17 if number < 80 else 30
            rows.append(row(f"{week}-{number}", "hamra", day, number % 60, ready))
    week = MONDAY + dt.timedelta(7)
    said = told(rows, of(week, 7, group="day"), (None, LONG_AGO, 900), (None, week, 1200))
    assert "better" not in said
    assert "The target changed" in said
    assert "At today's target about 80% now and 80% before." in said
    assert "no clear change at today's target" in said or "no clear change" in said
