"""A guest is told each thing once, in time, and not what they see; by whom it goes, and what became of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from flask import Flask
from sqlalchemy import select, text

from messages.peers import Mailbox, Peer
from messages.working import Working
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.following import jobs
from ordertrack.following.jobs import Again
from ordertrack.messages import follower, sending, stops, wishes
from ordertrack.messages.follower import Due
from ordertrack.messages.kinds import Kind
from ordertrack.messages.models import GuestMessage, State
from ordertrack.messages.transports import Way
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House
from support.estimates import learn, unlearn
from support.till import move, order_of

CONFIRMED, PREPARING, READY = OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY
DELIVERING, COMPLETED, CANCELLED = OrderStatus.DELIVERING, OrderStatus.COMPLETED, OrderStatus.CANCELLED
Work = Callable[[House], Working]
Ordered = Callable[..., uuid.UUID]
NUMBER = "+9613555127"


def texts(peer: Peer) -> list[str]:
    return [parse_qs(asked.body.decode())["Body"][0] for asked in peer.asked]


def test_each_step_is_told_once_however_often_its_entry_is_followed(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], peer: Peer, work: Work, ordered: Ordered
) -> None:
    hook = by_twilio(cedar)
    order, working = ordered(cedar), work(cedar)
    token = order_of(app, cedar, order).tracking_token
    move(app, cedar, order, CONFIRMED)
    working.all_of_it()
    working.all_of_it()
    move(app, cedar, order, PREPARING, READY, DELIVERING)
    working.all_of_it()
    move(app, cedar, order, COMPLETED)
    working.all_of_it()
    assert working.states() == {"confirmed": State.SENT, "on_the_way": State.SENT}, "it is not fetched"
    confirmed, on_the_way = texts(peer)
    number = order_of(app, cedar, order).number
    assert confirmed == f"Seven Lemons: Your order {number} is confirmed. http://localhost/track/{token}"
    assert (
        on_the_way
        == f"Seven Lemons: Your order {number} is on its way to you. http://localhost/track/{token}"
    )
    (form, *_) = [parse_qs(asked.body.decode()) for asked in peer.asked]
    row = working.messages()["confirmed"]
    assert form["To"] == [NUMBER] and form["From"] == ["+9611555701"]
    assert form["StatusCallback"] == [f"http://localhost/hooks/messages/{hook}?message={row.id}"]
    assert 1 <= int(form["ValidityPeriod"][0]) <= 1800
    assert peer.asked[0].path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert (row.masked, row.segments, str(row.cost), row.currency) == ("+961•••127", 1, "0.045000", "USD")
    assert row.reference == "SM" + "a" * 32


def test_nothing_is_told_after_its_moment(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], peer: Peer, work: Work, ordered: Ordered
) -> None:
    by_twilio(cedar)
    working = work(cedar)
    delivered = ordered(cedar)
    move(app, cedar, delivered, CONFIRMED, PREPARING, READY, DELIVERING, COMPLETED)
    working.all_of_it()
    assert working.states() == {"confirmed": State.PASSED, "on_the_way": State.PASSED}
    assert peer.asked == []


def test_what_is_too_old_is_not_told_though_it_is_still_true(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], peer: Peer, work: Work, ordered: Ordered
) -> None:
    by_twilio(cedar)
    working = work(cedar)
    move(app, cedar, ordered(cedar), CONFIRMED)
    working.follow()
    working.ago(dt.timedelta(minutes=31))
    working.all_of_it()
    assert working.states() == {"confirmed": State.PASSED} and peer.asked == []


def test_what_became_ready_again_after_nobody_was_told_is_told(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], work: Work, ordered: Ordered
) -> None:
    by_twilio(cedar)
    working = work(cedar)
    order = ordered(cedar, Fulfilment.PICKUP)
    move(app, cedar, order, CONFIRMED, PREPARING, READY)
    working.follow()
    working.ago(dt.timedelta(hours=1))
    working.all_of_it()
    assert working.states()["ready"] == State.PASSED
    with tenant_context(app, cedar.tenant_id):
        record = order_of(app, cedar, order)
        now = dt.datetime.now(dt.UTC)
        due = Due(order, record.restaurant_id, Kind.READY, now, record.revision, "sms")
        new = list(follower.make(db.session.connection(), cedar.tenant_id, due))
        jobs.add_all(db.session.connection(), cedar.tenant_id, new)
        db.session.commit()
    working.all_of_it()
    assert working.states()["ready"] == State.SENT


@pytest.mark.parametrize("notify", [None, ["mail"]])
def test_who_did_not_agree_is_not_told(
    app: Flask,
    cedar: House,
    by_twilio: Callable[[House], str],
    peer: Peer,
    work: Work,
    ordered: Ordered,
    notify: list[str] | None,
) -> None:
    by_twilio(cedar)
    working = work(cedar)
    move(app, cedar, ordered(cedar, notify=notify), CONFIRMED)
    working.all_of_it()
    assert working.states() == ({"confirmed": State.UNREACHABLE} if notify else {}) and peer.asked == []


def test_who_agreed_on_the_page_of_the_order_is(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], peer: Peer, work: Work, ordered: Ordered
) -> None:
    by_twilio(cedar)
    working, order = work(cedar), ordered(cedar, notify=None)
    with tenant_context(app, cedar.tenant_id):
        wishes.add(cedar.tenant_id, order, Way.SMS)
        db.session.commit()
    move(app, cedar, order, CONFIRMED)
    working.all_of_it()
    assert working.states() == {"confirmed": State.SENT}


def test_a_restaurant_that_does_not_tell_a_kind_tells_the_others(
    app: Flask,
    cedar: House,
    by_twilio: Callable[[House], str],
    choose: Callable[..., None],
    work: Work,
    ordered: Ordered,
) -> None:
    by_twilio(cedar)
    choose(cedar, Way.SMS, kinds=(Kind.CANCELLED,))
    working, order = work(cedar), ordered(cedar)
    move(app, cedar, order, CONFIRMED)
    move(app, cedar, order, CANCELLED, reason="Sold out")
    working.all_of_it()
    assert working.states() == {"cancelled": State.SENT}


def test_who_sees_it_on_the_page_is_not_told(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], peer: Peer, work: Work, ordered: Ordered
) -> None:
    by_twilio(cedar)
    working, order, guest = work(cedar), ordered(cedar), app.test_client()
    seen = f"/track/{order_of(app, cedar, order).tracking_token}/seen"
    assert guest.post(seen, data={"revision": "1"}).status_code == 204
    record = move(app, cedar, order, CONFIRMED)
    working.all_of_it()
    assert working.states() == {"confirmed": State.SENT}, "the page showed what was before"
    move(app, cedar, order, PREPARING, READY, DELIVERING)
    assert guest.post(seen, data={"revision": str(record.revision + 3)}).status_code == 204
    assert guest.post(seen, data={"revision": "1"}).status_code == 204, "late, and takes nothing back"
    working.all_of_it()
    assert working.states()["on_the_way"] == State.SEEN and len(peer.asked) == 1


def test_who_stopped_gets_nothing_by_this_company_until_they_start_again(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], peer: Peer, work: Work, ordered: Ordered
) -> None:
    by_twilio(cedar)
    working, order = work(cedar), ordered(cedar)
    with tenant_context(app, cedar.tenant_id):
        assert stops.heed(cedar.tenant_id, NUMBER, Way.SMS, "Stop.") == stops.Said.STOP
    move(app, cedar, order, CONFIRMED)
    working.all_of_it()
    assert working.states() == {"confirmed": State.STOPPED} and peer.asked == []
    with tenant_context(app, cedar.tenant_id):
        stops.heed(cedar.tenant_id, NUMBER, Way.SMS, "start")
    move(app, cedar, order, PREPARING, READY, DELIVERING)
    working.all_of_it()
    assert working.states()["on_the_way"] == State.SENT


def test_a_guest_ends_messages_on_a_page_that_asks_first(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], peer: Peer, work: Work, ordered: Ordered
) -> None:
    by_twilio(cedar)
    working, order = work(cedar), ordered(cedar)
    page = f"/track/{order_of(app, cedar, order).tracking_token}/stop"
    guest = app.test_client()
    assert "No more messages?" in guest.get(page).text
    move(app, cedar, order, CONFIRMED)
    answer = guest.post(page, data={"List-Unsubscribe": "One-Click"})  # as mail programs do, by RFC 8058
    assert answer.status_code == 200 and "You get no more messages" in answer.text
    working.all_of_it()
    assert working.states() == {"confirmed": State.STOPPED} and peer.asked == []
    assert guest.get("/track/AAAAAAAAAAAAAAAAAAAAAA/stop").status_code == 404
    assert guest.post("/track/AAAAAAAAAAAAAAAAAAAAAA/seen", data={"revision": "1"}).status_code == 204


def test_what_fails_for_the_moment_is_tried_again_and_what_fails_for_good_goes_another_way(
    app: Flask,
    cedar: House,
    by_twilio: Callable[[House], str],
    choose: Callable[..., None],
    set_up: Callable[..., str],
    peer: Peer,
    mailbox: Mailbox,
    work: Work,
    ordered: Ordered,
) -> None:
    by_twilio(cedar)
    choose(cedar, Way.SMS, Way.MAIL)
    server = {"host": "127.0.0.1", "port": str(mailbox.port), "security": "none"}
    set_up(cedar, Way.MAIL, server | {"from": "orders@lemons.example"})
    working, order = work(cedar), ordered(cedar)
    peer.answers = [(429, b"{}"), (503, b"busy"), (400, b'{"code": 21211, "message": "+9613555127 is none"}')]
    move(app, cedar, order, CONFIRMED)
    working.follow()
    for pause in (10.0, 30.0):
        (job,) = working.take(later_too=True)
        outcome = working.do(job)
        assert isinstance(outcome, Again) and outcome.after_seconds == pause
        assert mailbox.taken == []
    (job,) = working.take(later_too=True)
    working.do(job)
    row = working.messages()["confirmed"]
    assert (row.state, row.transport, row.tried) == (State.SENT, Way.MAIL, ["sms"]) and len(peer.asked) == 3
    assert row.why is None
    (mail,) = mailbox.taken
    assert mail.rcpt_tos == ["Rana@example.com"]


@pytest.mark.parametrize("status", [502, 504])
def test_what_may_have_gone_is_not_sent_again_and_says_so(
    app: Flask,
    cedar: House,
    by_twilio: Callable[[House], str],
    peer: Peer,
    work: Work,
    ordered: Ordered,
    status: int,
) -> None:
    by_twilio(cedar)
    working, order = work(cedar), ordered(cedar)
    peer.answers = [(status, b"")]
    move(app, cedar, order, CONFIRMED)
    working.all_of_it()
    working.all_of_it()
    assert working.states() == {"confirmed": State.UNKNOWN} and len(peer.asked) == 1


def test_whoever_was_ended_between_sending_and_noting_it_leaves_it_as_it_may_have_gone(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], peer: Peer, work: Work, ordered: Ordered
) -> None:
    """As after kill -9: the job runs anew, and finds the message as it was left."""
    by_twilio(cedar)
    working, order = work(cedar), ordered(cedar)
    move(app, cedar, order, CONFIRMED)
    working.follow()
    (job,) = working.take()
    working.do(job)
    with tenant_context(app, cedar.tenant_id):
        left = "UPDATE guest_messages SET state = 'sending', reference = NULL WHERE tenant_id = :tenant_id"
        db.session.execute(text(left), {"tenant_id": cedar.tenant_id})
        db.session.commit()
        assert sending.tell(job).note == "unknown"
    row = working.messages()["confirmed"]
    assert (row.state, row.why) == (State.UNKNOWN, "interrupted") and len(peer.asked) == 1


def test_a_delay_is_told_once_and_an_estimate_as_the_page_says_it(
    app: Flask,
    cedar: House,
    by_twilio: Callable[[House], str],
    peer: Peer,
    work: Work,
    ordered: Ordered,
) -> None:
    by_twilio(cedar)
    working = work(cedar)
    promised_at = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=30)
    order = ordered(cedar, promised_at=promised_at)
    move(app, cedar, order, CONFIRMED)
    working.all_of_it()
    assert "delayed" not in working.states()
    act = {"act": "delay", "minutes": 15, "reason": "The grill is full"}
    for _twice in range(2):
        answer = app.test_client().post(f"/api/v1/orders/{order}/actions", json=act, headers=cedar.bearer)
        assert answer.status_code == 200, answer.text
        working.all_of_it()
    assert working.states()["delayed"] == State.SENT
    late = [each for each in texts(peer) if "longer than promised" in each]
    assert len(late) == 1 and "It is now promised for" in late[0] and "sorry" in late[0]


def test_who_will_probably_wait_longer_than_promised_is_told_the_estimate(
    app: Flask,
    cedar: House,
    settings: Settings,
    by_twilio: Callable[[House], str],
    peer: Peer,
    work: Work,
    ordered: Ordered,
) -> None:
    by_twilio(cedar)
    learn(app, cedar, (20, 20, 20, 40, 40))
    try:
        working = work(cedar)
        order = ordered(cedar, promised_at=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=10))
        working.all_of_it()
        assert "delayed" not in working.states(), "nobody has confirmed it yet"
        move(app, cedar, order, CONFIRMED)
        working.all_of_it()
        move(app, cedar, order, PREPARING)
        working.all_of_it()
    finally:
        unlearn(settings, cedar)
    page = app.test_client().get(f"/track/{order_of(app, cedar, order).tracking_token}").text
    (late,) = [each for each in texts(peer) if "longer than promised" in each]
    assert "Our estimate: between" in late and "It will probably be later than promised." in page


def test_a_promise_that_passes_is_told_unless_its_guest_sees_it(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], peer: Peer, work: Work, ordered: Ordered
) -> None:
    by_twilio(cedar)
    working = work(cedar)
    over = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    move(app, cedar, ordered(cedar, promised_at=over), CONFIRMED)
    watched = ordered(cedar, promised_at=over)
    seen = f"/track/{order_of(app, cedar, watched).tracking_token}/seen"
    app.test_client().post(seen, data={"revision": "1"})
    working.all_of_it()
    with tenant_context(app, cedar.tenant_id):
        told = select(GuestMessage.order_id).where(
            GuestMessage.tenant_id == cedar.tenant_id, GuestMessage.kind == Kind.DELAYED
        )
        assert watched not in set(db.session.scalars(told)) and len(set(db.session.scalars(told))) == 1


def test_a_number_of_a_landline_and_one_that_is_none_are_not_called(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], peer: Peer, work: Work, ordered: Ordered
) -> None:
    by_twilio(cedar)
    for phone in ("+961 1 555 127", "12", None):
        working = work(cedar)
        move(app, cedar, ordered(cedar, phone=phone), CONFIRMED)
        working.all_of_it()
        assert working.messages()["confirmed"].why == "no_address"
    assert peer.asked == []
