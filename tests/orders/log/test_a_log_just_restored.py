"""A house whose log came in one piece, of which the database's statistics know nothing yet."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from faults.history_of import give_a_past, operator
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.log import event_log
from support.cast import House
from support.quiet_database import quiet_fixtures

settings, app, operator_app, make_house = quiet_fixtures("module")

ORDERS = 700
EVENTS = 5 * ORDERS
_FETCHED = text("SELECT coalesce(sum(idx_tup_fetch + seq_tup_read), 0) FROM pg_stat_xact_user_tables")
READS = {
    "changes": event_log.changes_after,
    "the log": event_log.log_after,
    "events": event_log.events_after,
    "entries": event_log.entries_after,
    "events of a restaurant": lambda *asked: event_log.events_after(*asked, "hamra"),
}


@pytest.fixture(scope="module")
def restored(settings: Settings, make_house: Callable[..., House]) -> uuid.UUID:
    with psycopg.connect(operator(settings), autocommit=True) as connection:
        connection.execute("ANALYZE")
    house = make_house("Cedar", ("hamra", "jounieh"))
    give_a_past(settings, house, ORDERS)
    return house.tenant_id


@pytest.mark.parametrize("limit", [event_log.FEW, 200])
@pytest.mark.parametrize("what", READS)
def test_a_page_does_not_go_through_the_log_for_each_order(
    app: Flask, restored: uuid.UUID, what: str, limit: int
) -> None:
    with tenant_context(app, restored):
        before = db.session.scalar(_FETCHED)
        read = READS[what](restored, 1000, limit)
        fetched = db.session.scalar(_FETCHED) - before
    assert [entry.cursor.seq for entry in read] == list(range(1001, 1001 + limit))
    assert fetched <= EVENTS + limit * ORDERS, fetched
