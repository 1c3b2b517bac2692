"""Providers call us: signed or not at all, twice, late and in the wrong order; guests answer STOP."""

from __future__ import annotations

import hmac
import json
import uuid
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from messages.peers import Mailbox, Peer
from messages.working import Working
from ordertrack.database.session import tenant_context
from ordertrack.messages import stops
from ordertrack.messages.models import State
from ordertrack.messages.transports import Way
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.till import move

Work = Callable[[House], Working]
Ordered = Callable[..., uuid.UUID]
NUMBER = "+9613555127"
TOKEN = "secret-token"
APP_SECRET = "app-secret"


def from_twilio(app: Flask, path: str, form: dict[str, str], token: str = TOKEN) -> TestResponse:
    said = f"http://localhost{path}" + "".join(name + form[name] for name in sorted(form))
    signature = b64encode(hmac.digest(token.encode(), said.encode(), "sha1")).decode()
    return app.test_client().post(path, data=form, headers={"X-Twilio-Signature": signature})


def from_whatsapp(app: Flask, hook: str, value: Any, secret: str = APP_SECRET) -> TestResponse:
    change = {"field": "messages", "value": {"messaging_product": "whatsapp"} | value}
    said = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    body = json.dumps(said, ensure_ascii=True).encode()
    signature = "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()
    return app.test_client().post(
        f"/hooks/messages/{hook}",
        data=body,
        headers={"X-Hub-Signature-256": signature, "Content-Type": "application/json"},
    )


def stopped(app: Flask, house: House) -> bool:
    with tenant_context(app, house.tenant_id):
        return stops.are_stopped(house.tenant_id, [NUMBER]) == {NUMBER}


@pytest.fixture
def by_whatsapp(set_up: Callable[..., str], choose: Callable[..., None], peer: Peer) -> Callable[..., str]:
    def save(house: House, *more: Way) -> str:
        choose(house, Way.WHATSAPP, *more)
        peer.says(200, {"messages": [{"id": "wamid.1"}]})
        said = {"phone_number_id": "106540352242922", "token": "t", "app_secret": APP_SECRET}
        return set_up(
            house, Way.WHATSAPP, said | {"verify_token": "vt", "address": peer.address, "price": "0.02"}
        )

    return save


@pytest.fixture
def sent(app: Flask, cedar: House, work: Work, ordered: Ordered) -> Callable[[], Working]:
    """A message that the provider has taken."""

    def send() -> Working:
        working = work(cedar)
        move(app, cedar, ordered(cedar), OrderStatus.CONFIRMED)
        working.all_of_it()
        assert working.states() == {"confirmed": State.SENT}
        return working

    return send


def test_what_twilio_reports_counts_once_and_never_backwards(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], sent: Callable[[], Working]
) -> None:
    hook = by_twilio(cedar)
    working = sent()
    row = working.messages()["confirmed"]
    address = f"/hooks/messages/{hook}?message={row.id}"
    for status, state in (
        ("queued", State.SENT),
        ("undelivered", State.FAILED),
        ("sent", State.FAILED),
        ("delivered", State.DELIVERED),
        ("delivered", State.DELIVERED),
        ("sent", State.DELIVERED),
        ("failed", State.DELIVERED),
        ("read", State.READ),
        ("delivered", State.READ),
    ):
        form = {"MessageSid": row.reference or "", "MessageStatus": status, "AccountSid": "AC1"}
        if status in ("undelivered", "failed"):
            form["ErrorCode"] = "30003"
        assert from_twilio(app, address, form).status_code == 200
        assert working.states() == {"confirmed": state}, status


@pytest.mark.parametrize("token", ["", "another"])
def test_who_does_not_sign_as_twilio_is_refused(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], sent: Callable[[], Working], token: str
) -> None:
    hook = by_twilio(cedar)
    working = sent()
    form = {"MessageSid": "SM" + "a" * 32, "MessageStatus": "delivered"}
    assert from_twilio(app, f"/hooks/messages/{hook}", form, token or "x").status_code == 403
    assert app.test_client().post(f"/hooks/messages/{hook}", data=form).status_code == 403
    assert from_twilio(app, "/hooks/messages/nobodys", form).status_code == 404
    assert working.states() == {"confirmed": State.SENT}


def test_a_guest_who_answers_stop_by_sms_is_heeded_and_start_as_well(
    app: Flask, cedar: House, by_twilio: Callable[[House], str]
) -> None:
    hook = by_twilio(cedar)
    for text, is_stopped in (("see you at eight", False), ("إيقاف", True), ("START", False), ("Arrêt", True)):
        answer = from_twilio(app, f"/hooks/messages/{hook}", {"From": NUMBER, "Body": text})
        assert answer.status_code == 200 and b"<Response></Response>" in answer.data
        assert stopped(app, cedar) == is_stopped, text


def test_a_stop_of_one_company_is_none_of_another(
    app: Flask, cedar: House, rival: House, by_twilio: Callable[[House], str]
) -> None:
    from_twilio(app, f"/hooks/messages/{by_twilio(cedar)}", {"From": NUMBER, "Body": "STOP"})
    assert stopped(app, cedar) and not stopped(app, rival)


