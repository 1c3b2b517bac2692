"""Counting of tries, together with all processes and hosts: a span begins with the first try in it.

Where the bus is a Redis it counts, else a table of the database does. Each process counts for itself as well:
that is what holds where the others cannot be asked.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import structlog
from flask import current_app
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy.exc import SQLAlchemyError

from ordertrack.database.config import POSTGRESQL_BUS, Settings
from ordertrack.database.session import db, is_in_transaction
from ordertrack.database.statements import Statement

if TYPE_CHECKING:
    from ordertrack.database.bus.redis import RedisBus

RESTS = 5.0  # seconds after the others were asked in vain
_COUNT = Statement("""
    WITH too_old AS (
        DELETE FROM sign_in_tries WHERE whose IN (
            SELECT whose FROM sign_in_tries
             WHERE ends_at < statement_timestamp() AND whose <> ALL (%(whose)s::text[])
             LIMIT 100 FOR UPDATE SKIP LOCKED)
    )
    INSERT INTO sign_in_tries AS counted (whose, ends_at, tries)
    SELECT whose, statement_timestamp() + make_interval(secs => span), %(cost)s
      FROM unnest(%(whose)s::text[], %(spans)s::integer[]) AS tried (whose, span)
    ON CONFLICT (whose) DO UPDATE SET
        ends_at = CASE WHEN counted.ends_at > statement_timestamp()
                  THEN counted.ends_at ELSE excluded.ends_at END,
        tries = CASE WHEN counted.ends_at > statement_timestamp()
                THEN counted.tries ELSE 0 END + excluded.tries
    RETURNING whose, tries, extract(epoch FROM ends_at - statement_timestamp())::float8 AS seconds
""")
_log = structlog.get_logger(__name__)


class Counter(Protocol):
    """`count` counts so many tries in each of the spans: for how many seconds that is too often, or 0."""

    def count(self, items: Sequence[RateLimitItem], of: str, cost: int = 1) -> int: ...


class Stored:
    """Counts where the `limits` library does."""

    def __init__(self, storage: Storage) -> None:
        self._limiter = FixedWindowRateLimiter(storage)

    def count(self, items: Sequence[RateLimitItem], of: str, cost: int = 1) -> int:
        over = [item for item in items if not self._limiter.hit(item, of, cost=cost)]
        ends = (self._limiter.get_window_stats(item, of).reset_time for item in over)
        return max((_whole(at - time.time()) for at in ends), default=0)


class Table:
    """Counts in the database. Who tries is kept as a digest."""

    def count(self, items: Sequence[RateLimitItem], of: str, cost: int = 1) -> int:
        if is_in_transaction():
            db.session.commit()  # nothing but reads: the count must stand, whatever comes of the request
        most = {hashlib.sha256(item.key_for(of).encode()).hexdigest(): item for item in items}
        spans = [item.get_expiry() for item in most.values()]
        rows = _COUNT.rows(whose=list(most), spans=spans, cost=cost)
        over = (row.seconds for row in rows if row.tries > most[row.whose].amount)
        return max(map(_whole, over), default=0)


class Together:
    """Counts here and with the others; while they cannot be asked, here. What is too often is not counted."""

    def __init__(self, others: Counter) -> None:
        self._here = Stored(MemoryStorage())
        self._others = others
        self._asks_at = float("-inf")

    def count(self, items: Sequence[RateLimitItem], of: str) -> int:
        """Count a try in each of the spans; for how many seconds none is allowed, 0 if this one is."""
        if wait := self._here.count(items, of):
            self._here.count(items, of, -1)
        elif wait := self._ask(lambda: self._others.count(items, of)):
            self.take_back(items, of)
        return wait

    def take_back(self, items: Sequence[RateLimitItem], of: str) -> None:
        """That was no try."""
        self._here.count(items, of, -1)
        self._ask(lambda: self._others.count(items, of, -1))

    def _ask(self, ask: Callable[[], int]) -> int:
        if time.monotonic() < self._asks_at:
            return 0
        try:
            return ask()
        except (StorageError, SQLAlchemyError) as error:
            self._asks_at = time.monotonic() + RESTS
            _log.warning("tries to sign in are counted by this process alone", error=str(error))
            return 0


def counter() -> Together:
    """That of this process, made on first use: it has a timer, which must not be begun before a fork."""
    found: Together | None = current_app.extensions.get("sign_in_tries")
    if found is None:
        found = current_app.extensions["sign_in_tries"] = Together(_others())
    return found


def _others() -> Counter:
    settings: Settings = current_app.config["SETTINGS"]
    if settings.bus == POSTGRESQL_BUS:
        return Table()
    bus: RedisBus = current_app.extensions["bus"]
    return Stored(
        RedisStorage(
            settings.bus,
            connection_pool=bus.pool("sign-ins"),
            key_prefix=f"{bus.house}:tries",
            wrap_exceptions=True,
        )
    )


def _whole(seconds: float) -> int:
    return max(1, math.ceil(seconds))
