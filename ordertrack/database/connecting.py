"""How every process connects to PostgreSQL, so that no wait for a network that swallows lasts for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import OperationalError
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from ordertrack.database import waiting

T = TypeVar("T")
PROGRAM = "ordertrack"
"""What the database calls the sessions of our pools; where one works for a request, its id stands behind."""
PATIENCE = 20.0  # seconds for one answer: longer than the time limit that the server has for a statement
_CERTAIN = 5.0  # seconds without an answer after which it is not just a busy server
# What was sent and not acknowledged, and a peer that answers no probe, are given up by the system: nobody is
# told where the network just stops forwarding. A Unix socket ignores these.
_SOCKET: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
OF_THE_APPLICATION = {
    "statement_timeout": "15s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
}
# Making an index of a long log anew takes its time. What an operator's command holds ends with the command,
# also where it was killed in the middle of a statement.
_OF_AN_OPERATOR = {
    "statement_timeout": "6h",
    "lock_timeout": "60s",
    "idle_in_transaction_session_timeout": "10min",
    "client_connection_check_interval": "10s",
    "timezone": "UTC",
}
_limit = ContextVar("limit", default=inf)


class Unanswered(OperationalError):
    """The database did not answer in time and the connection is closed: what was asked may have been done."""


class Connection(psycopg.Connection[Any]):
    """Waits for an answer for `patience` seconds, or as long as `within` says, and then closes itself.

    The system's own limits do not do for that: a proxy acknowledges what it never forwards. When one
    connection of a process gets no answer, `is_doubtful` says so of all that are as old.
    """

    patience = PATIENCE
    _unanswered_at = float("-inf")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._made_at = monotonic()

    @property
    def is_doubtful(self) -> bool:
        return self._made_at < Connection._unanswered_at

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        if timeout is not None:  # notifications, which need not come
            return super().wait(gen, interval, timeout)
        patience = min(self.patience, _limit.get())
        most = patience if patience < inf else None
        try:
            if waiting.is_of_gevent():
                return waiting.wait(gen, self.pgconn.socket, most)
            return super().wait(gen, interval, most)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            if patience >= _CERTAIN:
                Connection._unanswered_at = monotonic()
            raise Unanswered(f"the database did not answer within {patience:g} s") from None


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Wait no longer than this for each answer, on whichever connection."""
    before = _limit.set(seconds)
    try:
        yield
    finally:
        _limit.reset(before)


def arguments(*, as_operator: bool, is_pooled: bool = False) -> dict[str, Any]:
    """What a pool's connections are made with: the database bounds how long anything takes, not callers.

    Through a pooler that keeps no session they prepare nothing, and the role has these bounds of its own
    (`app_role.limit`): what is said as one connects would hold for whoever gets the connection next.
    """
    named = _SOCKET | {"application_name": PROGRAM}
    if is_pooled:
        return named | {"prepare_threshold": None}
    return named | {"options": _options(_OF_AN_OPERATOR if as_operator else OF_THE_APPLICATION)}


def have_patience(engine: Engine, seconds: float = PATIENCE) -> None:
    """Have an engine's connections be such as wait so long for an answer; infinite for an operator's."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, positional: Any, options: Any) -> Connection:
        connection = Connection.connect(*positional, **options)
        connection.patience = seconds
        return connection


def short_lived(url: URL) -> Engine:
    """An engine without a pool, for a single question."""
    engine = create_engine(url, poolclass=NullPool, connect_args=_SOCKET)
    have_patience(engine)
    return engine


def of_an_operator(url: URL) -> Engine:
    """For migrations and checks, which may take long but not for ever, and wait for nobody for long."""
    return create_engine(
        url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=arguments(as_operator=True)
    )


def direct(url: URL, name: str, patience: float) -> Connection:
    """One connection outside every pool, for what needs a session: LISTEN, and a lock that is kept."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = Connection.connect(address, autocommit=True, application_name=name, **_SOCKET)
    connection.patience = patience
    return connection


def _options(settings: dict[str, str]) -> str:
    return " ".join(f"-c {name}={value}" for name, value in settings.items())
