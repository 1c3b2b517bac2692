"""What runs the jobs that are due: many at once, few of one destination, fewer where it is slow to answer.

A destination that hangs holds its jobs up and nobody else's: it has one thread, and all that hang have half
of them at most.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from itertools import count
from typing import TypeAlias

import psycopg
import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError

from ordertrack.database.session import db, is_in_transaction, tenant_context
from ordertrack.following import jobs, taking
from ordertrack.following.jobs import Again, Failed, Job, Outcome, Unknown
from ordertrack.monitoring import metrics

MOST_AT_ONCE = 64
# Seconds.
SLOW = 2.0
_RESTS = 0.02  # so that what ends together is followed by what begins together
_AFTER_TROUBLE = 1.0
_LEAVES_WITHIN = 1.0
_LEAVES_ONCE_WITHIN = 8.0  # what may not be done twice had better end
_AFTER_ERROR = (10.0, 60.0, 300.0, 1800.0, 3600.0)
_ENDS_TRIED = 5
_log = structlog.get_logger(__name__)

Place: TypeAlias = tuple[uuid.UUID, str]
"""A tenant's destination."""


class Runner:
    """One for a process; `goes_on` is asked twice a second."""

    def __init__(self, app: Flask, goes_on: Callable[[], bool]) -> None:
        self._app = app
        self._goes_on = goes_on
        self._taker = uuid.uuid4()
        self._changed = threading.Condition()
        self._due: dict[uuid.UUID, float] = {}  # by time.time()
        self._order: deque[uuid.UUID] = deque()
        self._held: dict[int, Job] = {}
        self._numbers = count()
        self._taking = threading.Lock()  # so that nothing that was just taken looks left behind
        self._slow: set[Place] = set()

    def wake(self, tenant_id: uuid.UUID, at: float = 0.0) -> None:
        """Jobs of this tenant are due, now or at a moment."""
        with self._changed:
            if tenant_id not in self._due:
                self._order.append(tenant_id)
            self._due[tenant_id] = min(self._due.get(tenant_id, at), at)
            self._changed.notify()

    def look(self) -> None:
        """Ask for all tenants of which jobs wait, and take up what nobody runs any more."""
        with self._app.app_context():
            found = taking.waiting()
        for each in found:
            if each.are_under_way:
                with self._taking, tenant_context(self._app, each.tenant_id):
                    held = [job.id for job in self._jobs_held() if job.tenant_id == each.tenant_id]
                    if taken_up := taking.take_up(each.tenant_id, self._taker, held):
                        _log.warning("jobs under way were left behind", jobs=taken_up)
                self.wake(each.tenant_id)
            elif each.at is not None:
                self.wake(each.tenant_id, each.at.timestamp())

    def run(self) -> None:
        """Until `goes_on` says no; then what is under way has a moment to end."""
        while self._goes_on():
            tenants = self._wait()
            try:
                for tenant_id in tenants:
                    self._take(tenant_id, len(tenants))
            except (psycopg.Error, DBAPIError) as error:
                _log.warning("jobs cannot be taken", error=str(error))
                for tenant_id in tenants:
                    self.wake(tenant_id, time.time() + _AFTER_TROUBLE)
                time.sleep(_AFTER_TROUBLE)
            time.sleep(_RESTS)
        self._leave()

    def _wait(self) -> list[uuid.UUID]:
        """The tenants of which something is due, once there are any and there is room; taken in turns."""
        with self._changed:
            now = time.time()
            due = [each for each in self._order if self._due[each] <= now]
            if not due or len(self._held) >= MOST_AT_ONCE:
                first = min(self._due.values(), default=now + 0.5)
                wait = 0.5 if len(self._held) >= MOST_AT_ONCE else first - now
                self._changed.wait(min(max(wait, 0.001), 0.5))
                return []
            for tenant_id in due:
                del self._due[tenant_id]
                self._order.remove(tenant_id)
            return due

    def _take(self, tenant_id: uuid.UUID, among: int) -> None:
        with self._changed:
            room = MOST_AT_ONCE - len(self._held)
        limit = max(room // among, 1)
        if room <= 0:
            self.wake(tenant_id)
            return
        with self._taking, tenant_context(self._app, tenant_id):
            taken, next_at = taking.take(tenant_id, self._taker, self._rooms(tenant_id), limit)
            begun = [(next(self._numbers), job) for job in taken]
            with self._changed:
                self._held.update(begun)
        for number, job in begun:
            threading.Thread(target=self._run, args=(number, job), name=job.kind, daemon=True).start()
        if next_at is not None:
            self.wake(tenant_id, next_at.timestamp())

    def _rooms(self, tenant_id: uuid.UUID) -> dict[str, int]:
        with self._changed:
            held = Counter((job.tenant_id, job.destination) for job in self._held.values())
            slow = sum(count for place, count in held.items() if place in self._slow)
            most_slow = 1 if slow < MOST_AT_ONCE // 2 else 0
            places = {*held, *self._slow}
            return {
                place[1]: (most_slow if place in self._slow else taking.AT_ONCE) - held[place]
                for place in places
                if place[0] == tenant_id
            }

    def _run(self, number: int, job: Job) -> None:
        began = time.monotonic()
        try:
            outcome = self._do(job)
            metrics.jobs_ended.labels(job.kind, taking.state_after(outcome).value).inc()
        except Exception:
            _log.exception("what became of a job could not be kept", kind=job.kind, job=job.id)
        finally:
            self._let_go(number, time.monotonic() - began)

    def _do(self, job: Job) -> Outcome:
        """Run it, and write down what became of it; what cannot be written now is soon."""
        with tenant_context(self._app, job.tenant_id):
            try:
                outcome = self._work(job)
                taking.end(job, self._taker, outcome)
                if is_in_transaction():  # else it was committed by itself
                    db.session.commit()
                return outcome
            except (psycopg.Error, DBAPIError) as error:
                db.session.rollback()
                _log.warning("a job lost its database", kind=job.kind, job=job.id, error=str(error))
        lost: Outcome = Again(_AFTER_TROUBLE, "The database was away.")
        if jobs.kind_of(job.kind).once:
            lost = Unknown("The database was away: it may have been done.")
        self._end_later(job, lost)
        return lost

    def _work(self, job: Job) -> Outcome:
        kind = jobs.kind_of(job.kind)
        try:
            return kind.work(job)
        except (psycopg.Error, DBAPIError):
            raise
        except Exception as error:
            db.session.rollback()
            _log.exception("a job failed", kind=job.kind, job=job.id, tries=job.tries)
            said = f"It failed: {type(error).__name__}."
            if kind.once:
                return Unknown(said)
            if job.tries > len(_AFTER_ERROR):
                return Failed(said)
            return Again(_AFTER_ERROR[job.tries - 1], said)

    def _end_later(self, job: Job, outcome: Outcome) -> None:
        for pause in range(_ENDS_TRIED):
            time.sleep(pause)
            try:
                with tenant_context(self._app, job.tenant_id):
                    taking.end(job, self._taker, outcome)
                return
            except (psycopg.Error, DBAPIError):
                continue
        # The next look finds that nobody holds it.

    def _let_go(self, number: int, seconds: float) -> None:
        with self._changed:
            job = self._held.pop(number)
            place = (job.tenant_id, job.destination)
            tenants = {job.tenant_id}
            if place in self._slow:  # another that is slow may have its room
                tenants |= {tenant_id for tenant_id, _ in self._slow}
            if seconds >= SLOW:
                self._slow.add(place)
            else:
                self._slow.discard(place)
        for tenant_id in tenants:
            self.wake(tenant_id)

    def _jobs_held(self) -> list[Job]:
        with self._changed:
            return list(self._held.values())

    def _leave(self) -> None:
        began = time.monotonic()
        while self._held:
            once = set(jobs.kinds_done_once())
            is_once = any(job.kind in once for job in self._jobs_held())
            patience = _LEAVES_ONCE_WITHIN if is_once else _LEAVES_WITHIN
            if time.monotonic() - began > patience:
                return
            time.sleep(0.05)
