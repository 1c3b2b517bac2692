"""What the process beside the workers does for channels, done at once: follow the log, run the jobs."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from ordertrack.channels import telling, tending
from ordertrack.database.session import db, tenant_context
from ordertrack.following import jobs, positions, taking
from ordertrack.following.followers import Follower
from ordertrack.following.jobs import Job, Outcome
from support.cast import House

_FOLLOWER = Follower("channels", telling.follow)
_WORK = {telling.TELL: telling.tell, telling.TEST: telling.test, tending.ASK: tending.work}


def follow(app: Flask, house: House) -> None:
    """Have the follower see what is new in the house's log."""
    with tenant_context(app, house.tenant_id):
        positions.know([_FOLLOWER.name])
    with tenant_context(app, house.tenant_id):
        # From the first entry on, also where the house is older than the first test that followed.
        begin = text(
            "INSERT INTO follower_positions (tenant_id, follower, seq) VALUES (:tenant, :name, 0)"
            " ON CONFLICT DO NOTHING"
        )
        db.session.execute(begin, {"tenant": house.tenant_id, "name": _FOLLOWER.name})
        db.session.commit()
    with tenant_context(app, house.tenant_id):
        while positions.follow(house.tenant_id, _FOLLOWER).is_more:
            pass


def waiting(app: Flask, house: House) -> list[Job]:
    """The jobs that have not ended, in the order in which they were added."""
    with tenant_context(app, house.tenant_id):
        connection = db.session.connection()
        found = [job for kind in _WORK for job in jobs.latest(connection, house.tenant_id, kind)]
        return sorted((job for job in found if job.ended_at is None), key=lambda job: job.id)


def work(app: Flask, house: House) -> list[Outcome]:
    """Do each of them once, whatever time it is due at; what became of each."""
    done = []
    for job in waiting(app, house):
        with tenant_context(app, house.tenant_id):
            outcome = _WORK[job.kind](job)
            end = text("UPDATE jobs SET state = 'done', ended_at = clock_timestamp() WHERE id = :id")
            if taking.state_after(outcome).value != "waiting":
                db.session.execute(end, {"id": job.id})
            db.session.commit()
            done.append(outcome)
    return done
