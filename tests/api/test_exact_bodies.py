"""What can be read in two ways, or not be seen at all, is refused."""

from __future__ import annotations

import json

import pytest

from api.api_caller import A_KEBAB, Caller, an_order, assert_problem

TWICE = {
    "at the top": '{"restaurant": "hamra", "restaurant": "jounieh", "fulfilment": "pickup", "items": [%s]}',
    "the same value": '{"restaurant": "hamra", "restaurant": "hamra", "fulfilment": "pickup", "items": [%s]}',
    "spelled otherwise": '{"restaurant": "hamra", "\\u0072estaurant": "jounieh", "fulfilment": "pickup",'
    ' "items": [%s]}',
    "in an object": '{"restaurant": "hamra", "fulfilment": "pickup", "items": [%s],'
    ' "customer": {"name": "Rana", "name": "Eve"}}',
    "in metadata": '{"restaurant": "hamra", "fulfilment": "pickup", "items": [%s],'
    ' "metadata": {"a": [{"b": {"c": 1, "c": 2}}]}}',
    "of what is not known": '{"restaurant": "hamra", "fulfilment": "pickup", "items": [%s], "x": 1, "x": 2}',
    "the dangerous one": '{"restaurant": "hamra", "fulfilment": "pickup", "items": [%s],'
    ' "metadata": {"__proto__": 1, "__proto__": 2}}',
}


@pytest.mark.parametrize("where", TWICE)
def test_a_name_that_stands_twice_in_an_object_is_400(cedars: Caller, where: str) -> None:
    body = TWICE[where] % json.dumps(A_KEBAB)
    answer = cedars.post("/orders", data=body.encode(), content_type="application/json")
    assert "twice" in assert_problem(answer, 400)["detail"]
    assert cedars.written() == (0, 0)


def test_a_name_may_stand_in_two_objects(cedars: Caller) -> None:
    order = an_order(cedars.house, items=[A_KEBAB, A_KEBAB], metadata={"a": {"a": {"a": 1}}})
    assert cedars.post("/orders", order).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("transitions", '{"to": "confirmed", "to": "cancelled", "reason": "x"}'),
        ("actions", '{"act": "rush", "act": "hold", "reason": "x"}'),
        ("changes", '{"revision": 1, "changes": [{"do": "set", "note": "a", "note": "b"}]}'),
    ],
)
def test_so_it_is_with_every_body(cedars: Caller, path: str, body: str) -> None:
    order = cedars.place()
    written = cedars.written()
    answer = cedars.post(f"/orders/{order['id']}/{path}", data=body.encode(), content_type="application/json")
    assert_problem(answer, 400)
    assert cedars.written() == written


INVISIBLE = {
    "blanks": "   ",
    "other blanks": "\u00a0\u2003\u3000",
    "zero width": "\u200b\u200c\u200d",
    "a joiner of words": "\u2060\u2060",
    "a byte order mark": "\ufeff",
    "soft hyphens": "\u00ad\u00ad",
    "a filler": "\u3164",
    "a half-wide filler": "\uffa0",
    "fillers of Hangul": "\u115f\u1160",
    "an empty cell of braille": "\u2800",
    "a joiner of graphemes": "\u034f",
    "variation selectors": "\ufe0f\ufe0f",
    "tags": "\U000e0041\U000e0042",
    "of private use": "\ue000",
    "a mixture": " \u200b\u3164\u2800 ",
}


@pytest.mark.parametrize("text", INVISIBLE.values(), ids=INVISIBLE)
def test_a_name_that_nobody_sees_is_refused(cedars: Caller, text: str) -> None:
    order = cedars.place()
    written = cedars.written()
    for field, value in {
        "items": [{**A_KEBAB, "name": text}],
        "customer": {"name": text},
        "reference": text,
        "table": text,
        "channel": text,
        "note": text,
    }.items():
        answer = cedars.post("/orders", an_order(cedars.house, **{field: value}))
        assert field in assert_problem(answer, 422)["detail"]
    for item in ({"station": text}, {"modifiers": [text]}, {"notes": text}):
        assert_problem(cedars.post("/orders", an_order(cedars.house, items=[{**A_KEBAB, **item}])), 422)
    path = f"/orders/{order['id']}"
    assert_problem(cedars.post(f"{path}/actions", {"act": "hold", "reason": text}), 422)
    assert_problem(cedars.post(f"{path}/actions", {"act": "assign", "rider": text}), 422)
    assert_problem(cedars.post(f"{path}/transitions", {"to": "cancelled", "reason": text}), 422)
    assert_problem(cedars.post("/restaurants/hamra/riders", {"name": text}), 422)
    assert cedars.written() == written


@pytest.mark.parametrize("name", ["Nour", "نور", "日本", "👩‍🍳", "!", "₤", "a\u0301", "می‌خواهم"])
def test_a_name_that_is_seen_is_taken(cedars: Caller, name: str) -> None:
    assert cedars.place(customer={"name": name})["customer"]["name"] == name


def test_no_field_has_a_default_for_which_it_is_taken_for_one_to_be_given(
    cedars: Caller,
) -> None:
    schemas = cedars.get("/openapi.json").json["components"]["schemas"]
    with_default = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, said in schema.get("properties", {}).items()
        if "default" in json.dumps(said)
    ]
    assert with_default == []


@pytest.mark.parametrize("status", ["400", "405", "414", "421", "431", "503"])
def test_what_any_call_may_be_refused_with_is_described(cedars: Caller, status: str) -> None:
    for path, methods in cedars.get("/openapi.json").json["paths"].items():
        for method, call in methods.items():
            assert list(call["responses"][status]["content"]) == ["application/problem+json"], (path, method)
