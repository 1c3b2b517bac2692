"""A guest is found by the telephone number: what was ordered before, where, and what must not be eaten."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from order_entry import carte
from order_entry.forms import PAGE, fields_of, opened, send, taken
from ordertrack.database.session import db, tenant_context
from ordertrack.i18n import phones
from ordertrack.order_entry import guests
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants.principal import Principal
from support.cast import House, Person
from support.houses.town import GUESTS, ORDERS, Town
from support.tablet import set_up

Sign = Callable[[Person], FlaskClient]
PHONE = "+961 3 555 127"
HOME = {"lines": ["Makdissi St 48"], "area": "Ras Beirut", "instructions": "blue door"}


@pytest.fixture
def ordered(app: Flask, cedar: House) -> Callable[..., uuid.UUID]:
    """An order that came in by a program."""

    def place(*items: NewItem, house: House = cedar, restaurant: str | None = None, **more: Any) -> uuid.UUID:
        customer = {"name": "Rima", "phone": "03/555127", "locale": "fr", "address": HOME} | more.pop(
            "customer", {}
        )
        order = NewOrder(
            restaurant or house.restaurants[0],
            more.pop("fulfilment", Fulfilment.DELIVERY),
            items or (NewItem("Kafta", 2),),
            customer=customer,
            **more,
        )
        with tenant_context(app, house.tenant_id):
            return intake.place(order, by=house.program)[0]

    return place


def find(client: FlaskClient, path: str = PAGE, **typed: str) -> Any:
    answer = client.post(path, data={"phone": PHONE, "do": "find", **typed})
    assert answer.status_code == 200, answer.text
    return answer


def guest_of(answer: Any) -> str:
    return str(answer.text.partition('<div id="guest"')[2].partition('class="seg how"')[0])


@pytest.fixture
def karim(cedar: House, sign_in: Sign) -> FlaskClient:
    return sign_in(cedar.karim)


@pytest.mark.parametrize("typed", ["03 555 127", "3555127", "٠٣٥٥٥١٢٧", "+9613555127"])
def test_the_number_finds_name_language_address_and_what_was_ordered(
    karim: FlaskClient, ordered: Callable[..., uuid.UUID], typed: str
) -> None:
    ordered(NewItem("Kafta", 2), NewItem("Fattoush", 1, "Shellfish allergy!"))
    last = ordered(NewItem("Sea bass", 1), note="ring twice\nsesame allergy")
    answer = find(karim, phone=typed)
    fields = fields_of(answer.text)
    assert (fields["name"], fields["locale"], fields["address_of"]) == (["Rima"], ["fr"], [str(last)])
    assert fields["allergy"] == ["sesame allergy", "Shellfish allergy!"]
    page = guest_of(answer)
    assert "2 orders since" in page and "Sea bass" in page and "Kafta" in page
    assert "Makdissi St 48" in answer.text and "blue door" in answer.text


def test_an_allergy_goes_with_the_order_and_so_does_the_address(
    app: Flask, cedar: House, karim: FlaskClient, ordered: Callable[..., uuid.UUID]
) -> None:
    ordered(NewItem("Tea", 1), note="sesame allergy")
    fields = fields_of(find(karim, key="a" * 32, fulfilment="delivery").text)
    fields |= {"line-0-name": ["Rice"], "line-0-quantity": ["1"], "note": ["ring twice"]}
    order = taken(app, cedar, send(karim, fields))
    assert order.note == "sesame allergy\nring twice"
    assert order.customer == {"name": "Rima", "phone": PHONE, "locale": "fr", "address": HOME}
    unticked = {name: text for name, text in fields.items() if name != "allergy"} | {"key": ["b" * 32]}
    assert taken(app, cedar, send(karim, unticked)).note == "ring twice"
    once_more = fields_of(find(karim).text)
    assert once_more["allergy"] == ["sesame allergy"], "of a note that says more, only what is of health"


def test_what_somebody_typed_is_not_overwritten_but_a_wrong_numbers_guest_goes(
    karim: FlaskClient, ordered: Callable[..., uuid.UUID]
) -> None:
    ordered()
    assert fields_of(find(karim, name="Rima's mother").text)["name"] == ["Rima's mother"]
    found = {name: text[0] for name, text in fields_of(find(karim).text).items()}
    nobody = fields_of(find(karim, **found | {"phone": "03 111 222"}).text)
    assert (nobody["name"], nobody["found"]) == ([""], [""])
    assert "allergy" not in nobody and nobody.get("address_of", [""]) == [""]


def test_another_number_that_ends_alike_is_another_guest(
    karim: FlaskClient, ordered: Callable[..., uuid.UUID]
) -> None:
    ordered(customer={"phone": "+44 20 3355 5127", "name": "Eve"})
    assert "No order by this number yet" in guest_of(find(karim))


def test_many_orders_come_a_page_at_a_time(karim: FlaskClient, ordered: Callable[..., uuid.UUID]) -> None:
    for number in range(guests.PAGE + 1):
        ordered(NewItem(f"Dish {number}", 1))
    first = guest_of(find(karim))
    assert [f"Dish {n}" in first for n in range(3)] == [False, True, True]
    older = re.search(r'name="older" value="([0-9]+)"', first)
    assert older is not None
    second = guest_of(find(karim, older=older[1]))
    assert [f"Dish {n}" in second for n in range(3)] == [True, False, False]
    assert 'name="older"' not in second
    for absurd in ("-1", "99999", "x"):
        assert find(karim, older=absurd).status_code == 200


def test_again_brings_the_lines_and_says_what_it_left_out(
    app: Flask, cedar: House, hamra: uuid.UUID, karim: FlaskClient, ordered: Callable[..., uuid.UUID]
) -> None:
    carte.save(app, cedar)
    carte.sell_out(app, cedar, "fish", hamra)
    before = ordered(NewItem("Sea bass", 1), NewItem("Chicken taouk", 2, "well done", ("Without: garlic",)))
    answer = karim.post(
        PAGE, data={"phone": PHONE, "again_of": str(before), "line-7-name": "Tea", "note": "x"}
    )
    fields = fields_of(answer.text)
    assert (fields["line-0-sku"], fields["line-0-quantity"], fields["line-0-modifier"]) == (
        ["taouk"],
        ["2"],
        ["Without: garlic"],
    )
    assert "line-7-name" not in fields and fields["note"] == ["x"]
    assert "Sea bass is sold out until" in answer.text
    assert karim.post(PAGE, data={"again_of": str(uuid.uuid4())}).status_code == 404
    assert karim.post(PAGE, data={"again_of": "x"}).status_code == 404


def test_guests_of_another_house_are_nobodys_business(
    cedar: House, rival: House, sign_in: Sign, ordered: Callable[..., uuid.UUID]
) -> None:
    theirs = ordered()
    eve = sign_in(rival.maya)
    page = "/r/verdun/new"
    assert "No order by this number yet" in guest_of(find(eve, page))
    assert eve.post(page, data={"again_of": str(theirs)}).status_code == 404
    fields = opened(
        eve,
        page,
        phone=PHONE,
        fulfilment="delivery",
        address_of=str(theirs),
        line_0_name="Tea",
        line_0_quantity="1",
    )
    answer = send(eve, fields, page)
    assert answer.status_code == 422 and "not known here" in answer.text
    assert "Makdissi" not in answer.text


def test_a_tablet_knows_the_guests_of_its_own_restaurant_only(
    app: Flask, cedar: House, sign_in: Sign, ordered: Callable[..., uuid.UUID]
) -> None:
    elsewhere = ordered(NewItem("Couscous", 1), restaurant="jounieh")
    assert "Couscous" in find(sign_in(cedar.karim)).text
    tablet = set_up(sign_in, cedar, "dispatch").client
    assert "No order by this number yet" in guest_of(find(tablet))
    assert tablet.post(PAGE, data={"again_of": str(elsewhere)}).status_code == 404
    ordered(NewItem("Kibbeh", 1))
    answer = find(tablet)
    assert "Kibbeh" in answer.text and "Couscous" not in answer.text


def test_the_schema_takes_the_same_last_digits(
    app: Flask, cedar: House, operator: psycopg.Connection[Any], ordered: Callable[..., uuid.UUID]
) -> None:
    for text in ("03/555127", "٠٣ ٥٥٥ ١٢٧", "۰۳۵۵۵۱۲۷", "12", "call Rima", "+33 6 12 34 56 78"):
        order_id = ordered(customer={"phone": text})
        row = operator.execute("SELECT phone_tail FROM orders WHERE id = %s", [order_id]).fetchone()
        operator.rollback()
        tail = phones.Phone(text, None).tail
        assert row == (tail,), text


def test_among_many_orders_only_those_of_the_guest_are_looked_at(town: Town) -> None:
    asked: list[tuple[str, Any]] = []
    phone = phones.read("03 100 127", "LB")
    asker = Principal(town.first, "staff:1", "Karim", Role.DISPATCH)
    with tenant_context(town.app, town.first):
        take = event.listens_for(db.engine, "before_cursor_execute")
        listener = take(lambda _connection, _cursor, query, values, *_rest: asked.append((query, values)))
        for _ in range(8):  # the database keeps a plan for what it is asked often
            found = guests.find(asker, phone, "LB")
        event.remove(db.engine, "before_cursor_execute", listener)
        query, values = next(each for each in asked if "phone_tail =" in each[0])
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF) {query}"
        plan = "\n".join(db.session.connection().exec_driver_sql(explain, values).scalars())
    assert found is not None and found.orders == ORDERS // GUESTS
    assert "orders_of_guest" in plan
    assert "Rows Removed" not in plan and "Seq Scan on orders" not in plan
