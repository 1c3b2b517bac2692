"""A key that expires or is given another text ends when it is said to, with its streams, and not before."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from api.api_caller import Caller, an_order, assert_problem
from api.stream.frame_reader import FrameReader
from ordertrack import create_app
from ordertrack.database.session import db, tenant_context
from ordertrack.streams import sse
from ordertrack.tenants import accounts
from ordertrack.tenants.keys import api_keys, key_use, rotation
from ordertrack.tenants.models import ApiKey
from support.server import wait_for

HOUR = dt.timedelta(hours=1)


@pytest.fixture(scope="module")
def live_app(settings):
    """An application whose listener runs, which keeps who is let in."""
    made = create_app(settings)
    sse.start(made)
    wait_for(lambda: made.extensions["sign_ins"].is_believed(), "a look at whose access ended")
    yield made
    sse.stop(made)
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def cedars(live_app, cedar):
    yield Caller(live_app, cedar)
    live_app.extensions["hub"].revoke(cedar.program.actor)


@pytest.fixture
def with_key(live_app, operator_app, cedar):
    def make(**narrowed):
        with operator_app.app_context():
            _, secret = api_keys.create_key(accounts.find_tenant(cedar.slug), "Narrow", **narrowed)
        return Caller(live_app, replace(cedar, key=secret))

    return make


@pytest.fixture
def rotate(live_app, operator_app, cedar):
    """Give Cedar's till another text: a caller with it."""

    def give(overlap, **more):
        with operator_app.app_context():
            tenant = accounts.find_tenant(cedar.slug)
            secret = rotation.rotate(rotation.find_key(tenant, "Till", None), overlap, **more)
        return Caller(live_app, replace(cedar, key=secret))

    return give


def in_a_moment(seconds=1.0):
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)


def watch(caller, query=""):
    return FrameReader(caller.get(f"/stream{query}"))


def is_told(status, call):
    return lambda: call().status_code == status


def test_a_key_that_is_kept_ends_at_its_moment_and_says_so(with_key):
    brief = with_key(expires_at=in_a_moment())
    assert brief.get("/orders").status_code == 200
    wait_for(is_told(401, lambda: brief.get("/orders")), "the key to end", 5)
    said = assert_problem(refused := brief.get("/orders"), 401)
    assert "This API key ended on 2" in said["detail"]
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert_problem(brief.post("/orders", {}), 401)


def test_its_stream_ends_with_it_and_is_told_why(with_key):
    brief = with_key(expires_at=in_a_moment(2))
    assert [frame.event for frame in watch(brief).rest()] == ["bye"]


def test_both_texts_are_one_key_until_the_old_one_ends(cedars, rotate):
    sent = an_order(cedars.house)
    key = {"Idempotency-Key": "across"}
    first = cedars.post("/orders", sent, headers=key)
    new = rotate(HOUR)
    again = new.post("/orders", sent, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json["id"] == first.json["id"]
    assert cedars.get("/orders").status_code == new.get("/orders").status_code == 200
    assert cedars.written() == (1, 1)


def test_the_old_text_ends_at_once_if_that_is_said(cedars, rotate):
    assert cedars.get("/orders").status_code == 200
    new = rotate(dt.timedelta(0))
    wait_for(is_told(401, lambda: cedars.get("/orders")), "the old text to end", 5)
    assert new.get("/orders").status_code == 200


def test_the_old_text_ends_after_the_time_that_was_said(cedars, rotate):
    new = rotate(dt.timedelta(seconds=1))
    assert cedars.get("/orders").status_code == 200
    wait_for(is_told(401, lambda: cedars.get("/orders")), "the old text to end", 5)
    assert new.get("/orders").status_code == 200


def test_only_the_last_two_are_good(cedars, rotate):
    second = rotate(HOUR)
    third = rotate(HOUR)
    wait_for(is_told(401, lambda: cedars.get("/orders")), "the oldest text to end", 5)
    assert [each.get("/orders").status_code for each in (second, third)] == [200, 200]


def test_a_stream_of_the_old_text_begins_anew_and_ends_with_it(cedars, rotate):
    stream = watch(cedars)
    rotate(dt.timedelta(seconds=2))
    (said,) = stream.rest()
    assert (said.event, said.data) == ("bye", "changed"), "not for good: it is asked for again"
    assert [frame.event for frame in watch(cedars).rest()] == ["bye"]


def test_a_key_that_is_narrowed_loses_its_streams_and_what_it_saw(cedars, operator_app):
    stream = watch(cedars)
    with operator_app.app_context():
        tenant = accounts.find_tenant(cedars.house.slug)
        db.session.execute(update(ApiKey).where(ApiKey.tenant_id == tenant.id).values(scopes=["orders:read"]))
        db.session.commit()  # by psql, say: nobody is notified
    assert [(frame.event, frame.data) for frame in stream.rest()] == [("bye", "changed")]
    assert_problem(cedars.get("/events"), 403)
    assert_problem(cedars.get("/stream"), 403)
    assert cedars.get("/orders").status_code == 200


def test_an_end_that_was_moved_holds_for_the_new_text_and_not_for_the_old_one(cedars, rotate, operator_app):
    with operator_app.app_context():
        tenant = accounts.find_tenant(cedars.house.slug)
        db.session.execute(
            update(ApiKey).where(ApiKey.tenant_id == tenant.id).values(expires_at=in_a_moment(2))
        )
        db.session.commit()
    new = rotate(HOUR, expires_at=in_a_moment(3600))
    wait_for(is_told(401, lambda: cedars.get("/orders")), "the old text to end", 10)
    assert new.get("/orders").status_code == 200


def test_a_revoked_key_ends_with_both_texts(cedars, rotate, operator_app):
    new = rotate(HOUR)
    with operator_app.app_context():
        api_keys.revoke_key(accounts.find_tenant(cedars.house.slug), "Till")
    for each in (cedars, new):
        wait_for(is_told(401, lambda each=each: each.get("/orders")), "the key to end", 5)


def last_used(app, house):
    with tenant_context(app, house.tenant_id):
        return db.session.scalar(select(ApiKey.last_used_at).where(ApiKey.name == "Till"))


def test_when_it_was_last_used_is_written_once_a_while(live_app, cedars, monkeypatch):
    assert last_used(live_app, cedars.house) is None
    cedars.get("/orders")
    first = last_used(live_app, cedars.house)
    assert dt.datetime.now(dt.UTC) - first < dt.timedelta(minutes=1)
    written = []
    monkeypatch.setattr(key_use, "_write", lambda *which: written.append(which))
    for _ in range(20):
        cedars.get("/orders")
    assert written == []
    key_use._noted.clear()  # another process, which knows of no use
    monkeypatch.undo()
    cedars.get("/orders")
    assert last_used(live_app, cedars.house) == first


def test_no_call_waits_for_whoever_holds_the_key(live_app, cedars, operator):
    """As a rotation does: when it was used can be written a minute later."""
    operator.execute("SELECT FROM api_keys WHERE tenant_id = %s FOR UPDATE", (cedars.house.tenant_id,))
    assert cedars.get("/orders").status_code == 200
    operator.rollback()
    assert last_used(live_app, cedars.house) is None
