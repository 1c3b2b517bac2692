"""Managers choose what is told and set providers up: checked, kept sealed, tried, and seen by nobody else."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from flask import Flask
from flask.testing import FlaskClient

from messages.peers import Mailbox, Peer
from messages.working import Working
from ordertrack.database.session import tenant_context
from ordertrack.messages import choices, providers
from ordertrack.messages.kinds import Kind
from ordertrack.messages.transports import Way
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.restaurants import find_restaurant
from support.cast import House, Person
from support.database import connect
from support.till import move

Sign = Callable[[Person], FlaskClient]
PAGE, PROVIDERS, SENT = "/r/hamra/messages", "/messages", "/r/hamra/messages/sent"
CHOICE = {
    "kind": ["ready", "cancelled"],
    "way-1": "sms",
    "way-2": "mail",
    "sender": " Seven  Lemons ",
    "seen": "0",
}


def held(app: Flask, house: House) -> choices.Choice:
    with tenant_context(app, house.tenant_id):
        found = find_restaurant(house.tenant_id, "hamra")
        assert found is not None
        return choices.read(house.tenant_id).get(found.id, choices.Choice())


def test_what_a_manager_chooses_holds_and_stands_in_the_audit(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    assert maya.post(PAGE, data=CHOICE).status_code == 303
    assert held(app, cedar) == choices.Choice(
        (Kind.READY, Kind.CANCELLED), (Way.SMS, Way.MAIL), "Seven Lemons", 1
    )
    page = html.unescape(maya.get(PAGE).text)
    assert "It holds for what happens from now on" in page and "no provider is set up for it" in page
    assert "No guest would be told yet" in page
    assert "hold already" in maya.post(PAGE, data=CHOICE | {"seen": "1"}, follow_redirects=True).text
    audit = html.unescape(maya.get("/audit?kind=messages").text)
    for said in ("Messages to guests", "Ready, Cancelled", "SMS, E-mail", "Seven Lemons"):
        assert said in audit, said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"way-1": "", "way-2": ""}, "Choose by what guests are told"),
        ({"way-1": "pigeon"}, "Choose one of the list"),
        ({"kind": ["ready", "dinner"]}, "Choose what is told from the list"),
        ({"sender": "x" * 41}, "40 characters at most"),
        ({"sender": "Lemons\u202e"}, "direction marks"),
        ({"seen": "7"}, "Somebody else changed this"),
        ({"seen": "x"}, "Somebody else changed this"),
    ],
)
def test_what_cannot_be_chosen_is_said_beside_the_field_and_kept(
    app: Flask, cedar: House, maya: FlaskClient, wrong: dict[str, object], said: str
) -> None:
    answer = maya.post(PAGE, data=CHOICE | wrong)
    assert answer.status_code == 422 and said in html.unescape(answer.text)
    assert 'value="ready" checked' in answer.text and held(app, cedar) == choices.Choice()


def test_each_wording_is_shown_in_three_languages_with_what_it_costs(maya: FlaskClient) -> None:
    page = maya.get(PAGE).text
    assert page.count('class="words"') == 3 * len(Kind)
    assert page.count('dir="rtl"') >= len(Kind) and "characters · 1 part<" in page


@pytest.mark.parametrize("path", [PAGE, PROVIDERS, SENT])
def test_kitchen_and_dispatch_see_none_of_it(cedar: House, sign_in: Sign, path: str) -> None:
    for person in (cedar.nour, cedar.karim):
        assert sign_in(person).get(path).status_code == 403


SMTP = {
    "host": "mail.example.com",
    "port": "587",
    "security": "starttls",
    "user": "maya",
    "password": "pass-1",
}


def test_secrets_are_kept_sealed_never_shown_and_stay_when_they_are_left_empty(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    form = SMTP | {"from": "orders@lemons.example", "seen": "0"}
    assert maya.post(f"{PROVIDERS}/mail", data=form).status_code == 303
    assert (
        maya.post(f"{PROVIDERS}/mail", data=form | {"password": "", "user": "rima", "seen": "1"}).status_code
        == 303
    )
    with tenant_context(app, cedar.tenant_id):
        mail = providers.of_tenant(cedar.tenant_id)[Way.MAIL]
    assert (mail.settings["password"], mail.settings["user"], mail.version) == ("pass-1", "rima", 2)
    page = maya.get(PROVIDERS).text
    audit = html.unescape(maya.get("/audit").text)
    assert "pass-1" not in page + audit and "Another password or key" in audit and "User name" in audit
    with connect(app.config["SETTINGS"].operator_url) as operator:
        query = "SELECT message_providers::text FROM message_providers WHERE tenant_id = %s"
        ((row,),) = operator.execute(query, [cedar.tenant_id]).fetchall()
    assert "pass-1" not in row and "rima" in row


@pytest.mark.parametrize(
    ("way", "wrong", "said"),
    [
        ("mail", {"port": "0"}, "A port is a number"),
        ("mail", {"from": "nobody"}, "This is no e-mail address"),
        ("mail", {"security": "magic"}, "Choose one"),
        ("mail", {"host": "http://x"}, "A server is a name"),
        ("sms", {"price": "free"}, "A price is a number"),
        ("sms", {"price": "NaN"}, "A price is a number"),
        ("sms", {"address": "ftp://x"}, "An address begins with"),
        ("sms", {"body": "{teext}"}, "There is no place {teext}"),
        ("sms", {"no_links_to": "Emirates"}, "Countries are written"),
        ("whatsapp", {"phone_number_id": "abc"}, "many digits"),
        ("whatsapp", {"prefix": "Order-"}, "Small letters"),
        ("whatsapp", {"token": "x" * 1001}, "At most 1000"),
        ("mail", {"seen": "3"}, "Somebody else changed this"),
    ],
)
def test_what_no_provider_can_have_is_said_and_nothing_is_saved(
    app: Flask, cedar: House, maya: FlaskClient, way: str, wrong: dict[str, str], said: str
) -> None:
    answer = maya.post(f"{PROVIDERS}/{way}", data={"seen": "0"} | wrong)
    assert answer.status_code == 422 and said in html.unescape(answer.text), answer.text[:2000]
    with tenant_context(app, cedar.tenant_id):
        assert all(each.version == 0 for each in providers.of_tenant(cedar.tenant_id).values())


def test_a_private_address_is_refused_where_the_operator_does_not_allow_it(
    maya: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERTRACK_OUTGOING_PRIVATE", "0")
    answer = maya.post(f"{PROVIDERS}/sms", data={"seen": "0", "address": "http://localhost:22/"})
    assert answer.status_code == 422


def test_a_test_message_goes_out_as_a_real_one_and_the_page_says_how(
    cedar: House,
    maya: FlaskClient,
    by_twilio: Callable[[House], str],
    peer: Peer,
    work: Callable[[House], Working],
) -> None:
    by_twilio(cedar)
    for to, status in (("rana", 422), ("", 422), ("+961 3 555 127", 303)):
        assert maya.post(f"{PROVIDERS}/sms/test", data={"to": to}).status_code == status
    assert "it is on its way." in maya.get(PROVIDERS).text
    work(cedar).all_of_it()
    assert "the provider took it." in maya.get(PROVIDERS).text
    (asked,) = peer.asked
    assert parse_qs(asked.body.decode())["Body"] == ["Cedar: This is how messages of your orders arrive."]
    peer.says(401, {"code": 20003, "message": "Authenticate"})
    maya.post(f"{PROVIDERS}/sms/test", data={"to": "+961 3 555 127"})
    work(cedar).all_of_it()
    assert "it failed." in maya.get(PROVIDERS).text and "20003: Authenticate" in maya.get(PROVIDERS).text
    assert maya.post(f"{PROVIDERS}/mail/test", data={"to": "rana@example.com"}).status_code == 422
    assert maya.post(f"{PROVIDERS}/push/test", data={"to": "x"}).status_code == 404


def test_what_was_sent_failed_and_why_stands_on_a_page_with_what_it_cost(
    app: Flask,
    cedar: House,
    maya: FlaskClient,
    by_twilio: Callable[[House], str],
    peer: Peer,
    mailbox: Mailbox,
    work: Callable[[House], Working],
    ordered: Callable[..., uuid.UUID],
) -> None:
    by_twilio(cedar)
    first, second = ordered(cedar), ordered(cedar)
    move(app, cedar, first, OrderStatus.CONFIRMED)
    work(cedar).all_of_it()
    peer.says(400, {"code": 21211, "message": "Invalid 'To' Phone Number"})
    move(app, cedar, second, OrderStatus.CONFIRMED)
    work(cedar).all_of_it()
    page = html.unescape(maya.get(SENT).text)
    for said in ("+961•••127", "21211: Invalid 'To' Phone Number", "US$0.045"):
        assert said in page, said
    assert "3 555 127" not in page
    failed = html.unescape(maya.get(f"{SENT}?state=failed").text)
    rows = re.findall(r'data-state="(\w+)"', failed)
    assert rows == ["failed"]
    assert maya.get(f"{SENT}?day=tomorrow").status_code == 422
    assert "Nothing was sent that goes with this choice" in maya.get(f"{SENT}?day=2001-01-01").text


def test_an_order_over_the_api_says_by_what_its_guest_agreed_to_be_told(app: Flask, cedar: House) -> None:
    client = app.test_client()
    order = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}
    guest = {"phone": "+961 3 555 127", "email": "rana@Example.com", "notify": ["whatsapp", "sms"]}
    made = client.post("/api/v1/orders", json=order | {"customer": guest}, headers=cedar.bearer)
    assert made.status_code == 201, made.text
    assert made.json["customer"]["notify"] == ["whatsapp", "sms"]  # type: ignore[index]
    assert made.json["customer"]["email"] == "rana@example.com"  # type: ignore[index]
    for wrong in ({"notify": ["pigeon"]}, {"notify": []}, {"notify": True}, {"email": "rana"}):
        answer = client.post("/api/v1/orders", json=order | {"customer": guest | wrong}, headers=cedar.bearer)
        assert answer.status_code == 422, (wrong, answer.text)
    path = f"/api/v1/orders/{made.json['id']}/changes"  # type: ignore[index]
    change = {"do": "set", "customer": {"notify": None}}
    taken = client.post(path, json={"revision": 1, "changes": [change]}, headers=cedar.bearer)
    assert taken.status_code == 200 and taken.json["customer"]["notify"] is None  # type: ignore[index]


def test_who_takes_an_order_notes_that_its_guest_agreed(
    app: Flask, cedar: House, sign_in: Sign, choose: Callable[..., None]
) -> None:
    karim = sign_in(cedar.karim)
    assert 'name="notify"' not in karim.get("/r/hamra/new").text
    choose(cedar, Way.WHATSAPP, Way.SMS, Way.MAIL)
    choices._kept.forget()
    page = karim.get("/r/hamra/new").text
    key = re.search(r'name="key" value="(\w+)"', page)
    assert 'name="notify"' in page and key
    form = {
        **{"key": key[1], "do": "send", "fulfilment": "pickup", "phone": "03 555 127", "notify": "1"},
        **{"line-0-name": "Kebab", "line-0-quantity": "1", "when": "now"},
    }
    answer = karim.post("/r/hamra/new", data=form)
    assert answer.status_code == 303, answer.text
    order = answer.location.rpartition("/")[2]
    found = app.test_client().get(f"/api/v1/orders/{order}", headers=cedar.bearer).json
    assert found is not None and found["customer"]["notify"] == ["whatsapp", "sms"]
