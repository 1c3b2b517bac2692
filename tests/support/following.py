"""The turn to follow the logs of the suite's database, so that no server does what a test does."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg

from ordertrack.database.config import Settings
from ordertrack.following.worker import LOCK
from support.database import connect
from support.server import wait_for

_TAKE = "SELECT pg_try_advisory_lock(%s)"
_FOLLOW = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE '%follower%'
"""
# Of this database: the server may have those of other test processes too.
_END_HOLDER = """
    SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database
     WHERE locktype = 'advisory' AND objid = %s::oid AND datname = current_database()
"""
_PASS_OVER = """
    INSERT INTO follower_positions (tenant_id, follower, seq)
    SELECT tenant_id, name, seq FROM tenant_streams
     CROSS JOIN (SELECT name FROM followers UNION SELECT unnest(%(others)s::text[])) AS named
     WHERE tenant_id IS DISTINCT FROM %(besides)s
    ON CONFLICT (tenant_id, follower) DO UPDATE SET seq = excluded.seq
"""


def pass_over(settings: Settings, others: Sequence[str] = (), besides: uuid.UUID | None = None) -> None:
    """Have the followers, and others of these names, leave alone what thousands of tests did before."""
    with connect(settings.operator_url, autocommit=True) as connection:
        connection.execute(_PASS_OVER, {"others": list(others), "besides": besides})


@contextmanager
def nobody_else_follows(settings: Settings) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """From now until then; what is given holds the turn."""
    with connect(settings.operator_url, autocommit=True) as held:

        def is_ours() -> bool:
            with suppress(psycopg.Error):
                held.execute(_END_HOLDER, [LOCK & 0xFFFFFFFF])
            row = held.execute(_TAKE, [LOCK]).fetchone()
            return bool(row and row[0])

        def has_left() -> bool:
            row = held.execute(_FOLLOW).fetchone()
            return row == (0,)

        wait_for(is_ours, "the turn to follow", 20)
        wait_for(has_left, "whoever followed before to hear of it", 20)
        yield held
