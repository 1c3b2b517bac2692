"""A process that watches thousands of tenants, and what it asks of the database for all of them."""

from __future__ import annotations

import pytest

from ordertrack.database.session import db
from ordertrack.live.cursor import Cursor
from ordertrack.orders.log import event_log
from support.houses.town import TENANTS, Town


@pytest.mark.parametrize(
    "query",
    [
        "SELECT seq FROM tenant_streams",
        "SELECT seen_at FROM screens",
        "SELECT seen_at FROM screens FOR UPDATE",
        "UPDATE screens SET seen_at = now()",
        "DELETE FROM screens",
    ],
)
def test_the_watched_tenants_are_parsed_once_however_many_rows_are_looked_at(town: Town, query: str) -> None:
    plan = town.plan(query, watched_tenants=",".join(map(str, town.tenants)))
    parsing = [line.strip() for line in plan.splitlines() if "string_to_array" in line]
    assert parsing, plan
    assert all(line.startswith("Function Call: unnest(string_to_array(") for line in parsing), plan
    assert "hashed SubPlan" in plan, "compared one by one, they would cost as much again"


def test_the_heads_of_three_thousand_watched_tenants_are_read_at_once(town: Town) -> None:
    with town.app.app_context():
        heads = event_log.heads(town.tenants)
    assert len(heads) == TENANTS
    assert heads[town.tenants[7]] == Cursor(1700000000, 0)


def test_who_watches_some_tenants_sees_nothing_of_the_others(town: Town) -> None:
    with town.app.app_context():
        watched = ",".join(map(str, town.tenants[:3]))
        found = event_log._HEADS.rows(setting=watched, tenant_ids=town.tenants)
        assert {row.tenant_id for row in found} == set(town.tenants[:3])
        db.session.rollback()
