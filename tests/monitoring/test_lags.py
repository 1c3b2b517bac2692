"""What works beside the workers says how far it is behind, also of a company that it fails for."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from flask import Flask

from ordertrack.database import room
from ordertrack.database.channels import EVENTS_CHANNEL, SETTINGS_CHANNEL
from ordertrack.database.config import Settings
from ordertrack.monitoring import metrics
from ordertrack.scheduling import due
from ordertrack.scheduling.clock import Clock
from ordertrack.sla.rollup import extend
from ordertrack.sla.rollup.worker import RollupWorker
from support.cast import House
from support.recording import count


@pytest.fixture
def broken() -> list[bool]:
    """Whether what is to be done fails; it can be mended."""
    return [True]


def test_reports_that_fail_are_behind_until_they_are_made(
    app: Flask, cedar: House, broken: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_up = extend.keep_up

    def maybe(tenant_id: uuid.UUID) -> bool:
        if broken[0]:
            raise RuntimeError("the disk is full")
        return keep_up(tenant_id)

    monkeypatch.setattr(extend, "keep_up", maybe)
    worker = RollupWorker(app, lambda: False)
    worker.hear(SETTINGS_CHANNEL, cedar.tenant_id, "")
    worker.work()
    first = metrics.rollup_lag._value.get()
    worker.work()
    assert 0 < first < metrics.rollup_lag._value.get()
    broken[0] = False
    worker.hear(SETTINGS_CHANNEL, cedar.tenant_id, "")
    worker.work()
    assert metrics.rollup_lag._value.get() == 0
    worker.hear(EVENTS_CHANNEL, cedar.tenant_id, "1")  # settles for some seconds, and is behind meanwhile
    worker.work()
    assert metrics.rollup_lag._value.get() > 0


def test_an_order_that_the_clock_cannot_settle_is_overdue_since_its_moment(
    app: Flask, cedar: House, broken: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)

    def settle(tenant_id: uuid.UUID, now: dt.datetime) -> int:
        if broken[0]:
            raise RuntimeError("a lock is held")
        return 1

    monkeypatch.setattr(due, "settle", settle)
    clock = Clock(app, lambda: False)
    clock._due[cedar.tenant_id] = long_ago
    for _ in range(2):  # it is tried again only in a while, and is due since then all the same
        clock.work()
        assert metrics.later_overdue._value.get() >= 3600
        assert metrics.later_next_at._value.get() == long_ago.timestamp()
    broken[0] = False
    clock._due[cedar.tenant_id] = long_ago
    with count(metrics.settled) as settled:
        clock.work()
        assert settled() == 1
    assert metrics.later_overdue._value.get() == metrics.later_next_at._value.get() == 0


def test_a_database_with_too_little_room_is_told_of_with_what_to_set(settings: Settings) -> None:
    few = Settings.from_environment(
        {
            "DATABASE_URL": settings.operator_url.render_as_string(hide_password=False),
            "SECRET_KEY": "x",
            "ORDERTRACK_CONNECTIONS": "2",
            "WEB_CONCURRENCY": "3",
        }
    )
    assert room.needed(few) == 3 * (2 + 1) + 2 * (2 + 3) + 3
    assert room.doubt(few) is None
    many = Settings.from_environment(
        {
            "DATABASE_URL": settings.operator_url.render_as_string(hide_password=False),
            "SECRET_KEY": "x",
            "WEB_CONCURRENCY": "250",
        }
    )
    said = room.doubt(many)
    assert (
        said is not None
        and f"may use {250 * 9 + 2 * 11 + 3}" in said
        and "ORDERTRACK_CONNECTIONS (8)" in said
    )
