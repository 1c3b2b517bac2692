"""Orders come in over the API once each, as they were sent."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from api.api_caller import A_KEBAB, Caller, an_order, assert_problem
from ordertrack.database.session import db
from ordertrack.tenants.keys import api_keys
from ordertrack.tenants.models import Tenant
from ordertrack.web.bodies import LARGEST_BODY


def test_a_new_order_is_answered_as_it_was_sent(cedars):
    promised = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(minutes=40)
    customer = {"name": "رنا", "phone": "+961 3 123 456", "locale": "ar-LB"}
    answer = cedars.post(
        "/orders",
        an_order(
            cedars.house,
            reference="A-17",
            customer=customer,
            promised_at=promised.astimezone(dt.timezone(dt.timedelta(hours=3))).isoformat(),
            metadata={"channel": "web", "basket": {"n": 1, "price": 12.5}},
        ),
    )
    said = answer.json
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/orders/{said['id']}"
    assert uuid.UUID(said["id"])
    assert said["number"] == 1
    assert (said["restaurant"], said["status"], said["fulfilment"]) == ("hamra", "pending", "delivery")
    assert said["reference"] == "A-17"
    assert said["customer"] == customer | {"address": None, "email": None, "notify": None}
    assert said["items"] == [{**A_KEBAB, "sku": None}]
    assert said["promised_at"] == promised.isoformat().replace("+00:00", "Z")
    assert said["placed_at"] == said["updated_at"] and said["placed_at"].endswith("Z")
    assert said["allowed"] == ["confirmed", "cancelled"]
    assert said["tracking_url"].startswith("http://localhost/track/")
    assert cedars.get(f"/orders/{said['id']}").json == said


def test_the_metadata_of_a_creation_stands_in_its_first_event(cedars):
    order = cedars.place(metadata={"source": "till-3", "note": "a\nb\u2028c"})
    (event,) = cedars.get(f"/orders/{order['id']}/events").json["items"]
    assert event["from"] is None and event["to"] == event["status"] == "pending"
    assert event["metadata"] == {"source": "till-3", "note": "a\nb\u2028c"}
    assert event["changed_by"] == "Till" and event["actor"] == cedars.house.program.actor
    assert event["in_status_for"] is None


def test_notes_keep_their_line_breaks_and_texts_lose_blanks_around_them(cedars):
    order = cedars.place(items=[{"name": "  Kebab ", "quantity": 1, "notes": "no onion\r\nno garlic"}])
    (item,) = order["items"]
    kebab = {"name": "Kebab", "quantity": 1, "notes": "no onion\nno garlic", "modifiers": []}
    assert item == {**kebab, "sku": None}


def test_an_order_that_fills_its_body_to_the_last_byte_is_taken_in_and_one_byte_more_is_not(cedars):
    items = [{"name": "n" * 200, "quantity": 999, "modifiers": ["m" * 50]} for _ in range(200)]
    body = an_order(cedars.house, items=items, reference="r" * 100)
    room = LARGEST_BODY - len(json.dumps(body))
    for item, more in zip(items, [1000] * (room // 1000) + [room % 1000], strict=False):
        item["notes"] = "x" * (more - len(', "notes": ""'))
    assert len(json.dumps(body)) == LARGEST_BODY
    as_it_is = {"Content-Type": "application/json"}
    answer = cedars.post("/orders", data=json.dumps(body), headers=as_it_is)
    assert answer.status_code == 201, answer.text
    assert len(answer.json["items"]) == 200
    assert_problem(cedars.post("/orders", data=json.dumps(body) + " ", headers=as_it_is), 413)


def test_the_same_key_and_body_again_answer_the_same_order(cedars):
    key = {"Idempotency-Key": "till-3/17"}
    body = an_order(cedars.house, metadata={"a": 1, "b": 2}, customer={"name": "Rana"})
    first = cedars.post("/orders", body, headers=key)
    again = cedars.post("/orders", dict(reversed(body.items())), headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert cedars.written() == (1, 1)


def test_a_repeat_answers_the_order_as_it_is_by_now(cedars):
    key = {"Idempotency-Key": "k"}
    order = cedars.post("/orders", an_order(cedars.house), headers=key).json
    cedars.move(order["id"], "confirmed")
    assert cedars.post("/orders", an_order(cedars.house), headers=key).json["status"] == "confirmed"


def test_the_same_key_with_another_body_is_refused(cedars):
    key = {"Idempotency-Key": "k"}
    cedars.post("/orders", an_order(cedars.house), headers=key)
    answer = cedars.post("/orders", an_order(cedars.house, fulfilment="pickup"), headers=key)
    assert "Idempotency-Key" in assert_problem(answer, 422)["detail"]
    assert cedars.written() == (1, 1)


def test_two_tenants_may_use_the_same_key(app, cedars, rival):
    rivals, key = Caller(app, rival), {"Idempotency-Key": "k"}
    ours = cedars.post("/orders", an_order(cedars.house), headers=key)
    theirs = rivals.post("/orders", an_order(rival), headers=key)
    assert (ours.status_code, theirs.status_code) == (201, 201)
    assert ours.json["id"] != theirs.json["id"]


def test_two_api_keys_of_one_tenant_may_use_the_same_idempotency_key(app, operator_app, cedars):
    with operator_app.app_context():
        _, secret = api_keys.create_key(db.session.get(Tenant, cedars.house.tenant_id), "Second till")
    second, key = Caller(app, replace(cedars.house, key=secret)), {"Idempotency-Key": "1"}
    order = an_order(cedars.house)
    for caller, body in ((cedars, order), (second, order | {"fulfilment": "pickup"})):
        first, again = (caller.post("/orders", body, headers=key) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json["id"] == again.json["id"]
        assert first.json["fulfilment"] == body["fulfilment"]
    assert cedars.written() == (2, 2)


def test_of_concurrent_twins_one_makes_the_order_and_all_answer_it(app, cedars):
    def place(_: int):
        return Caller(app, cedars.house).post(
            "/orders", an_order(cedars.house), headers={"Idempotency-Key": "twin"}
        )

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(place, range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] * 11 + [201]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert cedars.written() == (1, 1)
    assert cedars.place()["number"] == 2, "a twin that lost used up no number"
