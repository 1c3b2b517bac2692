"""Short messages by any provider: its form is a setting, and what it answers decides."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from messages.peers import Peer
from ordertrack.messages import calls, transports
from ordertrack.messages.kinds import Kind
from ordertrack.messages.sms.transport import Sms, text_of
from ordertrack.messages.transports import MayHaveGone, Message, NotSent, Sent, Settings, Way

TEXT = 'Your order 42 is confirmed. "Rana" & co <ok>'
LINK = "https://orders.example/track/AbC-_0123456789abcdefg"


def message(address: str = "+9613555127", language: str = "en", text: str = TEXT) -> Message:
    return Message(
        tenant_id=uuid.uuid4(),
        restaurant_id=uuid.uuid4(),
        order_id=uuid.uuid4(),
        id=uuid.uuid4(),
        kind=Kind.CONFIRMED,
        address=address,
        language=language,
        sender="Seven Lemons",
        number=42,
        title="Your order 42 is confirmed",
        text=text,
        link=LINK,
        until=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=30),
    )


def said(peer: Peer, **more: str) -> Settings:
    blank = {each.name: each.default for each in Sms.fields}
    mine = {"provider": "form", "token": "s3cret", "from": "Lemons", "address": f"{peer.address}/send"}
    return blank | mine | more


BODIES = {
    "json": '{"to": "{to}", "text": "{text}", "key": "{secret}", "ref": "{id}"}',
    "form": "to={to}&text={text}&key={secret}&ref={id}",
    "xml": '<sms to="{digits}"><text>{text}</text></sms>',
}


@pytest.mark.parametrize("kind", BODIES)
def test_what_stands_in_braces_is_filled_in_as_the_body_has_it(app: Flask, peer: Peer, kind: str) -> None:
    peer.says(202)
    headers = {"authorization": "Bearer {secret}"}
    outcome = Sms().send(message(), said(peer, body_type=kind, body=BODIES[kind], **headers))
    assert isinstance(outcome, Sent) and outcome.segments == 1
    (asked,) = peer.asked
    text = f"Seven Lemons: {TEXT} {LINK}"
    assert asked.headers["authorization"] == "Bearer s3cret"
    if kind == "json":
        assert asked.json["text"] == text and asked.json["to"] == "+9613555127"
    elif kind == "form":
        form = parse_qs(asked.body.decode())
        assert form["text"] == [text] and form["to"] == ["+9613555127"]
    else:
        assert b"&quot;Rana&quot; &amp; co &lt;ok&gt;" in asked.body and b'to="9613555127"' in asked.body


def test_some_are_asked_by_an_address_alone(app: Flask, peer: Peer) -> None:
    address = f"{peer.address}/http?user=u&pass={{secret}}&to={{digits}}&msg={{text}}"
    assert isinstance(Sms().send(message(), said(peer, method="GET", address=address)), Sent)
    (asked,) = peer.asked
    query = parse_qs(urlsplit(asked.path).query)
    assert query["msg"] == [f"Seven Lemons: {TEXT} {LINK}"] and query["to"] == ["9613555127"]
    assert asked.method == "GET" and asked.body == b""


@pytest.mark.parametrize(
    ("answer", "success", "outcome"),
    [
        ({"messages": [{"status": "0", "id": "m1"}]}, "0", Sent),
        ({"messages": [{"status": "4", "error": "no credit"}]}, "0", NotSent),
        ({"messages": []}, "0", NotSent),
        ({"messages": [{"status": "queued", "id": "m1"}]}, "sent, queued", Sent),
        ({"messages": [{"status": True, "id": "m1"}]}, "true", Sent),
        ({"messages": [{"status": "anything"}]}, "", Sent),
    ],
)
def test_many_answer_200_to_what_they_refuse(
    app: Flask, peer: Peer, answer: Any, success: str, outcome: type
) -> None:
    peer.says(200, answer)
    paths = {"success_path": "messages.0.status", "reference_path": "messages.0.id"}
    found = Sms().send(message(), said(peer, body=BODIES["json"], success_value=success, **paths))
    assert isinstance(found, outcome)
    if isinstance(found, NotSent):
        assert found.for_good and "HTTP 200" in found.why
    elif isinstance(found, Sent) and success:
        assert found.reference == "m1"


@pytest.mark.parametrize(("status", "for_good"), [(400, True), (401, True), (429, False), (503, False)])
def test_a_refusal_is_for_good_or_for_the_moment(app: Flask, peer: Peer, status: int, for_good: bool) -> None:
    peer.says(status)
    found = Sms().send(message(), said(peer, body=BODIES["json"]))
    assert isinstance(found, NotSent) and found.for_good == for_good


def test_where_nobody_answers_nothing_has_gone_and_where_somebody_hangs_it_may_have(
    app: Flask, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "SECONDS", 0.5)
    nobody = said(peer, body=BODIES["json"], address="http://127.0.0.1:1/")
    found = Sms().send(message(), nobody)
    assert isinstance(found, NotSent) and not found.for_good
    peer.hangs.set()
    began = time.monotonic()
    assert isinstance(Sms().send(message(), said(peer, body=BODIES["json"])), MayHaveGone)
    assert time.monotonic() - began < 5


def test_an_address_of_the_house_itself_is_not_called(
    app: Flask, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERTRACK_OUTGOING_PRIVATE", "0")
    found = Sms().send(message(), said(peer, body=BODIES["json"]))
    assert isinstance(found, NotSent) and found.for_good and peer.asked == []


def test_where_a_country_forbids_links_there_is_none(app: Flask, peer: Peer) -> None:
    settings = said(peer, no_links_to="AE, sa")
    assert LINK in text_of(message(), settings)
    assert LINK not in text_of(message("+971501234567"), settings)
    assert LINK not in text_of(message("+966512345678"), settings)


def test_an_arabic_text_costs_by_70_characters(app: Flask, peer: Peer) -> None:
    peer.says(202)
    settings = said(peer, body=BODIES["json"], price="0.05")
    found = Sms().send(message(language="ar", text="تم تأكيد طلبك رقم 42."), settings)
    assert isinstance(found, Sent) and found.segments == 2 and str(found.cost) == "0.10"


def test_each_transport_says_what_it_needs(app: Flask) -> None:
    assert [each.way for each in transports.known()][-3:] == [Way.WHATSAPP, Way.SMS, Way.MAIL]
    for each in transports.known():
        blank = {field.name: field.default for field in each.fields}
        assert each.is_set_up(blank) == (not each.fields)
