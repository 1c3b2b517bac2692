"""What runs the jobs that are due: many at once, few of one destination, fewer where it is slow to answer.

A destination that hangs holds its jobs up and nobody else's: it has one thread, and all that hang have half
of them at most. What ended is written down together, in the call that takes what comes next.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import TypeAlias

import psycopg
import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from ordertrack.database.session import tenant_context
from ordertrack.following import doing, jobs, taking
from ordertrack.following.doing import AFTER_TROUBLE
from ordertrack.following.hands import Hands
from ordertrack.following.jobs import Job
from ordertrack.following.taking import Ended, Taken

MOST_AT_ONCE = 64
# Seconds.
SLOW = 2.0
_RESTS = 0.05  # so that what ends together is followed by what begins together
_LEAVES_WITHIN = 1.0
_LEAVES_ONCE_WITHIN = 8.0  # what may not be done twice had better end
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
        self._over: dict[uuid.UUID, list[Ended]] = {}
        self._numbers = count()
        self._hands = Hands("job")
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
                    self._turn(tenant_id, len(tenants))
            except (psycopg.Error, DBAPIError) as error:
                _log.warning("jobs cannot be taken", error=str(error))
                for tenant_id in tenants:
                    self.wake(tenant_id, time.time() + AFTER_TROUBLE)
                time.sleep(AFTER_TROUBLE)
            time.sleep(_RESTS)
        self._leave()

    def _wait(self) -> list[uuid.UUID]:
        """The tenants of which something is due, once there are any and there is room; taken in turns."""
        with self._changed:
            now = time.time()
            is_full = len(self._held) >= MOST_AT_ONCE
            due = [
                each for each in self._order if self._due[each] <= now and (not is_full or each in self._over)
            ]
            if not due:
                first = min(self._due.values(), default=now + 0.5)
                wait = 0.5 if is_full else first - now
                self._changed.wait(min(max(wait, 0.001), 0.5))
                return []
            for tenant_id in due:
                del self._due[tenant_id]
                self._order.remove(tenant_id)
            return due

    def _turn(self, tenant_id: uuid.UUID, among: int) -> None:
        """Write down what ended of a tenant, and begin what comes next; with `among` 0 nothing does."""
        with self._changed:
            room = MOST_AT_ONCE - len(self._held) if among else 0
        with self._taking, tenant_context(self._app, tenant_id):
            with self._changed:
                over = self._over.pop(tenant_id, [])
            try:
                taken, next_at = self._take(tenant_id, over, max(room // among, 1) if room > 0 else 0)
            except Exception:
                with self._changed:
                    self._over[tenant_id] = [*over, *self._over.get(tenant_id, [])]
                raise
            begun = [(next(self._numbers), job) for job in taken]
            with self._changed:
                self._held.update(begun)
        for number, job in begun:
            self._hands.do(partial(self._run, number, job))
        if next_at is not None:
            self.wake(tenant_id, next_at.timestamp())

    def _take(self, tenant_id: uuid.UUID, over: list[Ended], limit: int) -> Taken:
        """What one said that cannot be kept holds up none of the others."""
        try:
            return taking.take(tenant_id, self._taker, self._rooms(tenant_id), limit, over)
        except (OperationalError, InterfaceError):
            raise
        except DBAPIError:
            for each in over:
                try:
                    taking.keep(tenant_id, each)
                except (OperationalError, InterfaceError):
                    raise
                except DBAPIError:
                    _log.exception("what a job said cannot be kept", kind=each.job.kind, job=each.job.id)
                each.record = None
            return taking.take(tenant_id, self._taker, self._rooms(tenant_id), limit, over)

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
        over = None
        try:
            over = doing.do(self._app, self._taker, job)
        except Exception:
            _log.exception("what became of a job could not be kept", kind=job.kind, job=job.id)
        finally:
            self._let_go(number, time.monotonic() - began, over)

    def _let_go(self, number: int, seconds: float, over: Ended | None) -> None:
        with self._changed:
            job = self._held.pop(number)
            if over is not None:
                self._over.setdefault(job.tenant_id, []).append(over)
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
            return [*self._held.values(), *(each.job for over in self._over.values() for each in over)]

    def _leave(self) -> None:
        began = time.monotonic()
        while True:
            self._write_over()
            if not (held := self._jobs_held()):
                break
            once = set(jobs.kinds_done_once())
            is_once = any(job.kind in once for job in held)
            patience = _LEAVES_ONCE_WITHIN if is_once else _LEAVES_WITHIN
            if time.monotonic() - began > patience:
                break
            time.sleep(0.05)
        self._hands.end()

    def _write_over(self) -> None:
        with self._changed:
            tenants = list(self._over)
        try:
            for tenant_id in tenants:
                self._turn(tenant_id, 0)
        except (psycopg.Error, DBAPIError) as error:
            _log.warning("what became of jobs cannot be written", error=str(error))
