"""An order that somebody takes is the order that was typed, once; what cannot be sent is said and kept."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from order_entry import carte
from order_entry.forms import PAGE, fields_of, in_hours, opened, orders_of, send, taken
from ordertrack.database.session import tenant_context
from ordertrack.restaurants.pace import Pace, PaceState
from ordertrack.restaurants.save import save_pace
from ordertrack.rules.state_machine import Fulfilment
from support.cast import House, Person
from support.tablet import give_pin, set_up

Sign = Callable[[Person], FlaskClient]
TAOUK = {
    "line_0_sku": "taouk",
    "line_0_quantity": "2",
    "line_0_modifier": ["Without: garlic", "Extra: garlic"],
    "line_0_notes": "well done",
}
_LINE = [f"line-0-{name}" for name in ("sku", "quantity", "modifier", "notes")]
TO_RIMA = {
    "phone": "03 555 127",
    "name": "Rima",
    "locale": "ar",
    "area": "Ras Beirut",
    "address": "Makdissi St 48\nRaja building",
    "instructions": "blue door",
}


@pytest.fixture
def karim(app: Flask, cedar: House, sign_in: Sign) -> FlaskClient:
    carte.save(app, cedar)
    return sign_in(cedar.karim)


def test_the_order_is_what_was_typed(app: Flask, cedar: House, karim: FlaskClient) -> None:
    fields = opened(
        karim,
        **TO_RIMA,
        **TAOUK,
        line_1_name="Candle",
        line_1_quantity="1",
        line_1_price="0,50",
        note="ring twice",
        fee="2",
    )
    order = taken(app, cedar, send(karim, fields))
    low, high = (dt.datetime.fromisoformat(each) for each in fields["quote-delivery"][0].split("/"))
    assert low < high
    assert (order.fulfilment, order.promised_at, order.is_later) == (Fulfilment.DELIVERY, high, False)
    assert order.customer == {
        "name": "Rima",
        "phone": "+961 3 555 127",
        "locale": "ar",
        "address": {
            "lines": ["Makdissi St 48", "Raja building"],
            "area": "Ras Beirut",
            "instructions": "blue door",
        },
    }
    assert [(item.name, item.quantity, item.modifiers, item.notes) for item in order.items] == [
        ("Chicken taouk", 2, ("Without: garlic", "Extra: garlic"), "well done"),
        ("Candle", 1, (), None),
    ]
    assert order.items[0].station == "Grill"
    assert order.amounts == {"currency": "USD", "total": 2950, "to_collect": 2950}
    assert (order.note, order.steps[0].changed_by) == ("ring twice", "Karim")


def test_what_goes_along_is_shown_and_the_next_order_is_a_tap_away(
    app: Flask, cedar: House, karim: FlaskClient
) -> None:
    answer = send(karim, opened(karim, **TO_RIMA, **TAOUK))
    order = taken(app, cedar, answer)
    page = karim.get(answer.location).text
    link = f"http://localhost/track/{order.tracking_token}"
    for part in (
        link,
        'class="qr"',
        "https://wa.me/9613555127?text=",
        "sms:+9613555127",
        "mailto:?",
        f'href="{PAGE}"',
    ):
        assert part in page
    assert 'lang="ar"' in page, "the message is in the guest's language"
    assert karim.get(link).status_code == 200


def test_a_script_is_given_what_goes_along_in_the_same_answer(
    app: Flask, cedar: House, karim: FlaskClient
) -> None:
    answer = send(karim, opened(karim, **TO_RIMA, **TAOUK), Sheet="1")
    assert answer.status_code == 201 and 'id="sent"' in answer.text and "<html" not in answer.text
    assert karim.get(answer.headers["Location"]).status_code == 200


def test_sent_twice_is_one_order(
    app: Flask, cedar: House, hamra: uuid.UUID, karim: FlaskClient, sign_in: Sign
) -> None:
    fields = opened(karim, **TO_RIMA, **TAOUK)
    first = send(karim, fields)
    carte.sell_out(app, cedar, "taouk", hamra)
    assert send(karim, fields | {"again": ["1"]}).location == first.location, "though it is sold out by now"
    assert send(sign_in(cedar.maya), fields).location == first.location, "whoever sends it again"
    assert orders_of(app, cedar) == 1


def test_what_was_changed_after_it_was_sent_is_not_lost_unsaid(
    app: Flask, cedar: House, karim: FlaskClient
) -> None:
    fields = opened(karim, **TO_RIMA, **TAOUK)
    send(karim, fields)
    answer = send(karim, fields | {"line-0-quantity": ["5"]})
    assert answer.status_code == 409
    assert "This was sent already: it is order 1" in answer.text
    assert fields_of(answer.text)["line-0-quantity"] == ["5"]
    assert orders_of(app, cedar) == 1


_UNUSABLE: tuple[tuple[dict[str, list[str]], str, str], ...] = (
    ({name: [""] for name in _LINE}, "lines", "Nothing is ordered yet"),
    ({"line-0-quantity": ["x"]}, "line-0", "from 1 to 999"),
    ({"line-0-sku": ["gone"]}, "line-0", "is not on the menu any more"),
    ({"phone": [""]}, "phone", "the rider may have to call"),
    ({"phone": ["Rima"]}, "phone", "A telephone number has digits"),
    ({"name": ["R" * 101]}, "name", "100 characters at most"),
    ({"address": [""], "area": [""]}, "address", "Say where it goes"),
    ({"address": ["\n".join("1234567")]}, "address", "6 lines at most"),
    ({"address_of": [str(uuid.uuid4())]}, "address", "not known here"),
    ({"address_of": ["x"]}, "address", "not known here"),
    ({"fulfilment": ["drone"]}, "fulfilment", "Say how the guest gets it"),
    ({"fulfilment": ["dine_in"], "table": ["T" * 31]}, "table", "30 characters at most"),
    ({"when": ["later"], "promised_at": ["soon"]}, "promised_at", "Say a day and a time"),
    ({"when": ["later"], "promised_at": ["2026-01-01T10:00"]}, "promised_at", "That time is over"),
    ({"when": ["later"], "promised_at": ["9999-01-01T10:00"]}, "promised_at", "30 days ahead"),
    (
        {"quote-delivery": ["2026-01-01T10:00:00+00:00/2026-01-01T10:15:00+00:00"]},
        "when",
        "quoted is over",
    ),
    ({"note": ["\x07"]}, "note", "The note"),
    ({"allergy": ["x" * 301]}, "note", "300 characters at most"),
    ({"fee": ["a lot"]}, "fee", "An amount is a number"),
    ({"seen_total": ["1"]}, "total", "Prices have changed"),
)


_REFILLED = {
    "seen_total",
    "address_of",
    "allergy",
    "found",
    "found_name",
    "quote-delivery",
    "quote-pickup",
    "quote-dine_in",
}


def test_what_cannot_be_sent_is_said_in_its_place_and_all_that_was_typed_stays(
    app: Flask, cedar: House, karim: FlaskClient
) -> None:
    for typed, at, said in _UNUSABLE:
        fields = opened(karim, **TO_RIMA, **TAOUK, fee="1.50", note="ring twice") | typed
        answer = send(karim, fields)
        assert answer.status_code == 422, at
        assert said in answer.text.partition(f'id="problem-{at}"')[2].partition("</p>")[0], (at, said)
        again = fields_of(answer.text)
        for name in fields.keys() - _REFILLED:
            if fields[name] not in ([""], ["drone"]):
                assert again.get(name) == fields[name], (at, name)
    assert orders_of(app, cedar) == 0


def test_a_form_that_could_not_be_sent_once_is_not_sent(app: Flask, cedar: House, karim: FlaskClient) -> None:
    for key in ("", "x", "f" * 31, "G" * 32):
        answer = send(karim, opened(karim, **TO_RIMA, **TAOUK) | {"key": [key]})
        assert answer.status_code == 422 and "Open the page anew" in answer.text
    assert orders_of(app, cedar) == 0


def test_what_is_sold_out_since_the_page_was_opened_is_said_and_the_rest_stays(
    app: Flask, cedar: House, hamra: uuid.UUID, karim: FlaskClient
) -> None:
    fields = opened(karim, **TO_RIMA, **TAOUK, line_1_sku="kafta", line_1_quantity="3")
    carte.sell_out(app, cedar, "kafta", hamra)
    answer = send(karim, fields)
    assert answer.status_code == 422
    assert "Kafta is sold out until" in answer.text.partition('id="problem-line-1"')[2]
    again = fields_of(answer.text)
    assert (again["line-0-sku"], again["line-0-notes"], again["name"]) == (["taouk"], ["well done"], ["Rima"])
    assert orders_of(app, cedar) == 0
    assert "Sold out" not in karim.get("/r/jounieh/new").text


def test_later_is_a_time_of_the_restaurants_wall(app: Flask, cedar: House, karim: FlaskClient) -> None:
    at = in_hours(26)
    later = {"fulfilment": "pickup", "when": "later", "promised_at": at, "phone": "03555127"}
    order = taken(app, cedar, send(karim, opened(karim, **TAOUK, **later)))
    assert order.promised_at is not None
    assert f"{order.promised_at.astimezone(order.zone):%Y-%m-%dT%H:%M}" == at
    assert order.is_later


def test_at_a_table_nobody_needs_a_number_and_no_time_is_promised(
    app: Flask, cedar: House, karim: FlaskClient
) -> None:
    at_table = {"fulfilment": "dine_in", "table": "7", "paid": "1", "area": "left over"}
    order = taken(app, cedar, send(karim, opened(karim, **TAOUK, **at_table)))
    assert (order.table, order.promised_at, order.to_collect) == ("7", None, 0)
    assert order.customer == {}


def test_while_the_kitchen_is_busy_an_order_for_now_is_not_put_off(
    app: Flask, cedar: House, hamra: uuid.UUID, karim: FlaskClient
) -> None:
    _pace(app, cedar, hamra, PaceState.BUSY, minutes=40)
    order = taken(app, cedar, send(karim, opened(karim, **TO_RIMA, **TAOUK)))
    assert order.start_by is not None and order.start_by > dt.datetime.now(dt.UTC) + dt.timedelta(minutes=30)
    assert not order.is_later


def test_a_restaurant_that_takes_nothing_in_says_so_before_and_after(
    app: Flask, cedar: House, hamra: uuid.UUID, karim: FlaskClient
) -> None:
    fields = opened(karim, **TO_RIMA, **TAOUK)
    _pace(app, cedar, hamra, PaceState.PAUSED)
    answer = send(karim, fields)
    assert answer.status_code == 409
    assert "It was not sent: the restaurant takes no orders now" in answer.text
    assert fields_of(answer.text)["line-0-sku"] == ["taouk"]
    assert "takes no orders at the moment" in karim.get(PAGE).text
    assert orders_of(app, cedar) == 0


def test_without_a_menu_orders_are_lines_that_somebody_writes(
    app: Flask, rival: House, sign_in: Sign
) -> None:
    client = sign_in(rival.maya)
    page = "/r/verdun/new"
    fields = opened(
        client, page, phone="03 555 127", fulfilment="pickup", line_0_name="Kebab", line_0_quantity="2"
    )
    order = taken(app, rival, send(client, fields, page))
    assert [(item.name, item.quantity) for item in order.items] == [("Kebab", 2)]
    assert order.amounts == {}, "nobody said what it costs"


def test_kitchens_take_no_orders_and_other_houses_are_nowhere(
    app: Flask, cedar: House, rival: House, sign_in: Sign, karim: FlaskClient
) -> None:
    fields = opened(karim, **TO_RIMA, **TAOUK)
    sent = send(karim, fields).location
    order = taken(app, cedar, send(karim, fields))
    paths = (PAGE, f"{PAGE}/quotes", f"{PAGE}/menu", sent, f"/orders/{order.id}/ticket")
    kitchen, eve = sign_in(cedar.nour), sign_in(rival.maya)
    for path in paths:
        assert kitchen.get(path).status_code == 403, path
        assert eve.get(path).status_code == 404, path
    assert kitchen.post(PAGE, data={"phone": "03555127", "do": "find"}).status_code == 403
    assert eve.post(PAGE, data={"phone": "03555127", "do": "find"}).status_code == 404
    elsewhere = karim.get(f"/r/jounieh/new/{order.id}")
    assert elsewhere.status_code == 404, "an order stands under its own restaurant only"
    assert karim.get(f"{PAGE}/{uuid.uuid4()}").status_code == 404
    assert orders_of(app, cedar) == 1


def test_on_a_dispatch_tablet_somebody_signs_for_it(
    app: Flask, operator_app: Flask, cedar: House, sign_in: Sign
) -> None:
    carte.save(app, cedar)
    karim, maya = (give_pin(operator_app, cedar, who) for who in (cedar.karim, cedar.maya))
    tablet = set_up(sign_in, cedar, "dispatch")
    fields = opened(tablet.client, **TO_RIMA, **TAOUK)
    answer = send(tablet.client, fields)
    assert (answer.status_code, answer.headers["X-Person"]) == (403, "needed")
    assert orders_of(app, cedar) == 0
    order = taken(app, cedar, send(tablet.client, fields | {"person": [tablet.sign_on(karim)]}))
    assert order.steps[0].changed_by == "Karim"
    again = send(tablet.client, fields | {"person": [tablet.sign_on(maya)], "again": ["1"]})
    assert taken(app, cedar, again).id == order.id, "the next one sends what got no answer: it is one order"
    assert tablet.client.get("/r/jounieh/new").status_code == 403
    kitchen = set_up(sign_in, cedar, "kitchen")
    assert kitchen.client.get(PAGE).status_code == 403
    assert kitchen.client.get(f"/orders/{order.id}/ticket").status_code == 403


def _pace(app: Flask, house: House, hamra: uuid.UUID, state: PaceState, **more: Any) -> None:
    with tenant_context(app, house.tenant_id):
        save_pace(replace(Pace(hamra), state=state, **more), by=house.maya.principal)