def test_twilio_says_that_a_guest_stopped_when_it_is_sent(
    app: Flask, cedar: House, by_twilio: Callable[[House], str], peer: Peer, work: Work, ordered: Ordered
) -> None:
    by_twilio(cedar)
    peer.says(400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400})
    working = work(cedar)
    move(app, cedar, ordered(cedar), OrderStatus.CONFIRMED)
    working.all_of_it()
    assert working.states() == {"confirmed": State.FAILED} and stopped(app, cedar)


def test_whatsapp_sends_a_template_of_the_guests_language_and_reports_in_any_order(
    app: Flask, cedar: House, by_whatsapp: Callable[..., str], peer: Peer, sent: Callable[[], Working]
) -> None:
    hook = by_whatsapp(cedar)
    working = sent()
    row = working.messages()["confirmed"]
    (asked,) = peer.asked
    assert asked.path == "/106540352242922/messages" and asked.headers["authorization"] == "Bearer t"
    assert asked.json["to"] == NUMBER.removeprefix("+") and asked.json["type"] == "template"
    template = asked.json["template"]
    assert (template["name"], template["language"]) == ("order_confirmed", {"code": "en"})
    body, button = template["components"]
    assert [each["text"] for each in body["parameters"]] == ["Seven Lemons", "1"]
    assert button["sub_type"] == "url" and len(button["parameters"][0]["text"]) == 22
    assert asked.json["biz_opaque_callback_data"] == str(row.id)
    for status, state in (
        ("read", State.READ),
        ("delivered", State.READ),
        ("sent", State.READ),
        ("read", State.READ),
    ):
        said = {"id": "wamid.1", "status": status, "timestamp": "1", "recipient_id": "9613555127"}
        assert from_whatsapp(app, hook, {"statuses": [said]}).status_code == 200
        assert working.states() == {"confirmed": state}


def test_what_whatsapp_cannot_deliver_goes_by_the_next_way_once(
    app: Flask,
    cedar: House,
    by_whatsapp: Callable[..., str],
    set_up: Callable[..., str],
    mailbox: Mailbox,
    sent: Callable[[], Working],
) -> None:
    server = {"host": "127.0.0.1", "port": str(mailbox.port), "security": "none"}
    set_up(cedar, Way.MAIL, server | {"from": "orders@lemons.example"})
    hook = by_whatsapp(cedar, Way.MAIL)
    working = sent()
    row = working.messages()["confirmed"]
    failed = {
        "id": "wamid.1",
        "status": "failed",
        "biz_opaque_callback_data": str(row.id),
        "errors": [{"code": 131026, "title": "Message undeliverable"}],
    }
    for _twice in range(2):
        assert from_whatsapp(app, hook, {"statuses": [failed]}).status_code == 200
        working.all_of_it()
    row = working.messages()["confirmed"]
    assert (row.state, row.transport, row.tried) == (State.SENT, Way.MAIL, ["whatsapp"])
    assert len(mailbox.taken) == 1


def test_whatsapp_is_answered_only_where_it_signs_and_knows_the_token(
    app: Flask, cedar: House, by_whatsapp: Callable[..., str]
) -> None:
    hook = by_whatsapp(cedar)
    client = app.test_client()
    asked = {"hub.mode": "subscribe", "hub.verify_token": "vt", "hub.challenge": "1158201444"}
    answer = client.get(f"/hooks/messages/{hook}", query_string=asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    for wrong in ({"hub.verify_token": "vx"}, {"hub.mode": "unsubscribe"}, {"hub.verify_token": ""}):
        assert client.get(f"/hooks/messages/{hook}", query_string=asked | wrong).status_code == 403
    stop = {"messages": [{"from": "9613555127", "id": "wamid.2", "type": "text", "text": {"body": "STOP"}}]}
    assert from_whatsapp(app, hook, stop, "another secret").status_code == 403
    assert not stopped(app, cedar)
    assert from_whatsapp(app, hook, stop).status_code == 200
    assert stopped(app, cedar)
    pressed = {"from": "9613555127", "type": "button", "button": {"text": "Début", "payload": "x"}}
    assert from_whatsapp(app, hook, {"messages": [pressed]}).status_code == 200
    assert not stopped(app, cedar)


@pytest.mark.parametrize(
    "value",
    [
        {"statuses": "no list"},
        {"statuses": [{"status": "delivered"}, 7, None, {"status": ["sent"]}]},
        {"messages": [{"from": 7, "text": {"body": "STOP"}}, {"from": "abc", "text": {"body": "STOP"}}]},
        {"statuses": [{"id": "x" * 5000, "status": "read", "biz_opaque_callback_data": "no id"}]},
        {"errors": [{"code": 130429}]},
    ],
)
def test_reports_of_another_form_are_passed_over(
    app: Flask, cedar: House, by_whatsapp: Callable[..., str], value: Any
) -> None:
    assert from_whatsapp(app, by_whatsapp(cedar), value).status_code == 200
