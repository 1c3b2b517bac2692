"""Jobs are run: each lane in its order, few of a destination at once, again where one failed or was left."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Callable

import pytest
from flask import Flask

from ordertrack.database.session import db, tenant_context
from ordertrack.following import doing, jobs, taking
from ordertrack.following.jobs import Again, Done, Failed, Job, Outcome, Recorded
from ordertrack.following.models import State
from ordertrack.webhooks import deliveries, endpoints
from support.cast import House
from support.server import wait_for


def test_a_lane_is_done_in_the_order_in_which_it_was_added_and_one_that_fails_holds_up_its_lane_only(
    cedar: House, kind: str, add: Callable[..., int], following: Callable[..., object]
) -> None:
    done: list[tuple[str, int]] = []
    failures = {"b": 3}

    def work(job: Job) -> Outcome:
        if failures.get(job.lane, 0):
            failures[job.lane] -= 1
            return Again(0.05, "not yet")
        done.append((job.lane, job.payload["n"]))
        return Done()

    jobs.register(kind, work)
    for n in range(5):
        add(cedar, "a", payload={"n": n})
        add(cedar, "b", payload={"n": n})
    following()
    wait_for(lambda: len(done) == 10, "all to be done")
    for lane in ("a", "b"):
        assert [n for its, n in done if its == lane] == list(range(5))
    assert done[0][0] == "a" and done.index(("a", 4)) < done.index(("b", 4))


def test_a_destination_that_hangs_holds_up_nobody_else_and_has_only_so_many(
    cedar: House, rival: House, kind: str, add: Callable[..., int], following: Callable[..., object]
) -> None:
    released = threading.Event()
    hanging: list[int] = []
    done: list[int] = []

    def work(job: Job) -> Outcome:
        if job.destination == "hangs":
            hanging.append(job.id)
            released.wait(20)
        else:
            done.append(job.id)
        return Done()

    jobs.register(kind, work)
    for n in range(30):
        add(cedar, f"h{n}", "hangs")
    others = [add(house, f"o{n}", "answers") for house in (cedar, rival) for n in range(20)]
    following()
    wait_for(lambda: sorted(done) == sorted(others), "all others to be done")
    assert len(hanging) == taking.AT_ONCE
    released.set()
    wait_for(lambda: len(hanging) == 30, "those that hung to be done in the end")


def test_what_is_due_later_is_done_then_and_what_failed_for_good_lets_its_lane_go_on(
    cedar: House, kind: str, add: Callable[..., int], following: Callable[..., object],
    latest: Callable[[House], list[Job]],
) -> None:  # fmt: skip
    began: dict[int, dt.datetime] = {}

    def work(job: Job) -> Outcome:
        began[job.id] = dt.datetime.now(dt.UTC)
        return Failed("no") if job.payload else Done("yes")

    jobs.register(kind, work)
    due = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    later = add(cedar, "later", due_at=due)
    add(cedar, "lane", payload={"fails": True})
    add(cedar, "lane")
    following()
    wait_for(lambda: len(began) == 3, "all to be run")
    assert began[later] >= due
    wait_for(lambda: all(job.state.is_end for job in latest(cedar)), "all to have ended")
    assert [(job.state, job.note, job.tries) for job in latest(cedar)] == [
        (State.DONE, "yes", 1),
        (State.FAILED, "no", 1),
        (State.DONE, "yes", 1),
    ]


def test_what_nobody_runs_any_more_is_run_again_unless_it_may_be_done_once_only(
    app: Flask, cedar: House, kind: str, add: Callable[..., int], following: Callable[..., object],
    latest: Callable[[House], list[Job]],
) -> None:  # fmt: skip
    once = f"{kind}-once"
    ran: list[str] = []

    def work(job: Job) -> Outcome:
        ran.append(job.lane)
        return Done()

    jobs.register(kind, work)
    jobs.register(once, work, once=True)
    add(cedar, "again")
    add(cedar, "once", kind=once)
    add(cedar, "once", kind=once)
    with tenant_context(app, cedar.tenant_id):
        taken = taking.take(cedar.tenant_id, uuid.uuid4(), {}, 10).jobs  # by a process that died
    assert [job.lane for job in taken] == ["again", "once"]
    following()
    wait_for(lambda: sorted(ran) == ["again", "once"], "one of each lane to be run")
    (again,) = wait_for(lambda: [job for job in latest(cedar) if job.state == State.DONE], "its end")
    assert again.tries == 2
    with tenant_context(app, cedar.tenant_id):
        first = jobs.latest(db.session.connection(), cedar.tenant_id, once)[-1]
    assert first.state == State.UNKNOWN and "may have been done" in (first.note or "")


def test_what_raises_is_tried_again_and_what_it_wrote_is_not_kept(
    cedar: House, kind: str, add: Callable[..., int], following: Callable[..., object],
    latest: Callable[[House], list[Job]], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(doing, "_AFTER_ERROR", (0.05,))
    other = f"{kind}-other"

    def work(job: Job) -> Outcome:
        jobs.add(db.session.connection(), job.tenant_id, other, f"of-{job.tries}", "x", {})
        if job.tries == 1:
            raise KeyError("of its own")
        return Done()

    jobs.register(kind, work)
    ran: list[str] = []
    jobs.register(other, lambda job: ran.append(job.lane) or Done())  # type: ignore[func-returns-value]
    add(cedar, "lane")
    following()
    wait_for(lambda: ran == ["of-2"], "what the second try added")
    assert [(job.state, job.tries) for job in latest(cedar)] == [(State.DONE, 2)]


def test_what_is_dropped_does_not_run_and_what_is_hurried_runs_now(
    app: Flask, cedar: House, kind: str, add: Callable[..., int], following: Callable[..., object],
    states: Callable[[House], list[State]],
) -> None:  # fmt: skip
    tried: list[str] = []

    def work(job: Job) -> Outcome:
        tried.append(job.lane)
        return Again(3600) if job.tries == 1 else Done()

    jobs.register(kind, work)
    for lane in ("a", "a", "b"):
        add(cedar, lane, "hurried" if lane == "b" else "dropped")
    following()
    wait_for(lambda: sorted(tried) == ["a", "b"], "the first of each lane to be tried")
    wait_for(lambda: states(cedar).count(State.WAITING) == 2, "what became of them")
    with tenant_context(app, cedar.tenant_id):
        connection = db.session.connection()
        assert jobs.drop(connection, cedar.tenant_id, "dropped", "not wanted") == 2
        assert jobs.hurry(connection, cedar.tenant_id, "hurried") == 1
        db.session.commit()
    wait_for(lambda: tried[-1:] == ["b"] and len(tried) == 3, "the one that was hurried")
    wait_for(lambda: states(cedar) == [State.FAILED, State.FAILED, State.DONE], "the ends")


def test_many_who_add_and_end_at_once_leave_no_lane_behind(
    app: Flask, cedar: House, kind: str, add: Callable[..., int], following: Callable[..., object],
    states: Callable[[House], list[State]],
) -> None:  # fmt: skip
    order: dict[str, list[int]] = {}

    def work(job: Job) -> Outcome:
        order.setdefault(job.lane, []).append(job.id)
        return Done()

    jobs.register(kind, work)
    following()

    def add_many() -> None:
        for n in range(40):
            add(cedar, f"lane-{n % 3}")

    adding = [threading.Thread(target=add_many) for _ in range(3)]
    for each in adding:
        each.start()
    for each in adding:
        each.join()
    wait_for(lambda: states(cedar).count(State.DONE) == 120, "all to be done", patience=30)
    assert all(numbers == sorted(numbers) for numbers in order.values())


def test_who_takes_jobs_waits_for_nobody_who_adds_behind_one(
    app: Flask, cedar: House, kind: str, add: Callable[..., int]
) -> None:
    """Else they could wait for each other, for what just ended is written in the same transaction."""
    jobs.register(kind, lambda _job: Done())
    for lane in ("a", "b"):
        add(cedar, lane)
    with tenant_context(app, cedar.tenant_id):
        jobs.add(db.session.connection(), cedar.tenant_id, kind, "a", "there", {})
        with tenant_context(app, cedar.tenant_id):
            taken, due = taking.take(cedar.tenant_id, uuid.uuid4(), {}, 10)
        assert [job.lane for job in taken] == ["b"] and due is not None
        db.session.rollback()
        assert [job.lane for job in taking.take(cedar.tenant_id, uuid.uuid4(), {}, 10).jobs] == ["a"]


def test_what_jobs_say_is_kept_before_they_end_and_what_cannot_be_kept_holds_up_none_of_the_others(
    app: Flask, cedar: House, kind: str, add: Callable[..., int], following: Callable[..., object],
    states: Callable[[House], list[State]],
) -> None:  # fmt: skip
    with tenant_context(app, cedar.tenant_id):
        told = endpoints.make(cedar.maya.principal, "https://shop.example/hook").endpoint.id
    tried = {
        "endpoint_id": told,
        "order_id": told,
        "kind": "test",
        "milliseconds": 3,
        "tries": 1,
        "status": 204,
    }

    def work(job: Job) -> Outcome | Recorded:
        number = job.payload["n"]
        return Recorded(Done(), {**tried, "seq": number if number != 3 else "no number"})

    jobs.register(kind, work, keep=deliveries.KEEP)
    for n in range(8):
        add(cedar, f"lane-{n}", f"there-{n}", payload={"n": n})
    following()
    wait_for(lambda: states(cedar) == [State.DONE] * 8, "all to be done")
    with tenant_context(app, cedar.tenant_id):
        kept = [each.seq for each in deliveries.latest(cedar.tenant_id, told)]
    assert sorted(kept) == [0, 1, 2, 4, 5, 6, 7]


def test_it_ends_soon_also_where_somebody_hangs(
    cedar: House, kind: str, add: Callable[..., int], following: Callable[[], Callable[[], None]]
) -> None:
    hangs, released = threading.Event(), threading.Event()

    def work(job: Job) -> Outcome:
        hangs.set()
        released.wait(30)
        return Done()

    jobs.register(kind, work)
    add(cedar, "lane")
    end = following()
    assert hangs.wait(10)
    began = time.monotonic()
    end()
    assert time.monotonic() - began < 5
    released.set()
