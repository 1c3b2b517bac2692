"""What a process asks for thousands of watched tenants at once: by policies that parse them once, and by row.

Before and after stand in the same database and are asked in turns, under the application's confined role.
"""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import psycopg
from flask import Flask
from sqlalchemy.exc import OperationalError

from house import plain_url
from ordertrack.boards.columns import BOARDS
from ordertrack.database.app import make_bare_app
from ordertrack.database.session import db
from ordertrack.orders.log import event_log
from ordertrack.presence.rows import Screen, ScreenRows
from stage import Stage
from table import Row, number

HEADS, BEAT = "a look at the heads", "a beat of the account of screens, two boards each"
TENANTS = (100, 1000, 3000)
LIMIT = 15_000  # milliseconds that a statement has
OFTEN = 1000  # tenants: with more, what parses by row is asked once only, for it runs into its time limit
_SEED = """
    SET LOCAL session_replication_role = replica;
    CREATE TEMP TABLE made ON COMMIT DROP AS SELECT gen_random_uuid() AS id FROM generate_series(1, {});
    INSERT INTO tenants (id, slug, name) SELECT id, 'watched-' || id, 'Watched' FROM made;
    INSERT INTO restaurants (tenant_id, id, slug, name, timezone)
        SELECT id, id, 'one', 'One', 'Asia/Beirut' FROM made;
    INSERT INTO tenant_streams (tenant_id, epoch) SELECT id, 1 FROM made
"""
_BY_ROW = (
    "tenant_id = ANY (string_to_array(current_setting('ordertrack.watched_tenants', true), ',')::uuid[])"
)
_TABLES = ("tenant_streams", "screens")
_POLICY = "SELECT qual FROM pg_policies WHERE policyname = 'by_watching' AND tablename = %s"
Took = dict[tuple[str, bool], list[float]]


def measure(stage: Stage) -> list[Row]:
    rows: list[Row] = []
    with stage.house("watched") as house, psycopg.connect(plain_url(house.settings.operator_url)) as owner:
        owner.autocommit = True
        app = make_bare_app(house.settings)
        for size in TENANTS if stage.scale.rounds > 1 else TENANTS[:2]:
            asked = _questions(app, _watched(owner, size))
            took: Took = defaultdict(list)
            for number_of_round in range(stage.scale.rounds):
                for what, ask in asked.items():
                    took[what, True].append(_milliseconds(ask))
                    if size <= OFTEN or number_of_round == 0:
                        with _parsed_by_row(owner):
                            took[what, False].append(_milliseconds(ask))
            rows += _rows(size, took)
            stage.say(f"watched: {size:,} tenants")
        with app.app_context():
            db.engine.dispose()
    return rows


def _watched(owner: psycopg.Connection, size: int) -> list[uuid.UUID]:
    """So many tenants, each with a restaurant."""
    having = "SELECT id FROM tenants WHERE slug LIKE 'watched-%'"
    with owner.transaction():
        owner.execute(_SEED.format(size - len(owner.execute(having).fetchall())))
    owner.execute("ANALYZE")
    return [row[0] for row in owner.execute(having)]


def _questions(app: Flask, tenants: list[uuid.UUID]) -> dict[str, Callable[[], object]]:
    screens = ScreenRows(app)
    boards = {tenant: [Screen(tenant, board, "tablet:bench") for board in BOARDS] for tenant in tenants}
    screens.write(boards)

    def heads() -> object:
        with app.app_context():
            return event_log.heads(tenants)

    return {HEADS: heads, BEAT: lambda: screens.beat(tenants)}


def _milliseconds(ask: Callable[[], object]) -> float:
    """How long the second call takes; or the first one, if it runs into its time limit."""
    for _ in range(2):
        began = time.perf_counter()
        try:
            ask()
        except OperationalError:
            break
    return (time.perf_counter() - began) * 1000


@contextmanager
def _parsed_by_row(owner: psycopg.Connection) -> Iterator[None]:
    """The policies as they were at first."""
    now = {table: owner.execute(_POLICY, [table]).fetchall()[0][0] for table in _TABLES}
    for table in _TABLES:
        owner.execute(f"ALTER POLICY by_watching ON {table} USING ({_BY_ROW})")
    try:
        yield
    finally:
        for table, condition in now.items():
            owner.execute(f"ALTER POLICY by_watching ON {table} USING ({condition})")


def _rows(size: int, took: Took) -> list[Row]:
    rows = []
    for what in (HEADS, BEAT):
        by_row = took[what, False]
        limit = ", its time limit" if median(by_row) > LIMIT else ""
        beside = f"{number(median(by_row))} ms where each row parses{limit}"
        name = f"{size:,} tenants watched by one process: {what}"
        rows.append(Row(name, took[what, True], "ms", beside, raw={"by row": by_row}))
    return rows
