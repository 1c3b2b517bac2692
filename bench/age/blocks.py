"""Blocks of tables and indexes that a process reads: what a page costs the database, on whatever machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from flask import Flask

from ordertrack.database.session import db

WARM_UP = 12  # calls after which a connection has decided which of its plans it keeps
_READ = """
    SELECT sum(coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0)
        + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0)
        + coalesce(toast_blks_read, 0) + coalesce(toast_blks_hit, 0)
        + coalesce(tidx_blks_read, 0) + coalesce(tidx_blks_hit, 0))::bigint
      FROM pg_statio_user_tables
"""


def read_by(
    app: Flask, operator: psycopg.Connection, ask: Callable[[], Any], times: int = 3, warm_up: int = WARM_UP
) -> float:
    """How many blocks a call reads, whether cached or not, once it has been called often.

    `operator` commits by itself, in the same database, where nothing else may be going on.
    """
    for _ in range(warm_up):
        ask()
    _flush(app)
    before = _so_far(operator)
    for _ in range(times):
        ask()
    _flush(app)
    return (_so_far(operator) - before) / times


def _flush(app: Flask) -> None:
    """Have each idle connection of the pool say now what it has counted."""
    with app.app_context():
        pool: Any = db.engine.pool
        held = [db.engine.raw_connection() for _ in range(max(1, pool.checkedin()))]
        for connection in held:
            cursor = connection.cursor()
            cursor.execute("SELECT pg_stat_force_next_flush()")
            connection.commit()
            connection.close()


def _so_far(operator: psycopg.Connection) -> int:
    operator.execute("SELECT pg_stat_force_next_flush()")  # its own, of what it has put in
    row = operator.execute(_READ).fetchone()
    assert row is not None
    return int(row[0])
