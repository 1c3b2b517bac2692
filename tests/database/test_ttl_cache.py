"""What is read once and kept for a moment stays no longer than that, however many tenants ask once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from flask import Flask

from ordertrack.database import ttl_cache
from ordertrack.database.ttl_cache import Kept

TENANTS = 1000


def test_of_tenants_that_ask_once_nothing_stays_behind(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    values: Kept[int, str] = Kept()
    with app.app_context():
        for tenant in range(TENANTS):
            assert (
                values.get(tenant, lambda tenant=tenant: f"settings of {tenant}") == f"settings of {tenant}"
            )
        assert len(values._values) == TENANTS
        monkeypatch.setattr(ttl_cache.time, "monotonic", lambda: 1e12)
        for tenant in range(TENANTS // 2):
            values.get(TENANTS + tenant, lambda: "settings")
        assert len(values._values) == TENANTS // 2


def test_what_is_in_use_is_found_until_its_time_is_over(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    values: Kept[int, str] = Kept()
    now = [0.0]
    monkeypatch.setattr(ttl_cache.time, "monotonic", lambda: now[0])
    reads: list[int] = []

    def read(tenant: int) -> str:
        reads.append(tenant)
        return "settings"

    with app.app_context():
        for moment in range(40):
            now[0] = moment * 0.5
            for tenant in (1, 2, 3):
                assert values.get(tenant, partial(read, tenant)) == "settings"
        assert len(values._values) == 3
    assert reads == [1, 2, 3] * int(20 / ttl_cache.KEPT_FOR)


def test_what_is_told_of_is_kept_for_so_long_where_it_may_be_said_elsewhere(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    values: Kept[int, str] = Kept(is_told_of=True)
    now = [0.0]
    monkeypatch.setattr(ttl_cache.time, "monotonic", lambda: now[0])
    reads: list[float] = []

    def read() -> str:
        reads.append(now[0])
        return "settings"

    ttl_cache.believe(lambda: True, 60.0)
    try:
        with app.app_context():
            for moment in (0.0, 59.0, 61.0):
                now[0] = moment
                values.get(1, read)
    finally:
        ttl_cache.believe(bool)
    assert reads == [0.0, 61.0]


@pytest.fixture
def told() -> Iterator[list[bool]]:
    """Whether this process hears of changes."""
    is_told = [True]
    ttl_cache.believe(lambda: is_told[0])
    yield is_told
    ttl_cache.believe(bool)


def test_what_is_told_of_is_kept_while_the_process_is_told_and_no_longer(
    app: Flask, monkeypatch: pytest.MonkeyPatch, told: list[bool]
) -> None:
    now = [0.0]
    monkeypatch.setattr(ttl_cache.time, "monotonic", lambda: now[0])
    kept: Kept[int, float] = Kept(is_told_of=True)
    other: Kept[int, float] = Kept()
    with app.app_context():

        def read() -> tuple[float | None, float | None]:
            return kept.get(1, lambda: now[0]), other.get(1, lambda: now[0])

        assert read() == (0, 0)
        now[0] = 3600.0
        assert read() == (0, 3600)
        told[0] = False
        assert read() == (3600, 3600)
        now[0] += ttl_cache.KEPT_FOR + 1
        assert read() == (now[0], now[0])
        told[0] = True
        kept.forget(lambda key: key == 1)
        now[0] += 1
        assert kept.get(1, lambda: now[0]) == now[0]


def test_of_what_is_told_of_no_more_than_so_many_are_kept_and_the_oldest_go_first(
    app: Flask, monkeypatch: pytest.MonkeyPatch, told: list[bool]
) -> None:
    monkeypatch.setattr(ttl_cache, "MOST_KEPT", 10)
    kept: Kept[int, int] = Kept(is_told_of=True)
    reads: list[int] = []

    def read(key: int) -> int:
        reads.append(key)
        return key

    with app.app_context():
        for key in range(50):
            kept.get(key, partial(read, key))
        assert len(kept._values) <= 10
        reads.clear()
        for key in range(45, 50):
            kept.get(key, partial(read, key))
        assert reads == []


def test_what_several_ask_for_at_once_is_read_once(app: Flask) -> None:
    values: Kept[int, str] = Kept()
    asked, found = threading.Barrier(3), list[str | None]()
    reads: list[int] = []

    def read() -> str:
        reads.append(1)
        return "settings"

    def ask() -> None:
        with app.app_context():
            asked.wait(30)
            found.append(values.get(1, read))

    others = [threading.Thread(target=ask) for _ in range(2)]

    def read_first() -> str:
        for each in others:
            each.start()
        asked.wait(30)  # both are about to ask
        return "settings"

    with app.app_context():
        assert values.get(1, read_first) == "settings"
    for each in others:
        each.join(30)
    assert found == ["settings"] * 2
    assert reads == []


def test_who_waits_for_a_read_that_fails_reads_for_themselves(app: Flask) -> None:
    values: Kept[int, str] = Kept()
    found: list[str | None] = []

    def ask() -> None:
        with app.app_context():
            found.append(values.get(1, lambda: "settings"))

    other = threading.Thread(target=ask)

    def fail() -> str:
        other.start()
        raise ConnectionError("the database went away")

    with app.app_context(), pytest.raises(ConnectionError):
        values.get(1, fail)
    other.join(30)
    assert found == ["settings"]
