"""How often somebody may try to sign in, counted together with all processes and hosts.

Where the bus is a Redis it counts, else a table of the database does. Each process counts for itself as well:
that is what holds where the others cannot be asked.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import structlog
from flask import current_app
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy.exc import SQLAlchemyError

from ordertrack.database.config import POSTGRESQL_BUS, Settings
from ordertrack.database.session import db, is_in_transaction
from ordertrack.database.statements import Statement

_TRIES = RateLimitItemPerMinute(10, namespace="as")
_FAILURES = RateLimitItemPerMinute(30, namespace="from")
_PINS = RateLimitItemPerMinute(30, namespace="on")
RESTS = 5.0  # seconds after the others were asked in vain
_COUNT = Statement("""
    WITH too_old AS (
        DELETE FROM sign_in_tries WHERE (minute, whose) IN (
            SELECT minute, whose FROM sign_in_tries
             WHERE minute < date_trunc('minute', clock_timestamp()) - interval '1 minute'
               FOR UPDATE SKIP LOCKED)
    )
    INSERT INTO sign_in_tries AS counted (minute, whose, tries)
    VALUES (date_trunc('minute', clock_timestamp()), %(whose)s, 1)
    ON CONFLICT (minute, whose) DO UPDATE SET tries = counted.tries + 1 RETURNING tries
""")
_COUNTED = Statement("""
    SELECT tries FROM sign_in_tries
     WHERE minute = date_trunc('minute', clock_timestamp()) AND whose = %(whose)s
""")
if TYPE_CHECKING:
    from ordertrack.database.bus.redis import RedisBus

_log = structlog.get_logger(__name__)


class _Counter(Protocol):
    def hit(self, item: RateLimitItemPerMinute, of: str) -> bool: ...

    def test(self, item: RateLimitItemPerMinute, of: str) -> bool: ...


class _Table:
    """Counts by the minute, in the database. Who tries is kept as a digest."""

    def hit(self, item: RateLimitItemPerMinute, of: str) -> bool:
        if is_in_transaction():
            db.session.commit()  # nothing but reads: the count must stand, whatever comes of the request
        (row,) = _COUNT.rows(whose=self._whose(item, of))
        return bool(row.tries <= item.amount)

    def test(self, item: RateLimitItemPerMinute, of: str) -> bool:
        rows = _COUNTED.rows(whose=self._whose(item, of))
        return not rows or bool(rows[0].tries < item.amount)

    def _whose(self, item: RateLimitItemPerMinute, of: str) -> str:
        return hashlib.sha256(item.key_for(of).encode()).hexdigest()


class _Together:
    """Counts here and with the others; while they cannot be asked, here."""

    def __init__(self, others: _Counter) -> None:
        self._others = others
        self._here = FixedWindowRateLimiter(MemoryStorage())
        self._asks_at = float("-inf")

    def hit(self, item: RateLimitItemPerMinute, of: str) -> bool:
        return self._here.hit(item, of) and self._ask(self._others.hit, item, of)

    def test(self, item: RateLimitItemPerMinute, of: str) -> bool:
        return self._here.test(item, of) and self._ask(self._others.test, item, of)

    def _ask(
        self, ask: Callable[[RateLimitItemPerMinute, str], bool], item: RateLimitItemPerMinute, of: str
    ) -> bool:
        if time.monotonic() < self._asks_at:
            return True
        try:
            return ask(item, of)
        except (StorageError, SQLAlchemyError) as error:
            self._asks_at = time.monotonic() + RESTS
            _log.warning("tries to sign in are counted by this process alone", error=str(error))
            return True


def _counter() -> _Together:
    """Made on first use, for it has a timer, which must not be begun before a worker is forked."""
    found: _Together | None = current_app.extensions.get("sign_in_tries")
    if found is None:
        found = current_app.extensions["sign_in_tries"] = _Together(_others())
    return found


def _others() -> _Counter:
    settings: Settings = current_app.config["SETTINGS"]
    if settings.bus == POSTGRESQL_BUS:
        return _Table()
    bus: RedisBus = current_app.extensions["bus"]
    storage = RedisStorage(
        settings.bus,
        connection_pool=bus.pool("sign-ins"),
        key_prefix=f"{bus.house}:tries",
        wrap_exceptions=True,
    )
    return FixedWindowRateLimiter(storage)


def may_try(email: str, address: str) -> bool:
    """Whether a try to sign in with this e-mail from this network address is still allowed; counts it.

    Before the password is looked at, right or wrong: many tries at once must not slip through together.
    """
    return _counter().test(_FAILURES, address) and _counter().hit(_TRIES, email[:200])


def failed(address: str) -> None:
    """Count a wrong password from this network address."""
    _counter().hit(_FAILURES, address)


def may_try_pin(tablet_id: uuid.UUID) -> bool:
    """Whether another PIN may be tried on this tablet, whoever's; counts it."""
    return _counter().hit(_PINS, str(tablet_id))
