"""A program is told what happens: signed, each order in its order, whatever the program did before."""

from __future__ import annotations

import os
import random
import signal
import uuid
from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from standardwebhooks.webhooks import WebhookVerificationError

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.log import event_log
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.webhooks import deliveries, endpoints, replaying, testing
from ordertrack.webhooks.endpoints import Made
from ordertrack.webhooks.models import Delivery, Disabled, Endpoint
from support.cast import House
from support.http_client import Caller
from support.processes import beside
from support.server import Server, wait_for
from webhooks.conftest import Answering, Message, Peer, verify

CONFIRMED, PREPARING, READY = OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY
pytestmark = pytest.mark.usefixtures("server")
Make = Callable[..., Made]


def seqs_of(app: Flask, house: House) -> list[int]:
    with tenant_context(app, house.tenant_id):
        return [each.cursor.seq for each in event_log.log_after(house.tenant_id, 0, 1000)]


def read(app: Flask, house: House, made: Made) -> Endpoint:
    with tenant_context(app, house.tenant_id):
        found = db.session.get(Endpoint, (house.tenant_id, made.endpoint.id))
        assert found is not None
        return found


def tries(app: Flask, house: House, made: Made) -> list[Delivery]:
    """Oldest first."""
    with tenant_context(app, house.tenant_id):
        return deliveries.latest(house.tenant_id, made.endpoint.id)[::-1]


def test_what_happens_comes_as_the_feed_has_it_signed_and_in_its_order(
    server: Server, app: Flask, cedar: House, peer: Callable[[], Peer], endpoint: Make,
    place: Callable[..., uuid.UUID], bring: Callable[..., None],
) -> None:  # fmt: skip
    place(cedar)
    told = peer()
    made = endpoint(cedar, told)
    bring(cedar, place(cedar), CONFIRMED, PREPARING, READY)
    wait_for(lambda: len(told.taken) == 4, "four events")
    events = [verify(made.secret, each) for each in told.taken]
    feed = Caller(server.port, cedar.bearer).call("/api/v1/events").json["items"]
    assert events == feed[1:], "what was before it was there is not told"
    for message in told.taken:
        assert message.headers["webhook-id"] == f"evt_{message.event['cursor']}"
        assert message.headers["content-type"] == "application/json"
    other = told.taken[0]
    with pytest.raises(WebhookVerificationError):
        verify(made.secret, Message(other.headers, other.body.replace(b"pending", b"ready"), 0))


def test_it_is_told_of_what_it_asked_for_only(
    app: Flask, cedar: House, peer: Callable[[], Peer], endpoint: Make,
    place: Callable[..., uuid.UUID], bring: Callable[..., None],
) -> None:  # fmt: skip
    with tenant_context(app, cedar.tenant_id):
        from ordertrack.tenants import accounts

        jounieh = accounts.ids_of(accounts.find_tenant(cedar.slug), ["jounieh"])
    everything, ready, there = peer(), peer(), peer()
    endpoint(cedar, everything)
    endpoint(cedar, ready, kinds=["ready"])
    endpoint(cedar, there, restaurant_ids=jounieh)
    bring(cedar, place(cedar), CONFIRMED, PREPARING, READY)
    place(cedar, restaurant="jounieh")
    wait_for(lambda: len(everything.taken) == 5, "all to be told")
    wait_for(lambda: ready.taken and there.taken, "the others")
    assert [each.event["to"] for each in ready.came] == ["ready"]
    assert [each.event["restaurant"] for each in there.came] == ["jounieh"]


def test_an_order_that_fails_holds_up_no_other_and_comes_in_its_order_when_it_is_taken(
    app: Flask, cedar: House, peer: Callable[[], Peer], endpoint: Make,
    place: Callable[..., uuid.UUID], bring: Callable[..., None],
) -> None:  # fmt: skip
    told = peer()
    first, second = place(cedar), place(cedar)

    def answer(message: Message) -> Answering:
        """The first order is taken once the second is there."""
        if message.event["order_id"] == str(first) and len(told.taken) < 2:
            return Answering(500, {"Retry-After": "1"}, b"<b>no</b>\0")
        return Answering()

    told.answers = answer
    made = endpoint(cedar, told)
    bring(cedar, first, CONFIRMED, PREPARING)
    wait_for(lambda: told.came, "the first to fail")
    bring(cedar, second, CONFIRMED, PREPARING)
    wait_for(lambda: len(told.taken) == 4, "all four")
    orders = [each.event["order_id"] for each in told.taken]
    assert orders == [str(second)] * 2 + [str(first)] * 2
    assert [each.event["to"] for each in told.taken] == ["confirmed", "preparing"] * 2
    wait_for(lambda: len(tries(app, cedar, made)) == len(told.came), "what was answered")
    of_first = [each for each in tries(app, cedar, made) if each.order_id == first]
    *failed, taken, next_taken = of_first
    assert {each.status for each in failed} == {500} and (taken.status, next_taken.status) == (204, 204)
    assert [each.tries for each in of_first] == [*range(1, len(failed) + 2), 1]
    assert failed[0].excerpt == "<b>no</b> " and failed[0].next_at is not None


