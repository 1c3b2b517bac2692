"""Whose turn it is to do what only one host may do: that of whoever holds a lock of the database."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import structlog
from sqlalchemy import URL

from ordertrack.database import connecting
from ordertrack.database.connecting import Connection

# Seconds.
ASKS_EVERY = 1.0
PATIENCE = 3.0
LOCK = 7226871356
# A host that has lost its network, or its power, says no farewell: the database finds out by itself, but not
# before whoever has the turn there has given it up.
_FOUND_OUT = """
    SELECT set_config('tcp_keepalives_idle', '3', false), set_config('tcp_keepalives_interval', '2', false),
        set_config('tcp_keepalives_count', '3', false)
"""
_log = structlog.get_logger(__name__)


class Turn:
    """Kept by a connection of its own, and lost with it; nobody keeps it who does not ask every second.

    Should two have it for a moment, nothing is done twice: each tenant's roll-up and each follower's place
    has a lock of its own, and what the clock does and which jobs are taken is compared and set.
    """

    def __init__(
        self, url: Callable[[], URL], lock: int | None = None, of: str = "keep the roll-up and the clock"
    ) -> None:
        self._url = url
        self._lock = LOCK if lock is None else lock
        self._of = of
        self._connection: Connection | None = None
        self._is_lost = False
        self.is_ours = False

    def ask(self) -> bool:
        """Whether it is ours now; takes it if nobody else has it."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            if self.is_ours:
                self._connection.execute("SELECT")
            else:
                row = self._connection.execute(self._take, [self._lock]).fetchone()
                self.is_ours = bool(row and row[0])
                if self.is_ours:
                    _log.info(f"it is this host's turn to {self._of}")
            self._is_lost = False
        except (psycopg.Error, OSError) as error:
            if self.is_ours or not self._is_lost:
                _log.warning("the turn cannot be kept or had", had=self.is_ours, error=str(error))
            self._is_lost = True
            self.give_up()
        return self.is_ours

    def give_up(self) -> None:
        self.is_ours = False
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> Connection:
        connection = connecting.direct(self._url(), "keeper", PATIENCE)
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        if row is not None and row[0] == connection.info.backend_pid:
            self._take = "SELECT pg_try_advisory_lock(%s)"
            connection.execute(_FOUND_OUT)
        else:
            # A pooler between may give each transaction another connection, and keep one that has the lock.
            _log.warning("a pooler stands where a session is wanted: name ORDERTRACK_DIRECT_DATABASE_URL")
            self._take = "SELECT pg_try_advisory_xact_lock(%s)"
            connection.execute("BEGIN")
        return connection
