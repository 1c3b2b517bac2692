"""What is sent to a browser only that browser can read, and a push service knows whose it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.outgoing.addresses import ALLOWED
from ordertrack.push import keys, sending
from ordertrack.push.notice import MOST_BYTES, Notice, Urgency
from ordertrack.push.sending import Answer, Outcome
from ordertrack.push.subscription import Subscription
from support.cast import House
from support.push_service import Browser, PushService

SITE = "https://orders.example/"


def notice(**changes: object) -> Notice:
    made = Notice(
        "Seven Lemons",
        "طلبك جاهز",
        "order-7",
        "/track/abc",
        "ar",
        dt.datetime.now(dt.UTC) + dt.timedelta(minutes=30),
        Urgency.HIGH,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def send(app: Flask, house: House, browser: Browser, said: Notice | None = None, site: str = SITE) -> Answer:
    told = Subscription(browser.endpoint, **browser.subscription["keys"])
    with tenant_context(app, house.tenant_id):
        return sending.send(house.tenant_id, told, site, said or notice())


def test_a_push_service_hands_on_what_only_the_browser_can_read(
    app: Flask, cedar: House, push_service: PushService
) -> None:
    browser, other = push_service.subscribe(), push_service.subscribe()
    assert send(app, cedar, browser).outcome == Outcome.SENT
    assert other.pushed == []
    (pushed,) = browser.pushed
    assert pushed.said == {
        "title": "Seven Lemons",
        "body": "طلبك جاهز",
        "tag": "order-7",
        "lang": "ar-u-nu-latn",
        "dir": "rtl",
        "data": "/track/abc",
    }
    assert 1790 < int(pushed.headers["ttl"]) <= 1800 and pushed.headers["urgency"] == "high"
    assert pushed.headers["topic"] == sending.topic("order-7")
    assert pushed.claims["sub"] == "https://orders.example"


def test_a_company_signs_with_keys_of_its_own_which_stay_the_same(
    app: Flask, cedar: House, rival: House, push_service: PushService
) -> None:
    mine, theirs = push_service.subscribe(), push_service.subscribe()
    for _ in range(2):
        send(app, cedar, mine)
    send(app, rival, theirs)
    with tenant_context(app, cedar.tenant_id):
        public = keys.public_key(cedar.tenant_id)
    assert [each.signed_with for each in mine.pushed] == [public, public]
    assert theirs.pushed[0].signed_with != public


def test_a_house_without_https_says_a_mail_address_to_turn_to(
    app: Flask, cedar: House, push_service: PushService
) -> None:
    browser = push_service.subscribe()
    send(app, cedar, browser, site="http://localhost:8000/")
    assert browser.pushed[0].claims["sub"] == "mailto:ordertrack@localhost"


def test_nothing_is_sent_too_late(app: Flask, cedar: House, push_service: PushService) -> None:
    browser = push_service.subscribe()
    late = notice(until=dt.datetime.now(dt.UTC))
    assert send(app, cedar, browser, late).outcome == Outcome.REFUSED
    assert browser.tries == 0


def test_the_longest_notice_fits(app: Flask, cedar: House, push_service: PushService) -> None:
    long = notice(title="ط" * 500, body="ط" * 5000)
    assert len(long.encoded()) <= MOST_BYTES
    assert send(app, cedar, push_service.subscribe(), long).outcome == Outcome.SENT


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "after"),
    [
        (201, {}, Outcome.SENT, None),
        (202, {}, Outcome.SENT, None),
        (404, {}, Outcome.GONE, None),
        (410, {}, Outcome.GONE, None),
        (403, {}, Outcome.GONE, None),
        (429, {"retry-after": "120"}, Outcome.LATER, 120.0),
        (503, {"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}, Outcome.LATER, None),
        (500, {}, Outcome.LATER, None),
        (400, {}, Outcome.REFUSED, None),
        (413, {}, Outcome.REFUSED, None),
        (302, {"location": "http://127.0.0.1/"}, Outcome.REFUSED, None),
    ],
)
def test_what_a_push_service_answers_is_understood(
    status: int, headers: dict[str, str], outcome: Outcome, after: float | None
) -> None:
    answer = sending.judged(status, headers)
    assert (answer.outcome, answer.after) == (outcome, after)


def test_a_push_service_that_is_away_is_asked_again_later(
    app: Flask, cedar: House, push_service: PushService
) -> None:
    browser = push_service.subscribe()
    push_service.close()
    assert send(app, cedar, browser).outcome == Outcome.LATER


@pytest.mark.parametrize("host", ["127.0.0.1:9", "10.0.0.7", "169.254.169.254", "localhost"])
def test_no_browser_leads_this_house_to_its_neighbours(
    app: Flask, cedar: House, push_service: PushService, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    browser = push_service.subscribe()
    monkeypatch.delenv(ALLOWED)
    browser.endpoint = f"https://{host}/push/1"
    answer = send(app, cedar, browser)
    assert answer.outcome == Outcome.GONE and browser.tries == 0
