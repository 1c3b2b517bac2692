"""What a guest is told of an order reaches each browser that asked, in the language of its page."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from ordertrack.database.session import db, tenant_context
from ordertrack.following import jobs
from ordertrack.messages.kinds import Kind
from ordertrack.messages.push import Push, ending
from ordertrack.messages.transports import Message, NotSent, Outcome, Sent
from ordertrack.orders.log import event_log
from ordertrack.push import guests, subscription
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.push_service import Browser, PushService
from support.till import order_of

Place = Callable[..., uuid.UUID]


def told(app: Flask, house: House, order: uuid.UUID, browser: Browser, language: str = "en") -> None:
    """This browser asks to be told of the order."""
    with tenant_context(app, house.tenant_id):
        asked = subscription.parsed(browser.subscription)
        guests.keep(house.tenant_id, order, asked, language, "https://orders.example/")
        db.session.commit()


def tell(app: Flask, house: House, order: uuid.UUID, kind: Kind = Kind.CONFIRMED) -> Outcome:
    held = order_of(app, house, order)
    message = Message(
        tenant_id=house.tenant_id,
        restaurant_id=held.restaurant_id,
        order_id=order,
        id=uuid.uuid4(),
        kind=kind,
        address=f"push:{order}",
        language="en",
        sender="Seven Lemons",
        number=held.number,
        title="Your order is confirmed",
        text="Your order is confirmed.",
        link=None,
        until=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=20),
        token=held.tracking_token,
    )
    with tenant_context(app, house.tenant_id):
        return Push().send(message, {})


def is_told(app: Flask, house: House, order: uuid.UUID) -> bool:
    held = order_of(app, house, order)
    with tenant_context(app, house.tenant_id):
        return Push().address_of(held) is not None


def test_each_browser_reads_it_in_its_language_and_the_next_takes_its_place(
    app: Flask, cedar: House, place: Place, push_service: PushService
) -> None:
    order, one, other = place(cedar), push_service.subscribe(), push_service.subscribe()
    told(app, cedar, order, one)
    told(app, cedar, order, other, "fr")
    assert isinstance(tell(app, cedar, order), Sent)
    assert isinstance(tell(app, cedar, order, Kind.READY), Sent)
    first, second = one.pushed
    assert (first.said["title"], first.said["body"]) == ("Seven Lemons", "Your order is confirmed.")
    assert first.said["data"] == f"/track/{order_of(app, cedar, order).tracking_token}"
    assert first.said["tag"] == second.said["tag"] and first.headers["topic"] == second.headers["topic"]
    assert [each.headers["urgency"] for each in one.pushed] == ["normal", "high"]
    assert 1190 < int(first.headers["ttl"]) <= 1200
    assert other.pushed[0].said["lang"] == "fr" and "confirmed" not in other.pushed[0].said["body"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_told_no_more(
    app: Flask, cedar: House, place: Place, push_service: PushService, status: int
) -> None:
    order, browser = place(cedar), push_service.subscribe()
    told(app, cedar, order, browser)
    browser.answers.append((status, {}))
    outcome = tell(app, cedar, order)
    assert isinstance(outcome, NotSent) and outcome.for_good
    assert not is_told(app, cedar, order)


def test_what_one_browser_got_was_sent(
    app: Flask, cedar: House, place: Place, push_service: PushService
) -> None:
    order, gone, busy, there = place(cedar), *(push_service.subscribe() for _ in range(3))
    for browser in (gone, busy, there):
        told(app, cedar, order, browser)
    gone.answers.append((410, {}))
    busy.answers.append((503, {}))
    assert isinstance(tell(app, cedar, order), Sent)
    there.answers.append((503, {}))
    busy.answers.append((429, {"Retry-After": "5"}))
    outcome = tell(app, cedar, order)
    assert isinstance(outcome, NotSent) and not outcome.for_good, "it is tried again"
    assert gone.tries == 1


def follow(app: Flask, house: House) -> list[jobs.Job]:
    """The log of the house, followed once from its beginning; what is to be forgotten."""
    with tenant_context(app, house.tenant_id):
        entries = [each.event for each in event_log.log_after(house.tenant_id, 0, 1000)]
        ending.follow(db.session.connection(), house.tenant_id, entries)
        db.session.commit()
        return jobs.latest(db.session.connection(), house.tenant_id, ending.FORGET)


def test_of_an_order_that_is_over_no_browser_is_known(
    app: Flask, cedar: House, place: Place, push_service: PushService, bring: Callable[..., None]
) -> None:
    delivered, cancelled, open_still, unasked = (place(cedar) for _ in range(4))
    for order in (delivered, cancelled, open_still):
        told(app, cedar, order, push_service.subscribe())
    way = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.DELIVERING)
    for order in (delivered, unasked):
        bring(cedar, order, *way, OrderStatus.COMPLETED)
    bring(cedar, cancelled, OrderStatus.CANCELLED)
    found = {uuid.UUID(job.payload["order"]): job for job in follow(app, cedar)}
    assert set(found) == {delivered, cancelled}
    now = dt.datetime.now(dt.UTC)
    assert found[delivered].due_at <= now < found[cancelled].due_at, "that it was cancelled is still told"
    with tenant_context(app, cedar.tenant_id):
        ending.forget(replace(found[delivered]))
        db.session.commit()
    assert [is_told(app, cedar, each) for each in (delivered, open_still)] == [False, True]
