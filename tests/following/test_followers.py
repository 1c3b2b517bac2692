"""Followers: each gets every entry once and in order, and what it makes of them is kept with its place."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from ordertrack.background import worker as background
from ordertrack.database.channels import JOBS_CHANNEL, notify
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.following import followers, jobs, positions, worker
from ordertrack.following.followers import Entries, Follower
from ordertrack.following.jobs import Job
from ordertrack.orders.log import event_log
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.following import pass_over
from support.server import wait_for

CONFIRMED, PREPARING = OrderStatus.CONFIRMED, OrderStatus.PREPARING


@pytest.fixture
def known(app: Flask, cedar: House, settings: Settings) -> Callable[[], str]:
    """A follower that is older than what happens in the test, and has nothing to do elsewhere."""

    def make() -> str:
        made = f"follower-{uuid.uuid4()}"
        with app.app_context():
            positions.know([made])
        pass_over(settings, besides=cedar.tenant_id)
        return made

    return make


@pytest.fixture
def name(known: Callable[[], str]) -> str:
    return known()


def seqs_of(app: Flask, house: House) -> list[int]:
    with tenant_context(app, house.tenant_id):
        return [each.cursor.seq for each in event_log.log_after(house.tenant_id, 0, 1000)]


def test_each_entry_comes_once_and_in_order_also_of_a_company_that_is_younger(
    app: Flask, cedar: House, name: str, make_house: Callable[..., House], place: Callable[..., uuid.UUID],
    bring: Callable[..., None], following: Callable[..., object],
) -> None:  # fmt: skip
    got: dict[uuid.UUID, list[int]] = {}

    def follow(_connection: Connection, tenant_id: uuid.UUID, entries: Entries) -> None:
        got.setdefault(tenant_id, []).extend(each.cursor.seq for each in entries)

    followers.register(Follower(name, follow))
    order = place(cedar)
    young = make_house("Young", ("hamra",))
    following()
    bring(cedar, order, CONFIRMED)
    place(young)
    bring(cedar, order, PREPARING)
    for house in (cedar, young):
        wait_for(lambda house=house: got.get(house.tenant_id) == seqs_of(app, house), "all entries")


def test_what_it_wrote_goes_with_its_place_where_it_fails(
    app: Flask, cedar: House, name: str, known: Callable[[], str], kind: str, place: Callable[..., uuid.UUID],
    following: Callable[..., object], latest: Callable[[House], list[Job]], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(worker, "_AFTER_FAILING", (0.05,))
    tries = 0

    def follow(connection: Connection, tenant_id: uuid.UUID, entries: Entries) -> None:
        nonlocal tries
        tries += tenant_id == cedar.tenant_id
        for each in entries:
            jobs.add(connection, tenant_id, kind, str(each.order_id), "x", {"seq": each.cursor.seq})
        if tenant_id == cedar.tenant_id and tries < 3:
            raise KeyError("of its own")

    def follow_well(_connection: Connection, tenant_id: uuid.UUID, entries: Entries) -> None:
        well.extend(each.cursor.seq for each in entries if tenant_id == cedar.tenant_id)

    well: list[int] = []
    other = known()
    followers.register(Follower(name, follow))
    followers.register(Follower(other, follow_well))
    place(cedar)
    place(cedar)
    following()
    wait_for(lambda: latest(cedar), "its jobs")
    assert [job.payload["seq"] for job in latest(cedar)] == seqs_of(app, cedar)
    assert tries == 3
    assert well == seqs_of(app, cedar), "another follower was not held up"


def test_of_a_company_that_it_does_not_concern_it_reads_nothing_until_it_does(
    app: Flask, cedar: House, name: str, known: Callable[[], str], place: Callable[..., uuid.UUID],
    following: Callable[..., object], add: Callable[..., int],
) -> None:  # fmt: skip
    concerned, asked = threading.Event(), threading.Event()
    got: list[int] = []

    def concerns(_connection: Connection, tenant_id: uuid.UUID) -> bool:
        if tenant_id == cedar.tenant_id:
            asked.set()
        return tenant_id == cedar.tenant_id and concerned.is_set()

    def follow(_connection: Connection, _tenant_id: uuid.UUID, entries: Entries) -> None:
        got.extend(each.cursor.seq for each in entries)

    def follow_all(_connection: Connection, tenant_id: uuid.UUID, entries: Entries) -> None:
        others.extend(each.cursor.seq for each in entries if tenant_id == cedar.tenant_id)

    others: list[int] = []
    other = known()
    followers.register(Follower(name, follow, concerns))
    followers.register(Follower(other, follow_all))  # it comes after the first
    place(cedar)
    following()
    assert asked.wait(20)

    def has_passed_over() -> bool:
        with tenant_context(app, cedar.tenant_id):
            query = text("SELECT seq FROM follower_positions WHERE follower = :name")
            return db.session.scalar(query, {"name": name}) == len(seqs_of(app, cedar))

    wait_for(has_passed_over, "its place in the log")
    asked.clear()
    add(cedar, "lane")
    place(cedar)
    wait_for(lambda: others == seqs_of(app, cedar), "another to have followed that")
    assert not asked.is_set(), "that a job was added is no reason to ask whom the log concerns"
    concerned.set()
    with tenant_context(app, cedar.tenant_id):
        notify(JOBS_CHANNEL, str(cedar.tenant_id))
        db.session.commit()
    place(cedar)
    wait_for(lambda: len(got) == 2, "what happened since then")
    assert got == seqs_of(app, cedar)[1:], "what was passed over is not read"


def test_of_a_company_that_is_older_it_gets_what_happens_from_then_on(
    app: Flask,
    cedar: House,
    settings: Settings,
    place: Callable[..., uuid.UUID],
    following: Callable[..., object],
) -> None:
    place(cedar)
    new = f"follower-{uuid.uuid4()}"
    pass_over(settings, [new], besides=cedar.tenant_id)
    got: list[int] = []
    followers.register(
        Follower(
            new,
            lambda _connection, tenant_id, entries: got.extend(
                each.cursor.seq for each in entries if tenant_id == cedar.tenant_id
            ),
        )
    )
    following()

    def is_placed() -> bool:
        with tenant_context(app, cedar.tenant_id):
            return bool(
                db.session.scalar(
                    text("SELECT true FROM follower_positions WHERE follower = :name"), {"name": new}
                )
            )

    wait_for(is_placed, "its place")
    place(cedar)
    wait_for(lambda: got, "the second order")
    assert got == seqs_of(app, cedar)[1:]


def test_what_is_heard_is_followed_when_it_is_due_and_not_when_nothing_more_is_heard(
    app: Flask, cedar: House, name: str, place: Callable[..., uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "_WAKES_EVERY", 60.0)
    got: list[int] = []

    def follow(_connection: Connection, _tenant_id: uuid.UUID, entries: Entries) -> None:
        got.extend(each.cursor.seq for each in entries)

    followers.register(Follower(name, follow, lambda _connection, tenant_id: tenant_id == cedar.tenant_id))
    place(cedar)
    stop = threading.Event()
    following = threading.Thread(target=worker.Following(app, lambda: not stop.is_set()).run)
    following.start()
    try:
        wait_for(lambda: got, "what was there")
        place(cedar)
        wait_for(lambda: len(got) == 2, "what happened then")
    finally:
        stop.set()
        place(cedar)  # it waits for something to hear
        following.join(20)
    assert got[:2] == seqs_of(app, cedar)[:2]


def test_after_a_start_what_happens_comes_before_what_lies_behind(
    cedar: House, name: str, place: Callable[..., uuid.UUID], make_house: Callable[..., House],
    following: Callable[..., object], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(worker, "_LISTENS_AGAIN", 0.0)
    monkeypatch.setattr(worker, "_GATHERS", 0.0)
    behind = [make_house("Behind", ("hamra",)) for _ in range(12)]
    for house in behind:
        place(house)
    is_under_way, has_happened = threading.Event(), threading.Event()
    came: list[uuid.UUID] = []

    def follow(_connection: Connection, tenant_id: uuid.UUID, _entries: Entries) -> None:
        came.append(tenant_id)
        is_under_way.set()
        assert has_happened.wait(20)

    theirs = {house.tenant_id for house in (cedar, *behind)}
    followers.register(Follower(name, follow, lambda _connection, tenant_id: tenant_id in theirs))
    following()
    assert is_under_way.wait(20)
    place(cedar)
    has_happened.set()
    wait_for(lambda: theirs <= set(came), "all of them")
    assert came.index(cedar.tenant_id) < 3
