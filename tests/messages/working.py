"""The follower and the jobs of one house, one step after the other, by the code that runs them."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import AbstractContextManager

from flask import Flask
from sqlalchemy import select, text

from ordertrack.database.session import db, tenant_context
from ordertrack.following import jobs, positions, taking
from ordertrack.following.followers import Follower
from ordertrack.following.jobs import Job, Outcome
from ordertrack.messages import follower, register
from ordertrack.messages.models import GuestMessage, State
from support.cast import House

_MESSAGES = Follower("messages", follower.follow)
_HURRY = text("""
    UPDATE jobs SET due_at = clock_timestamp()
     WHERE tenant_id = :tenant_id AND state = 'waiting'
       AND (due_at < clock_timestamp() + interval '10 seconds' OR :all)
""")


class Working:
    def __init__(self, app: Flask, house: House) -> None:
        register.register_work()
        self._app = app
        self._house = house
        self.taker = uuid.uuid4()

    def inside(self) -> AbstractContextManager[None]:
        """A context in the tenant."""
        return tenant_context(self._app, self._house.tenant_id)

    def follow(self) -> None:
        """All of the log there is."""
        with self.inside():
            positions.know(["messages"])
            while positions.follow(self._house.tenant_id, _MESSAGES).is_more:
                pass

    def take(self, *, later_too: bool = False) -> list[Job]:
        """What is due, or nearly is, begins; with `later_too` whatever its moment is."""
        with self.inside():
            db.session.execute(_HURRY, {"tenant_id": self._house.tenant_id, "all": later_too})
            db.session.commit()
            return taking.take(self._house.tenant_id, self.taker, {}, 64).jobs

    def do(self, job: Job) -> Outcome:
        with self.inside():
            kind = jobs.kind_of(job.kind)
            assert kind is not None
            outcome = kind.work(job)
            taking.end(job, self.taker, outcome)
            db.session.commit()
            return outcome

    def all_of_it(self, *, later_too: bool = False) -> list[Outcome]:
        """Follow, and do what is due until nothing is."""
        done: list[Outcome] = []
        self.follow()
        for _round in range(20):
            taken = self.take(later_too=later_too)
            if not taken:
                return done
            done += [self.do(job) for job in taken]
        return done

    def messages(self) -> dict[str, GuestMessage]:
        """By kind, what became of them."""
        with self.inside():
            query = select(GuestMessage).where(GuestMessage.tenant_id == self._house.tenant_id)
            return {row.kind.value: row for row in db.session.scalars(query)}

    def states(self) -> dict[str, State]:
        return {kind: row.state for kind, row in self.messages().items()}

    def ago(self, by: dt.timedelta) -> None:
        """As if all that is to be told had happened so long before."""
        with self.inside():
            moved = text("UPDATE guest_messages SET since = since - :by WHERE tenant_id = :tenant_id")
            db.session.execute(moved, {"by": by, "tenant_id": self._house.tenant_id})
            db.session.commit()
