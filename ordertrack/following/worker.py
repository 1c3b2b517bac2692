"""What follows every tenant's log and has jobs run, beside the workers: one a database."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Callable
from math import inf

import psycopg
import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError

from ordertrack.background.worker import TenantWorker
from ordertrack.database.channels import EVENTS_CHANNEL, JOBS_CHANNEL
from ordertrack.database.session import tenant_context
from ordertrack.following import followers, jobs, positions
from ordertrack.following.followers import Follower
from ordertrack.following.periodic import Rounds
from ordertrack.following.runner import Runner
from ordertrack.monitoring import metrics

LOCK = 7226871357
_GATHERS = 0.25  # seconds, so that many entries are followed together
_LISTENS_AGAIN = 0.1  # seconds, whatever lies behind
_ASKS_EVERY = 60.0  # seconds in which a follower does not ask again whether it concerns a tenant
# Seconds until one that failed in a tenant is asked again there, longer each time.
_AFTER_FAILING = (1.0, 5.0, 30.0, 60.0)
_log = structlog.get_logger(__name__)


class _Due:
    """When a follower is to go on in a tenant, and what it has behind it there."""

    def __init__(self, at: float) -> None:
        self.at = at
        self.is_heard = False
        self.failed = 0
        self.behind_since: float | None = None


class Following(TenantWorker):
    """Has each follower make jobs of what is new in each log; a thread beside it runs them.

    A follower that fails in a tenant holds up itself there, and nothing else. What was heard of comes before
    what a look finds: after a start, thousands of tenants that lie behind hold up nobody who is at work.
    """

    name = "follower"
    channels = (EVENTS_CHANNEL, JOBS_CHANNEL)
    hears_every = 0.1

    def __init__(self, app: Flask, goes_on: Callable[[], bool]) -> None:
        super().__init__(app, goes_on)
        self._runner = Runner(app, lambda: self._runs and goes_on())
        self._running = threading.Thread(target=self._runner.run, name="jobs")
        self._runs = True
        self._rounds = Rounds(app)
        self._due: dict[tuple[uuid.UUID, str], _Due] = {}
        self._resting: dict[tuple[uuid.UUID, str], float] = {}  # until when
        self._places: dict[tuple[uuid.UUID, str], tuple[int, float]] = {}  # of those it concerns, until when
        self._is_known = False

    def run(self) -> None:
        self._running.start()
        try:
            super().run()
        finally:
            self._runs = False
            self._running.join()

    def hear(self, channel: str, tenant_id: uuid.UUID, more: str) -> None:
        if channel == JOBS_CHANNEL:
            self._runner.wake(tenant_id)
            for follower in followers.registered() if not more else ():
                self._resting.pop((tenant_id, follower.name), None)
            return
        for follower in followers.registered():
            self._expect(tenant_id, follower.name, _GATHERS, is_heard=True)

    def look(self) -> None:
        names = [follower.name for follower in followers.registered()]
        with self.app.app_context():
            if not self._is_known:
                positions.know(names)
                self._is_known = True
            heads = positions.heads()
        for head in heads:
            for name in head.behind(names):
                self._expect(head.tenant_id, name)
        self._runner.look()

    def work(self) -> None:
        if not self._running.is_alive():
            raise RuntimeError("nobody runs jobs any more")  # all of this is started again
        registered = {follower.name: follower for follower in followers.registered()}
        until = time.monotonic() + _LISTENS_AGAIN
        for (tenant_id, name), due in self._due_now():
            self._follow(tenant_id, registered[name], due)
            if time.monotonic() > until:
                break
        self._rounds.begin_due()
        self._tell_lag()

    def seconds_until_due(self) -> float:
        first = min((due.at for due in self._due.values()), default=inf)
        return min(first - time.monotonic(), max(self._rounds.seconds_until_due(), 0.001))

    def _expect(self, tenant_id: uuid.UUID, name: str, wait: float = 0.0, is_heard: bool = False) -> None:
        key, now = (tenant_id, name), time.monotonic()
        if self._resting.get(key, 0.0) > now:
            return
        due = self._due.setdefault(key, _Due(now + wait))
        due.is_heard = due.is_heard or is_heard

    def _due_now(self) -> list[tuple[tuple[uuid.UUID, str], _Due]]:
        now = time.monotonic()
        due = [(key, each) for key, each in self._due.items() if each.at <= now]
        return sorted(due, key=lambda each: (not each[1].is_heard, each[1].at))

    def _follow(self, tenant_id: uuid.UUID, follower: Follower, due: _Due) -> None:
        """Give it a page; what is left comes when the other tenants have had theirs."""
        key = (tenant_id, follower.name)
        after, until = self._places.pop(key, (None, 0.0))
        now = time.monotonic()
        try:
            with tenant_context(self.app, tenant_id):
                jobs.are_looked_for()
                followed = positions.follow(tenant_id, follower, after if now < until else None)
        except (psycopg.Error, DBAPIError) as error:
            if getattr(error, "connection_invalidated", False):
                raise
            self._put_off(tenant_id, follower, due)
        except Exception:
            self._put_off(tenant_id, follower, due)
        else:
            due.failed = 0
            due.behind_since = followed.newest.timestamp() if followed.is_more and followed.newest else None
            if followed.newest is not None:
                delay = (dt.datetime.now(dt.UTC) - followed.newest).total_seconds()
                metrics.follower_delay.labels(follower.name).observe(max(delay, 0.0))
                self._runner.wake(tenant_id)
            due.at = time.monotonic()
            if not followed.is_more:
                self._due.pop(key, None)
            if followed.place is None:
                self._resting[key] = now + _ASKS_EVERY
            else:
                self._places[key] = followed.place, until if now < until else now + _ASKS_EVERY

    def _put_off(self, tenant_id: uuid.UUID, follower: Follower, due: _Due) -> None:
        _log.exception("a follower failed", follower=follower.name, tenant=str(tenant_id))
        due.behind_since = due.behind_since or time.time()
        due.at = time.monotonic() + _AFTER_FAILING[min(due.failed, len(_AFTER_FAILING) - 1)]
        due.failed += 1

    def _tell_lag(self) -> None:
        lags = dict.fromkeys((follower.name for follower in followers.registered()), 0.0)
        now = time.time()
        for (_, name), due in self._due.items():
            if due.behind_since is not None:
                lags[name] = max(lags.get(name, 0.0), now - due.behind_since)
        for name, lag in lags.items():
            metrics.follower_lag.labels(name).set(lag)
        metrics.followed_at.set(now)
