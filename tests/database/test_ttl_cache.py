"""What is read once and kept for a moment stays no longer than that, however many tenants ask once."""

from __future__ import annotations

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
