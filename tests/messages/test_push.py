"""From the log of an order to the browser of its guest: once, and nothing that its page has shown."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask

from messages.working import Working
from ordertrack.messages.models import State
from ordertrack.messages.transports import Way
from ordertrack.rules.state_machine import OrderStatus
from push.conftest import push_service  # noqa: F401 (a fixture)
from support.cast import House
from support.push_service import PushService
from support.till import order_of

Place = Callable[..., uuid.UUID]


def test_whoever_pressed_the_button_is_told_once_what_happens(
    app: Flask,
    cedar: House,
    place: Place,
    bring: Callable[..., None],
    choose: Callable[..., None],
    work: Callable[[House], Working],
    push_service: PushService,  # noqa: F811
) -> None:
    choose(cedar, Way.PUSH)
    order, browser = place(cedar), push_service.subscribe()
    page = f"/track/{order_of(app, cedar, order).tracking_token}"
    assert app.test_client().post(f"{page}/push", json=browser.subscription).status_code == 204
    working = work(cedar)
    for step in (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.DELIVERING):
        bring(cedar, order, step)
        working.all_of_it()
        working.all_of_it()
    number = order_of(app, cedar, order).number
    said = [each.said["body"] for each in browser.pushed]
    assert [each.partition(".")[0] for each in said] == [
        f"Your order {number} is confirmed",
        f"Your order {number} is on its way to you",
    ]
    assert {(each.said["title"], each.said["data"]) for each in browser.pushed} == {("Seven Lemons", page)}


@pytest.mark.parametrize("status", [404, 410])
def test_a_message_that_no_browser_takes_says_so(
    app: Flask,
    cedar: House,
    place: Place,
    bring: Callable[..., None],
    choose: Callable[..., None],
    work: Callable[[House], Working],
    push_service: PushService,  # noqa: F811
    status: int,
) -> None:
    choose(cedar, Way.PUSH)
    order, browser = place(cedar), push_service.subscribe()
    browser.answers.append((status, {}))
    page = f"/track/{order_of(app, cedar, order).tracking_token}"
    app.test_client().post(f"{page}/push", json=browser.subscription)
    bring(cedar, order, OrderStatus.CONFIRMED)
    working = work(cedar)
    working.all_of_it()
    assert working.states() == {"confirmed": State.FAILED}
