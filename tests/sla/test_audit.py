"""Reports say what the log says: each figure worked out a second way, of any log and any settings."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.database.session import enter_tenant, tenant_context
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.audit import auditing, comparing
from ordertrack.sla.orders_behind import finding
from ordertrack.sla.orders_behind.behind import Behind
from ordertrack.sla.report import build, whole_days
from ordertrack.sla.rollup import extend, sampling
from sla.histories import History, Played
from support.cast import House
from support.command_line import run
from support.database import connect
from support.houses.past_service import service, write
from support.quiet_database import quiet_fixtures

# `make audit SEEDS=20` takes more of them.
SEEDS = int(os.environ.get("AUDIT_SEEDS", "2"))
FIRST = dt.datetime(2026, 10, 22, 3, 0, tzinfo=dt.UTC)

# A database in which no server keeps the roll-up up while a test looks at it.
settings, app, operator_app, make_house = quiet_fixtures("module")


@pytest.fixture(scope="module")
def operator(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    with connect(settings.operator_url, autocommit=True) as connection:
        yield connection


def found(house: House, **wanted: Any) -> list[dict[str, Any]]:
    audited = auditing.audit(house.tenant_id, auditing.Wanted(**wanted))
    assert sum(compared.figures for _, compared in audited.reports) > 1000
    return list(comparing.differences(audited.reports))


_FLOAT = re.compile(r"-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?")


def _rounded(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 6) + 0.0:f}"


def assert_days_can_be_put_together(house: House) -> None:
    """What is read of days of a restaurant put together is what is read of each, whatever changed in them."""
    for whole, _compared in auditing.audit(house.tenant_id, auditing.Wanted(each_alone=False)).reports:
        selection, made = whole.but(hours_over=9), []  # of the last day only so many hours are compared
        for pays_from in (0, 10**9):
            with patch.object(whole_days, "PAYS_FROM", pays_from):
                enter_tenant(house.tenant_id)
                made.append(_FLOAT.sub(_rounded, repr(replace(build.make(selection), as_of=None))))
        together, each = made
        assert together == each


@pytest.mark.timeout(60 + 60 * SEEDS)
@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_reports_of_any_history_say_what_its_log_says(
    app: Flask, operator: psycopg.Connection[Any], make_house: Callable[..., House], seed: int
) -> None:
    house, chance = make_house("Cedar", ("hamra", "marina")), random.Random(seed)
    with tenant_context(app, house.tenant_id):
        history = History(operator, house, seed, orders=60)
        while len(history):
            history.write(chance.randint(1, 80))
            while extend.keep_up(house.tenant_id):
                pass
            for _ in range(chance.randint(0, 3)):
                history.change()
        assert found(house)[:5] == []
        assert sampling.differences(house.tenant_id) == [], "days that are made by themselves"
        assert_days_can_be_put_together(house)


def test_a_stage_that_began_with_a_fire_stands_on_the_day_of_the_fire_however_the_day_is_made(
    app: Flask, operator: psycopg.Connection[Any], make_house: Callable[..., House]
) -> None:
    house = make_house("Cedar", ("hamra", "marina"))
    # Fired ten minutes before the business day of 5 October ends; nothing else happened to it on that day.
    at = [dt.datetime(2026, 10, day, hour, 50, tzinfo=dt.UTC) for day, hour in ((3, 9), (3, 10), (6, 0))]
    order = Played(uuid.uuid4(), 1, "hamra", Fulfilment.PICKUP, "staff:nour", None, 2)
    order.entries += [
        {"order": order, "was": None, "status": "pending", "at": at[0], "is_early": True},
        {"order": order, "was": "pending", "status": "confirmed", "at": at[1], "is_early": True},
        {"order": order, "act": "fire", "status": "confirmed", "at": at[2]},
    ]
    for was, status, minutes in (("confirmed", "preparing", 20), ("preparing", "ready", 40)):
        then = at[2] + dt.timedelta(minutes=minutes)
        order.entries.append({"order": order, "was": was, "status": status, "at": then, "is_early": False})
    with tenant_context(app, house.tenant_id):
        History(operator, house, 1, played=[order]).write(5)
        while extend.keep_up(house.tenant_id):
            pass
        assert sampling.differences(house.tenant_id) == []
        audited = auditing.audit(house.tenant_id, auditing.Wanted(stages=(Stage.QUEUE,)))
        assert list(comparing.differences(audited.reports)) == []
        behind = Behind(audited.reports[0][0].but(first=dt.date(2026, 10, 5), last=dt.date(2026, 10, 5)))
        assert [each.seconds for each in finding.find(behind)] == [1200.0]


def test_the_command_says_which_figure_differs_and_by_what(
    app: Flask,
    operator_app: Flask,
    settings: Settings,
    make_house: Callable[..., House],
    operator: psycopg.Connection[Any],
) -> None:
    house = make_house("Cedar", ("hamra", "marina"))
    with tenant_context(app, house.tenant_id):
        write(operator_app, house, service(house, 1, FIRST, 3, 60))
    asked = ("audit", "--tenant", house.slug, "--figures", "--stage", "cook", "--json")
    clean = run(settings, *asked)
    assert clean.returncode == 0, clean.stderr
    assert json.loads(clean.stdout)["differences"] == []
    operator.execute(
        'UPDATE sla_tenant_order_days SET reasons = \'{"pickup": {"sold out": 7}}\''
        " WHERE tenant_id = %s AND business_date = '2026-10-24'",
        [house.tenant_id],
    )
    operator.execute(
        "UPDATE sla_tenant_days SET by_shift = substr(by_shift, 9)"
        " WHERE tenant_id = %s AND stage = 'cook' AND business_date = '2026-10-23'",
        [house.tenant_id],
    )
    wrong = run(settings, *asked)
    assert wrong.returncode == 1, wrong.stderr
    differences = json.loads(wrong.stdout)["differences"]
    day = next(
        each for each in differences if each["where"] == "day 2026-10-23" and each["figure"] == "count"
    )
    assert day["report"] < day["log"]
    assert (day["restaurants"], day["stage"]) == (None, Stage.COOK)
    assert any(each["figure"] == "reason sold out" for each in differences)
    read = run(settings, *asked[:-1], "--restaurant", "hamra")
    assert read.returncode == 0 and " 0 differ." in read.stdout
    assert "no restaurant jounieh" in run(settings, *asked, "--restaurant", "jounieh").stderr
    assert "need --figures" in run(settings, "audit", "--tenant", house.slug, "--stage", "cook").stderr
