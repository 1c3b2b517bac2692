"""An order as HubRise tells it, as one of ours: each documented field, and bent ones, which say why."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from typing import Any

import pytest

from channels.hubrise.told import customer, event, item, option, order, payment
from ordertrack.channels.hubrise import events, mapping, statuses
from ordertrack.channels.interface import Nothing, Refused
from ordertrack.i18n.translate import speaking
from ordertrack.orders.placing.new_order import NewOrder
from ordertrack.rules.state_machine import Fulfilment


def read(**fields: Any) -> NewOrder:
    return mapping.read(order(**fields), "hamra")


def test_every_field_that_a_kitchen_or_a_rider_needs_is_there() -> None:
    made = read(
        service_type="delivery",
        expected_time="2026-11-30T20:15:00+01:00",
        collection_code="K42",
        customer_notes="Nut allergy",
        seller_notes="Lemonade instead of cola",
        total="31.40 EUR",
        payments=[payment("10.00 EUR"), payment("5.00 EUR", deleted=True)],
        customer=customer(phone_access_code="8812"),
    )
    assert (made.restaurant, made.fulfilment, made.channel, made.reference) == (
        "hamra",
        Fulfilment.DELIVERY,
        "Bring It",
        "K42",
    )
    assert made.promised_at == dt.datetime(2026, 11, 30, 19, 15, tzinfo=dt.UTC)
    assert made.note == "Nut allergy\nLemonade instead of cola"
    assert made.amounts == {"currency": "EUR", "total": 3140, "to_collect": 2140}
    assert made.customer == {
        "name": "Samira Khoury",
        "phone": "+33 1 55 50 01 99 (8812)",
        "address": {
            "lines": ["7 rue des Cèdres", "Bât. B, 3e"],
            "city": "69003 Lyon",
            "instructions": "Interphone Khoury",
            "latitude": 45.7578,
            "longitude": 4.832,
        },
    }
    assert made.metadata["hubrise"]["service_type_ref"] == "WEB-COL"


def test_a_confirmed_time_is_what_the_guest_was_promised() -> None:
    made = read(expected_time="2026-11-30T20:15:00+01:00", confirmed_time="2026-11-30T20:30:00+01:00")
    assert made.promised_at == dt.datetime(2026, 11, 30, 19, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("service_type", "fulfilment"),
    [
        ("delivery", Fulfilment.DELIVERY),
        ("collection", Fulfilment.PICKUP),
        ("eat_in", Fulfilment.DINE_IN),
        (None, Fulfilment.PICKUP),
    ],
)
def test_how_an_order_is_served(service_type: str | None, fulfilment: Fulfilment) -> None:
    assert read(service_type=service_type).fulfilment == fulfilment


def test_sizes_and_options_are_modifiers_and_what_is_removed_says_so() -> None:
    options = [option("Garlic"), option("Egg", quantity=2), option("Onion", removed=True)]
    (line,) = read(
        items=[item("Pizza", sku_name="Large", sku_ref="PZ-L", customer_notes="Crisp", options=options)]
    ).items
    assert (line.name, line.quantity, line.sku, line.notes) == ("Pizza", 1, "PZ-L", "Crisp")
    assert line.modifiers == ("Large", "Garlic", "2 × Egg", "without Onion")


def test_what_is_removed_is_said_in_the_language_of_the_kitchen() -> None:
    with speaking("fr"):
        (line,) = read(items=[item("Pizza", options=[option("Oignon", removed=True)])]).items
    assert line.modifiers == ("sans Oignon",)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("2.0", ("Kibbeh", 2)),
        ("3", ("Kibbeh", 3)),
        (4, ("Kibbeh", 4)),
        ("0.350", ("0.35 × Kibbeh", 1)),
        ("1.5", ("1.5 × Kibbeh", 1)),
        (None, ("Kibbeh", 1)),
    ],
)
def test_quantities_are_decimals(quantity: Any, expected: tuple[str, int]) -> None:
    (line,) = read(items=[item("Kibbeh", quantity)]).items
    assert (line.name, line.quantity) == expected


@pytest.mark.parametrize(
    ("total", "currency", "amount"),
    [
        ("12.50 EUR", "EUR", 1250),
        ("1250.00 JPY", "JPY", 1250),
        ("1.25 KWD", "KWD", 1250),
        ("90000.00 LBP", "LBP", 9_000_000),
    ],
)
def test_money_is_in_its_own_minor_units(total: str, currency: str, amount: int) -> None:
    assert read(total=total).amounts == {"currency": currency, "total": amount, "to_collect": amount}


def test_what_is_paid_at_the_door_is_still_to_collect() -> None:
    paid = [payment("3.00 EUR"), payment("6.00 EUR", ref="csh", name="Cash")]
    assert read(total="9.00 EUR", payments=paid).amounts["to_collect"] == 600  # type: ignore[index]
    vouchers = mapping.read(order(total="9.00 EUR", payments=paid), "hamra", collected=["CARD"])
    assert vouchers.amounts["to_collect"] == 300  # type: ignore[index]
    elsewhere = read(total="9.00 EUR", payments=[payment("3.00 USD")])
    assert elsewhere.amounts == {"currency": "EUR", "total": 900}, "nobody can say what is to collect"


def test_removed_items_are_none_and_long_or_strange_texts_are_cut_to_what_a_screen_shows() -> None:
    made = read(
        items=[item("Soup", deleted=True), item("K\u202eebab\u0000" + "x" * 400), item("Tea", "0")],
        customer_notes="\u200f \n",
        customer=customer(latitude="north", phone="9" * 80),
    )
    (line,) = made.items
    assert line.name.startswith("Kebab xxx") and line.name.endswith("…") and len(line.name) == 200
    assert made.note is None
    assert made.customer is not None
    assert "latitude" not in made.customer["address"] and len(made.customer["phone"]) == 30


def test_a_dish_with_more_options_than_a_card_shows_has_the_rest_in_its_notes() -> None:
    (line,) = read(items=[item("Salad", options=[option(f"Leaf {n}") for n in range(25)])]).items
    assert len(line.modifiers) == 20
    assert line.notes == "\n".join(f"Leaf {n}" for n in range(20, 25))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"items": []}, "There is nothing to prepare: all items were removed."),
        ({"items": "Kebab"}, "“items” must be a list."),
        ({"items": [item("Kebab", "-2")]}, "“-2” is no quantity of “Kebab”."),
        ({"items": [item("Kebab", "many")]}, "“items 1: quantity” must be a number, like 2.5."),
        ({"items": [item("Tea"), item("", sku_name=" ")]}, "“items 2: product_name” is missing."),
        ({"items": [item("Tea", options=[option("")])]}, "“items 1: options: name” is missing."),
        (
            {"items": [item("Tea") for _ in range(201)]},
            "An order has at most 200 lines, and this one has 201.",
        ),
        ({"service_type": "drone"}, "“service_type” must be delivery, collection or eat_in."),
        ({"service_type": ["delivery"]}, "“service_type” must be delivery, collection or eat_in."),
        ({"total": "12,50 €"}, "“total” must be an amount and its currency, like 12.50 EUR."),
        ({"total": "12.505 EUR"}, "“total” has more decimals than its currency."),
        ({"total": "-1.00 EUR"}, "“total” is less than nothing."),
        ({"total": "9999999999999.99 XAU"}, "“total” must be an amount and its currency, like 12.50 EUR."),
        (
            {"expected_time": "2026-11-30T20:15"},
            "“expected_time” must be a date and time with a time zone.",
        ),
        ({"expected_time": "tonight"}, "“expected_time” must be a date and time with a time zone."),
        ({"customer": "Samira"}, "“customer” must have fields of its own."),
        ({"customer_notes": {"fr": "Sans sel"}}, "“customer_notes” must be a text."),
    ],
)
def test_a_bent_order_is_refused_with_a_sentence_that_names_the_field(
    fields: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        read(**fields)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "Not understood: it must be JSON."),
        (b'{"id": "e1",', "Not understood: it must be JSON."),
        (b"[" * 100_000, "Not understood: it must be JSON."),
        (b'{"id": NaN}', "Not understood: it must be JSON."),
        (b"[]", "Not understood: it must be an event of HubRise."),
        (b'{"id": "e1"}', "Not understood: it must be an event of HubRise."),
    ],
)
def test_a_bent_event_is_refused_with_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        events.read(body)
    assert str(refused.value) == sentence
    assert events.outline(body)[1] is None


def test_an_event_without_its_order_or_with_another_one_is_refused() -> None:
    for wrong in ({"new_state": None}, {"order_id": "another"}):
        with pytest.raises(Refused):
            events.read(json.dumps(event(order(), **wrong)).encode())


def test_an_event_of_something_else_is_nothing_to_do() -> None:
    with pytest.raises(Nothing):
        events.read(json.dumps(event({"id": "c1"}, resource_type="customer")).encode())


def test_a_change_comes_after_the_creation_of_the_same_second() -> None:
    state = order()
    created, updated = (
        events.read(json.dumps(event(state, what)).encode()).as_of for what in ("create", "update")
    )
    assert created is not None and updated is not None and created < updated


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(Refused, match="teleported"):
        statuses.read("teleported")


def test_only_what_the_client_secret_signs_is_hubrises() -> None:
    body, secret = b'{"id": "e1"}', "s3cret"
    said = {"x-hubrise-hmac-sha256": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}
    assert events.is_signed(body, said, secret)
    assert not events.is_signed(body + b" ", said, secret)
    assert not events.is_signed(body, said, "other")
    assert not events.is_signed(body, {}, secret)
    unsigned = {"X-HubRise-Hmac-SHA256": hmac.new(b"", body, hashlib.sha256).hexdigest()}
    assert not events.is_signed(body, unsigned, ""), "no secret signs nothing"
