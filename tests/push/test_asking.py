"""A guest's browser is told of one order for as long as the guest wants and the order lasts."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.push import guests, keys
from ordertrack.push.subscription import Subscription
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.push_service import PushService
from support.till import order_of

Place = Callable[..., uuid.UUID]


def kept(app: Flask, house: House, order: uuid.UUID) -> list[tuple[str, str]]:
    """Endpoint and language of each browser that is told of an order."""
    with tenant_context(app, house.tenant_id):
        return [
            (Subscription.unsealed(each.sealed_subscription).endpoint, each.language)
            for each in guests.of_order(house.tenant_id, order)
        ]


def test_a_browser_is_told_once_in_the_language_of_its_page_until_it_takes_that_back(
    app: Flask, cedar: House, place: Place, push_service: PushService
) -> None:
    order, browser = place(cedar), push_service.subscribe()
    path = f"/track/{order_of(app, cedar, order).tracking_token}/push"
    client = app.test_client()
    with tenant_context(app, cedar.tenant_id):
        public = keys.public_key(cedar.tenant_id)
    said = [client.get(f"{path}?lang={language}").json for language in ("en", "fr")]
    assert [each and each["key"] for each in said] == [public, public] and said[0] != said[1]
    for language in ("fr", "ar"):
        assert client.post(f"{path}?lang={language}", json=browser.subscription).status_code == 204
    assert kept(app, cedar, order) == [(browser.endpoint, "ar")]
    assert client.post(f"{path}/end", json=browser.subscription).status_code == 204
    assert kept(app, cedar, order) == []


def test_not_without_end_by_whoever_has_the_link(
    app: Flask, cedar: House, place: Place, push_service: PushService
) -> None:
    order = place(cedar)
    path = f"/track/{order_of(app, cedar, order).tracking_token}/push"
    client = app.test_client()
    browsers = [push_service.subscribe() for _ in range(guests.MOST_OF_AN_ORDER + 1)]
    answers = [client.post(path, json=each.subscription).status_code for each in browsers]
    assert answers == [204] * guests.MOST_OF_AN_ORDER + [409]
    assert client.post(path, json=browsers[0].subscription).status_code == 204, "it is told already"


@pytest.mark.parametrize(
    "body", ["", "[]", '{"endpoint": "http://169.254.169.254/"}', '{"keys": 1}', "\0", "[" * 50_000]
)
def test_what_no_browser_hands_over_is_refused(app: Flask, cedar: House, place: Place, body: str) -> None:
    path = f"/track/{order_of(app, cedar, place(cedar)).tracking_token}/push"
    for end in ("", "/end"):
        assert app.test_client().post(f"{path}{end}", data=body).status_code == 400


def test_of_an_order_that_is_over_nobody_is_told(
    app: Flask, cedar: House, place: Place, bring: Callable[..., None], push_service: PushService
) -> None:
    order = place(cedar)
    token = order_of(app, cedar, order).tracking_token
    bring(cedar, order, OrderStatus.CANCELLED)
    client, browser = app.test_client(), push_service.subscribe()
    assert client.post(f"/track/{token}/push", json=browser.subscription).status_code == 409
    assert client.post("/track/abcdefghijklmnopqrstuv/push", json=browser.subscription).status_code == 404
    assert 'id="tell"' not in client.get(f"/track/{token}").text


def test_on_a_home_screen_the_page_opens_by_itself(app: Flask, cedar: House, place: Place) -> None:
    path = f"/track/{order_of(app, cedar, place(cedar)).tracking_token}"
    answer = app.test_client().get(f"{path}/app.webmanifest?lang=ar")
    assert answer.mimetype == "application/manifest+json" and answer.json is not None
    assert (answer.json["name"], answer.json["start_url"]) == ("Hamra", f"{path}?lang=ar")
    assert answer.json["display"] == "standalone"
