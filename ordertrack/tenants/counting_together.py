"""Tries counted together with all processes and hosts.

Where the bus is a Redis it counts, else a table of the database does. Each process counts for itself as well:
that is what holds while the others cannot be asked, so that nobody is locked out then, nor let in for ever.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

import structlog
from flask import current_app
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy.exc import SQLAlchemyError

from ordertrack.database.config import POSTGRESQL_BUS, Settings
from ordertrack.database.session import db, is_in_transaction
from ordertrack.database.statements import Statement

if TYPE_CHECKING:
    from ordertrack.database.bus.redis import RedisBus

T = TypeVar("T")
RESTS = 5.0  # seconds after the others were asked in vain
_COUNT = Statement("""
    WITH too_old AS (
        DELETE FROM sign_in_tries WHERE whose IN (
            SELECT whose FROM sign_in_tries WHERE ends_at < clock_timestamp() AND whose <> %(whose)s
             LIMIT 100 FOR UPDATE SKIP LOCKED)
    )
    INSERT INTO sign_in_tries AS counted (whose, tries, ends_at)
    VALUES (%(whose)s, %(tries)s, clock_timestamp() + make_interval(secs => %(seconds)s))
    ON CONFLICT (whose) DO UPDATE SET
        tries = excluded.tries + CASE WHEN counted.ends_at > clock_timestamp() THEN counted.tries ELSE 0 END,
        ends_at = CASE WHEN counted.ends_at > clock_timestamp() THEN counted.ends_at ELSE excluded.ends_at END
    RETURNING tries
""")
_COUNTED = Statement("""
    SELECT tries, extract(epoch FROM ends_at)::float AS ends_at FROM sign_in_tries
     WHERE whose = %(whose)s AND ends_at > clock_timestamp()
""")
_log = structlog.get_logger(__name__)


class _Counter(Protocol):
    """What is asked of a storage of `limits` for fixed windows."""

    def incr(self, key: str, expiry: int, amount: int = 1) -> int: ...

    def get(self, key: str) -> int: ...

    def get_expiry(self, key: str) -> float: ...


class _Table:
    """Counts in the database. Who tries is kept as a digest."""

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        if amount > 0 and is_in_transaction():
            db.session.commit()  # nothing but reads so far: a try counts, whatever comes of the request
        (row,) = _COUNT.rows(whose=_digest(key), tries=amount, seconds=expiry)
        return int(row.tries)

    def get(self, key: str) -> int:
        return sum(row.tries for row in _COUNTED.rows(whose=_digest(key)))

    def get_expiry(self, key: str) -> float:
        return max((row.ends_at for row in _COUNTED.rows(whose=_digest(key))), default=0.0)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class _Together(Storage):
    """Counts here and with the others: what is more counts."""

    STORAGE_SCHEME = None

    def __init__(self, others: _Counter) -> None:
        super().__init__()
        self._others = others
        self._here = MemoryStorage()
        self._asks_at = float("-inf")

    @property
    def base_exceptions(self) -> type[Exception]:
        return StorageError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        here = self._here.incr(key, expiry, amount)
        return max(here, self._ask(lambda: self._others.incr(key, expiry, amount), here))

    def get(self, key: str) -> int:
        here = self._here.get(key)
        return max(here, self._ask(lambda: self._others.get(key), here))

    def get_expiry(self, key: str) -> float:
        here = self._here.get_expiry(key)
        return max(here, self._ask(lambda: self._others.get_expiry(key), here))

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        return self._here.reset()

    def clear(self, key: str) -> None:
        self._here.clear(key)

    def _ask(self, ask: Callable[[], T], here: T) -> T:
        if time.monotonic() < self._asks_at:
            return here
        try:
            return ask()
        except (StorageError, SQLAlchemyError) as error:
            self._asks_at = time.monotonic() + RESTS
            _log.warning("tries to sign in are counted by this process alone", error=str(error))
            return here


def limiter() -> FixedWindowRateLimiter:
    """The one of this application; made on first use, for it has a timer, which no fork may carry along."""
    found: FixedWindowRateLimiter | None = current_app.extensions.get("sign_in_tries")
    if found is None:
        found = FixedWindowRateLimiter(_Together(_others()))
        current_app.extensions["sign_in_tries"] = found
    return found


def _others() -> _Counter:
    settings: Settings = current_app.config["SETTINGS"]
    if settings.bus == POSTGRESQL_BUS:
        return _Table()
    bus: RedisBus = current_app.extensions["bus"]
    return RedisStorage(
        settings.bus,
        connection_pool=bus.pool("sign-ins"),
        key_prefix=f"{bus.house}:tries",
        wrap_exceptions=True,
    )
