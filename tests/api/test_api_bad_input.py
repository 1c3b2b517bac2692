"""Bad input gets a problem document that says what to change; nothing is written and no error is logged."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging

import pytest

from api.api_caller import A_KEBAB, Caller, an_order, assert_problem
from ordertrack.web.bodies import LARGEST_BODY

MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def cedars(app, make_house):
    return Caller(app, make_house("Cedar", ("hamra", "jounieh")))


@pytest.fixture(autouse=True)
def nothing_written_and_no_error_logged(cedars, caplog):
    order = cedars.place()
    cedars.order_id = order["id"]
    before = cedars.written()
    yield
    assert cedars.written() == before
    assert cedars.get(f"/orders/{order['id']}").json == order
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def item(**changes):
    return [{**A_KEBAB, **changes}]


def nested(depth):
    value = 1
    for _ in range(depth):
        value = {"in": value}
    return value


YEAR_9999 = "9999-12-31T23:59:59Z"
A_YEAR_AGO = (dt.datetime.now(dt.UTC) - dt.timedelta(days=365)).isoformat()

BAD_FIELDS = {
    "no items": {"items": []},
    "items missing": {"items": None},
    "items null in a list": {"items": [None]},
    "items as an object": {"items": {"0": A_KEBAB}},
    "201 items": {"items": [A_KEBAB] * 201},
    "1,500 items": {"items": [{"name": "Kebab", "quantity": 1}] * 1_500},
    "quantity 0": {"items": item(quantity=0)},
    "quantity -1": {"items": item(quantity=-1)},
    "quantity 10^12": {"items": item(quantity=10**12)},
    "quantity 1000": {"items": item(quantity=1000)},
    "quantity true": {"items": item(quantity=True)},
    "quantity 1.0": {"items": item(quantity=1.0)},
    "quantity 1.5": {"items": item(quantity=1.5)},
    "quantity as text": {"items": item(quantity="1")},
    "quantity null": {"items": item(quantity=None)},
    "a blank name": {"items": item(name=" \u00a0 ")},
    "an empty name": {"items": item(name="")},
    "a number as name": {"items": item(name=7)},
    "a long name": {"items": item(name="n" * 201)},
    "a NUL in a name": {"items": item(name="Ke\0bab")},
    "a control character in a name": {"items": item(name="Ke\x1b[31mbab")},
    "a line break in a name": {"items": item(name="Ke\nbab")},
    "a C1 control in a name": {"items": item(name="Ke\x85bab")},
    "a right-to-left override in a name": {"items": item(name="Ke\u202ebab")},
    "a right-to-left mark in a name": {"items": item(name="Ke\u200fbab")},
    "an isolate in notes": {"items": item(notes="no \u2066onion")},
    "an Arabic letter mark in a modifier": {"items": item(modifiers=["extra\u061c garlic"])},
    "long notes": {"items": item(notes="n" * 1001)},
    "blank notes": {"items": item(notes=" ")},
    "21 modifiers": {"items": item(modifiers=["m"] * 21)},
    "a long modifier": {"items": item(modifiers=["m" * 101])},
    "modifiers as text": {"items": item(modifiers="garlic")},
    "an unknown field of an item": {"items": item(price=3)},
    "an unknown field": {"table": 4},
    "an unknown fulfilment": {"fulfilment": "drone"},
    "fulfilment missing": {"fulfilment": None},
    "restaurant missing": {"restaurant": None},
    "a long reference": {"reference": "r" * 101},
    "a NUL in the reference": {"reference": "a\0b"},
    "customer as text": {"customer": "Rana"},
    "a long customer name": {"customer": {"name": "n" * 101}},
    "a long phone": {"customer": {"phone": "1" * 31}},
    "a direction mark in the phone": {"customer": {"phone": "\u202d961"}},
    "an odd locale": {"customer": {"locale": "../../etc"}},
    "a locale with a line break": {"customer": {"locale": "ar\n"}},
    "an unknown field of a customer": {"customer": {"fax": "+961 1 555 000"}},
    "an odd e-mail address": {"customer": {"email": "a@b"}},
    "no way to be told": {"customer": {"notify": []}},
    "an odd way to be told": {"customer": {"notify": ["pigeon"]}},
    "promised a year ago": {"promised_at": A_YEAR_AGO},
    "promised in the year 9999": {"promised_at": YEAR_9999},
    "promised past the end of time": {"promised_at": "9999-12-31T23:59:59-14:00"},
    "promised before time began": {"promised_at": "0001-01-01T00:00:00+14:00"},
    "promised without a zone": {"promised_at": "2026-05-01T19:30:00"},
    "promised as a number": {"promised_at": 1_800_000_000},
    "promised as a number in a text": {"promised_at": "1800000000"},
    "promised on a day that is none": {"promised_at": "2026-02-30T12:00:00Z"},
    "promised at no time": {"promised_at": "soon"},
    "metadata as a list": {"metadata": [1]},
    "metadata too large": {"metadata": {"x": "y" * 8192}},
    "metadata too deep": {"metadata": nested(9)},
    "a NUL in metadata": {"metadata": {"x": "a\0b"}},
    "a NUL in a name of metadata": {"metadata": {"a\0b": 1}},
    "a direction mark in metadata": {"metadata": {"reason": "a\u202eb"}},
    "NaN in metadata": {"metadata": {"x": float("nan")}},
    "Infinity in metadata": {"metadata": {"x": [float("inf")]}},
    "a huge number in metadata": {"metadata": {"x": 1e300}},
    "a huge whole number in metadata": {"metadata": {"x": 10**4000}},
    "a tiny number in metadata": {"metadata": {"x": 1e-300}},
}


@pytest.mark.parametrize("changes", BAD_FIELDS.values(), ids=BAD_FIELDS.keys())
def test_a_bad_field_of_an_order_is_422(cedars, changes):
    said = assert_problem(cedars.post("/orders", an_order(cedars.house, **changes)), 422)
    if "errors" in said:  # what only the kitchen's clock can tell has no field of the body to blame
        assert all(error["field"] and error["problem"] for error in said["errors"])
        assert said["errors"][0]["field"].split(".")[0] in {*changes, "items"}


def test_every_wrong_field_is_named(cedars):
    body = an_order(cedars.house, items=item(quantity=0, name=""), fulfilment="drone")
    said = assert_problem(cedars.post("/orders", body), 422)
    assert {error["field"] for error in said["errors"]} == {"fulfilment", "items.0.name", "items.0.quantity"}


def test_an_unknown_restaurant_is_404(cedars):
    assert (
        "narnia"
        in assert_problem(cedars.post("/orders", an_order(cedars.house, restaurant="narnia")), 404)["detail"]
    )


@pytest.mark.parametrize(
    "size", [LARGEST_BODY, MEGABYTE], ids=["more than a body may have", "a note of a megabyte"]
)
def test_a_body_that_is_too_large_is_413(cedars, size):
    assert_problem(cedars.post("/orders", an_order(cedars.house, items=item(notes="n" * size))), 413)


@pytest.mark.parametrize(
    ("size", "status"), [(LARGEST_BODY, 422), (LARGEST_BODY + 1, 413), (MEGABYTE, 413)], ids=str
)
def test_a_body_in_chunks_that_is_too_large_is_413_and_not_cut_off(cedars, size, status):
    whole = json.dumps(an_order(cedars.house, fulfilment="drone")).encode()
    answer = cedars.post(
        "/orders",
        input_stream=io.BytesIO(whole.ljust(size)),
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert_problem(answer, status)


BAD_BODIES = {
    "nothing": b"",
    "half an object": b'{"restaurant": "hamra", ',
    "no JSON": b"restaurant=hamra",
    "a trailing comma": b'{"to": "confirmed",}',
    "a broken byte": b'{"reference": "\xff"}',
    "UTF-16": '{"to": "confirmed"}'.encode("utf-16"),
    "a lone surrogate": b'{"reference": "\\ud83d"}',
    "a very long number": b'{"metadata": {"x": ' + b"9" * 5000 + b"}}",
    "a very deep list": b"[" * 60_000,
    "a very deep object": b'{"metadata": ' * 5_000,
}


@pytest.mark.parametrize("raw", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_body_that_is_no_json_is_400(cedars, raw):
    for path in ("/orders", f"/orders/{cedars.order_id}/transitions"):
        assert_problem(cedars.post(path, data=raw, content_type="application/json"), 400)


@pytest.mark.parametrize("raw", [b"[]", b"null", b"7", b'"text"', b"true"])
def test_json_that_is_no_object_is_422(cedars, raw):
    for path in ("/orders", f"/orders/{cedars.order_id}/transitions"):
        assert_problem(cedars.post(path, data=raw, content_type="application/json"), 422)


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "\x00"]
)
def test_another_content_type_is_415(cedars, content_type):
    raw = json.dumps(an_order(cedars.house))
    for path in ("/orders", f"/orders/{cedars.order_id}/transitions"):
        said = assert_problem(cedars.post(path, data=raw, content_type=content_type), 415)
        assert "application/json" in said["detail"]


def test_a_charset_may_be_named(cedars):
    raw = json.dumps({"to": "delivering"})
    answer = cedars.post(
        f"/orders/{cedars.order_id}/transitions", data=raw, content_type="application/json; charset=utf-8"
    )
    assert assert_problem(answer, 422)["from"] == "pending"


BAD_MOVES = {
    "an unknown status": {"to": "eaten"},
    "a status in capitals": {"to": "CONFIRMED"},
    "no status": {},
    "a list of statuses": {"to": ["confirmed"]},
    "an unknown status seen": {"to": "confirmed", "seen": "nowhere"},
    "an illegal move": {"to": "completed"},
    "an unknown field": {"to": "confirmed", "force": True},
    "a long reason": {"to": "cancelled", "reason": "r" * 501},
    "a blank reason": {"to": "cancelled", "reason": "\t"},
    "a line break in a reason": {"to": "cancelled", "reason": "a\nb"},
    "a direction mark in a reason": {"to": "cancelled", "reason": "a\u202eb"},
    "metadata as a text": {"to": "confirmed", "metadata": "x"},
    "a NUL in metadata": {"to": "confirmed", "metadata": {"x": ["\0"]}},
}


@pytest.mark.parametrize("move", BAD_MOVES.values(), ids=BAD_MOVES.keys())
def test_a_bad_move_is_422(cedars, move):
    assert_problem(cedars.post(f"/orders/{cedars.order_id}/transitions", move), 422)


@pytest.mark.parametrize("key", ["", "two words", "schlüssel", "k" * 256, "tab\tkey", "\x7f"])
def test_a_bad_idempotency_key_is_400(cedars, key):
    headers = {"Idempotency-Key": key}
    assert_problem(cedars.post("/orders", an_order(cedars.house), headers=headers), 400)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method_is_405_and_says_which_are_allowed(app, cedars, method):
    answer = cedars._open(method, "/orders")
    assert_problem(answer, 405)
    assert {"GET", "POST"} <= {allowed.strip() for allowed in answer.headers["Allow"].split(",")}
    assert_problem(cedars._open(method, f"/orders/{cedars.order_id}"), 405)
    assert_problem(cedars.get(f"/orders/{cedars.order_id}/transitions"), 405)


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/orders/", "/orders/x/y/z", "/../secrets"])
def test_an_unknown_address_is_404(app, cedars, path):
    assert_problem(cedars.get(path), 404)
    assert_problem(app.test_client().get("/api/v2/orders"), 404)


def test_a_page_for_people_keeps_its_own_errors(app):
    assert app.test_client().get("/nowhere").content_type.startswith("text/html")