def test_of_one_that_fails_half_the_time_nothing_is_lost_though_the_process_is_killed(
    server: Server, app: Flask, cedar: House, peer: Callable[[], Peer], endpoint: Make,
    place: Callable[..., uuid.UUID], bring: Callable[..., None],
) -> None:  # fmt: skip
    told, well = peer(), peer()
    chance = random.Random(7)
    told.answers = lambda _message: Answering(500 if chance.random() < 0.5 else 200)
    endpoint(cedar, told)
    endpoint(cedar, well)
    orders = [place(cedar) for _ in range(8)]
    wait_for(lambda: told.came, "the first")
    os.kill(wait_for(lambda: beside(server, "follow"), "the process that follows"), signal.SIGKILL)
    for step in (CONFIRMED, PREPARING, READY):
        for order in orders:
            bring(cedar, order, step)
    all_of_it = seqs_of(app, cedar)
    for each in (told, well):
        wait_for(lambda each=each: sorted(each.seqs()) == all_of_it, "the whole log", 40)
        first = {message.seq: message for message in reversed(each.taken)}
        for order in orders:
            its = [seq for seq in each.seqs() if first[seq].event["order_id"] == str(order)]
            assert its == sorted(its)


def test_410_disables_it_and_what_waits_is_not_sent(
    app: Flask, cedar: House, peer: Callable[[], Peer], endpoint: Make,
    place: Callable[..., uuid.UUID], bring: Callable[..., None],
) -> None:  # fmt: skip
    told = peer()
    made = endpoint(cedar, told)
    order = place(cedar)
    wait_for(lambda: told.taken, "the first")
    told.answers = lambda _message: Answering(410)
    bring(cedar, order, CONFIRMED)
    wait_for(lambda: read(app, cedar, made).disabled_at is not None, "it to be disabled")
    assert read(app, cedar, made).disabled_why == Disabled.GONE
    assert read(app, cedar, made).stopped_seq == seqs_of(app, cedar)[-1]
    told.answers = lambda _message: Answering()
    bring(cedar, order, PREPARING)
    other = peer()
    endpoint(cedar, other)
    bring(cedar, order, READY)
    wait_for(lambda: other.taken, "what came after")
    assert [each.event["to"] for each in told.came] == ["pending", "confirmed"]


def test_what_an_answer_asks_to_wait_is_waited(
    cedar: House, peer: Callable[[], Peer], endpoint: Make, place: Callable[..., uuid.UUID]
) -> None:
    told = peer()
    told.answers = lambda _message: (
        Answering(503, {"Retry-After": "2"}) if len(told.came) < 2 else Answering()
    )
    endpoint(cedar, told)
    place(cedar)
    wait_for(lambda: told.taken, "the second try")
    assert 2 <= told.came[1].at - told.came[0].at < 6


def test_a_redirect_is_no_success_and_enormous_answers_are_cut(
    app: Flask, cedar: House, peer: Callable[[], Peer], endpoint: Make, place: Callable[..., uuid.UUID]
) -> None:
    inner, told = peer(), peer()
    told.answers = lambda _message: (
        Answering(302, {"Location": inner.url})
        if len(told.came) < 2
        else Answering(200, body=b"x" * 3_000_000)
    )
    made = endpoint(cedar, told)
    place(cedar)
    wait_for(lambda: len(tries(app, cedar, made)) == 2, "two tries")
    first, second = tries(app, cedar, made)
    assert (first.status, second.status) == (302, 200) and inner.came == []
    assert second.excerpt == "x" * 500


def test_after_all_tries_it_is_given_up_and_the_order_goes_on(
    app: Flask, cedar: House, peer: Callable[[], Peer], endpoint: Make,
    place: Callable[..., uuid.UUID], bring: Callable[..., None],
) -> None:  # fmt: skip
    told = peer()
    told.answers = lambda message: Answering(500 if message.event["to"] == "pending" else 200)
    made = endpoint(cedar, told)
    bring(cedar, place(cedar), CONFIRMED)
    wait_for(lambda: told.taken, "what comes after", 30)
    assert [each.event["to"] for each in told.came] == ["pending"] * 8 + ["confirmed"]
    assert [each.tries for each in tries(app, cedar, made)][:8] == list(range(1, 9))


