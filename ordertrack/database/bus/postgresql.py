"""The bus that the database is: what is said in a transaction is heard when that is committed."""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing

import psycopg
from sqlalchemy import URL, text

from ordertrack.database import connecting
from ordertrack.database.session import db
from ordertrack.database.statements import Statement

_NOTIFY = text("SELECT pg_notify(:channel, :payload)")
_NOTIFY_AT_ONCE = Statement(
    "SELECT pg_notify(%(channel)s, payload) FROM unnest(%(payloads)s::text[]) AS payload"
)


class PostgresqlEar:
    """A connection that listens. Raises psycopg's errors."""

    advice = (
        "LISTEN has no effect on this connection, as through a pooler in transaction mode (PgBouncer). Give"
        " ordertrack an address straight to PostgreSQL in ORDERTRACK_DIRECT_DATABASE_URL, or a pooler in"
        " session mode"
    )

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._unheard: deque[tuple[str, str]] = deque()

    def __enter__(self) -> PostgresqlEar:
        return self

    def __exit__(self, *raised: object) -> None:
        self._connection.close()

    def listen(self, channel: str) -> None:
        self._connection.execute(f'LISTEN "{channel}"')

    def forget(self, channel: str) -> None:
        self._connection.execute(f'UNLISTEN "{channel}"')

    def heard(self, seconds: float) -> Generator[tuple[str, str], None, None]:
        # Several come at once: what is not taken of them now is there the next time.
        until = time.monotonic() + seconds
        while True:
            while self._unheard:
                yield self._unheard.popleft()
            if (left := until - time.monotonic()) <= 0 and seconds > 0:
                return
            # Closed before the connection, whose lock it holds: ending would wait for it for ever.
            with closing(self._connection.notifies(timeout=max(left, 0.0), stop_after=1)) as notified:
                self._unheard.extend((each.channel, each.payload) for each in notified)
            if not self._unheard:
                return

    def ask(self) -> None:
        self._connection.execute("SELECT")


class PostgresqlBus:
    """NOTIFY goes over the pool, LISTEN straight to the database."""

    may_be_lost = False

    def __init__(self, url: Callable[[], URL]) -> None:
        self._url = url

    def say(self, channel: str, payloads: Sequence[str]) -> None:
        _NOTIFY_AT_ONCE.rows(channel=channel, payloads=list(payloads))

    def say_with_commit(self, channel: str, payload: str) -> None:
        db.session.execute(_NOTIFY, {"channel": channel, "payload": payload})

    def ear(
        self, name: str, patience: float, tenants: Callable[[], Iterable[uuid.UUID]] | None = None
    ) -> PostgresqlEar:
        return PostgresqlEar(connecting.direct(self._url(), name, patience))