def test_after_five_failing_days_it_is_disabled(
    app: Flask, cedar: House, peer: Callable[[], Peer], endpoint: Make, place: Callable[..., uuid.UUID],
    operator: psycopg.Connection,
) -> None:  # fmt: skip
    told = peer()
    told.answers = lambda _message: Answering(500)
    made = endpoint(cedar, told)
    operator.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(cedar.tenant_id)])
    operator.execute("UPDATE webhook_endpoints SET failing_since = now() - interval '5 days 1 minute'")
    operator.commit()
    place(cedar)
    wait_for(lambda: read(app, cedar, made).disabled_at is not None, "it to be disabled")
    found = read(app, cedar, made)
    assert (found.disabled_why, found.stopped_seq) == (Disabled.FAILING, seqs_of(app, cedar)[-1])


def test_while_a_secret_is_changed_both_are_good(
    app: Flask, cedar: House, peer: Callable[[], Peer], endpoint: Make, place: Callable[..., uuid.UUID]
) -> None:
    told = peer()
    made = endpoint(cedar, told)
    with tenant_context(app, cedar.tenant_id):
        by = cedar.maya.principal
        second = endpoints.rotate(endpoints.find(by, made.endpoint.id), by)
        third = endpoints.rotate(endpoints.find(by, made.endpoint.id), by)
    place(cedar)
    (message,) = wait_for(lambda: told.taken, "the event")
    assert verify(second, message) == verify(third, message)
    with pytest.raises(WebhookVerificationError):
        verify(made.secret, message)


def test_a_test_goes_once_signed_and_says_that_it_is_one(
    app: Flask, cedar: House, peer: Callable[[], Peer], endpoint: Make
) -> None:
    told = peer()
    made = endpoint(cedar, told)
    told.answers = lambda _message: Answering(500)
    with tenant_context(app, cedar.tenant_id):
        testing.send(endpoints.find(cedar.maya.principal, made.endpoint.id))
    (tried,) = wait_for(lambda: tries(app, cedar, made), "the test")
    assert (tried.kind, tried.status, tried.next_at) == ("test", 500, None)
    assert read(app, cedar, made).failing_since is None, "it says nothing of what orders do"
    (message,) = told.came
    said = verify(made.secret, message)
    assert said["type"] == "test" and {"timestamp", "data"} <= said.keys()
    assert message.headers["webhook-id"].startswith("evt_test_")


def test_events_are_sent_again_and_replayed_from_any_place_in_the_log(
    app: Flask, cedar: House, peer: Callable[[], Peer], endpoint: Make,
    place: Callable[..., uuid.UUID], bring: Callable[..., None],
) -> None:  # fmt: skip
    bring(cedar, place(cedar), CONFIRMED, PREPARING)
    told = peer()
    made = endpoint(cedar, told)
    with tenant_context(app, cedar.tenant_id):
        assert replaying.replay(endpoints.find(cedar.maya.principal, made.endpoint.id), 1) == 3
    wait_for(lambda: len(told.taken) == 2, "what is after the first")
    assert [each.event["to"] for each in told.taken] == ["confirmed", "preparing"]
    with tenant_context(app, cedar.tenant_id):
        endpoint_now = endpoints.find(cedar.maya.principal, made.endpoint.id)
        assert replaying.send_again(endpoint_now, 1)
        assert not replaying.send_again(endpoint_now, 99)
    wait_for(lambda: len(told.taken) == 3, "the first")
    assert told.taken[-1].event["to"] == "pending"
    assert told.taken[-1].headers["webhook-id"].endswith("-1")


def test_what_is_disabled_is_told_nothing_and_once_enabled_what_happens_from_then_on(
    app: Flask, cedar: House, peer: Callable[[], Peer], endpoint: Make,
    place: Callable[..., uuid.UUID], bring: Callable[..., None],
) -> None:  # fmt: skip
    told, other = peer(), peer()
    made = endpoint(cedar, told)
    endpoint(cedar, other)
    by = cedar.maya.principal
    with tenant_context(app, cedar.tenant_id):
        endpoints.disable(endpoints.find(by, made.endpoint.id), by)
    order = place(cedar)
    wait_for(lambda: other.taken, "the other to be told")
    with tenant_context(app, cedar.tenant_id):
        endpoints.enable(endpoints.find(by, made.endpoint.id), by)
    bring(cedar, order, CONFIRMED)
    wait_for(lambda: told.taken, "what happens then")
    assert [each.event["to"] for each in told.came] == ["confirmed"]
