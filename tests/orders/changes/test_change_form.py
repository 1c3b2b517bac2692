"""What somebody types into the form of an order is the change, and nothing that they left alone."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ordertrack.database.session import tenant_context
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import Change, ChangeLine, SetFields
from ordertrack.orders.changing.change_form import shown
from ordertrack.orders.changing.reopened_form import opened
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House, Person
from support.till import move

Sign = Callable[[Person], FlaskClient]
ITEM = NewItem("Kebab", 2, "hot", ("no salt, no pepper", "أ، ب"))


@pytest.fixture
def order_id(app: Flask, cedar: House) -> uuid.UUID:
    with tenant_context(app, cedar.tenant_id):
        return intake.place(NewOrder("hamra", Fulfilment.DELIVERY, (ITEM,)), by=cedar.program)[0]


def read(app: Flask, house: House, order_id: uuid.UUID) -> OrderRecord:
    with tenant_context(app, house.tenant_id):
        order = records.find(house.tenant_id, order_id)
    assert order is not None
    return order


def test_what_is_left_alone_stays_to_the_letter(
    app: Flask, cedar: House, sign_in: Sign, order_id: uuid.UUID
) -> None:
    client, path = sign_in(cedar.karim), f"/orders/{order_id}/change"
    form = dict(shown(read(app, cedar, order_id)))
    assert client.post(path, data=form).status_code == 303
    assert read(app, cedar, order_id).revision == 1
    assert client.post(path, data=form | {"line-1-quantity": "3"}).status_code == 303
    (line,) = read(app, cedar, order_id).lines
    assert (line.quantity, line.modifiers, line.notes) == (3, ITEM.modifiers, ITEM.notes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"line-1-quantity": "2", "line-1-modifiers": ",".join("abcdefghijklmnopqrstuvw")},
        {"new-0-notes": "hot", "new-0-quantity": "1"},
        {"new-0-name": "Tea", "new-0-quantity": "0"},
        {"new-0-name": "Tea", "new-0-quantity": "many"},
        {"total": "12.345", "currency": "EUR"},
        {"total": "12", "currency": "XAU"},
        {"currency": "EUR"},
        {"promised_at": "tomorrow"},
        {"promised_at": "2001-01-01T10:00"},
        {"phone": "1" * 31},
        {"address": "a\nb\nc\nd\ne\nf\ng"},
        {"line-1-void": "1"},
    ],
)
def test_what_cannot_be_used_is_refused_whole_and_the_rest_stays_in_the_form(
    app: Flask, cedar: House, sign_in: Sign, order_id: uuid.UUID, wrong: dict[str, str]
) -> None:
    form = {"revision": "1", "note": "ring twice"} | wrong
    answer = sign_in(cedar.karim).post(f"/orders/{order_id}/change", data=form)
    assert answer.status_code == 422
    assert "ring twice" in answer.text
    assert 'name="line-1-quantity" inputmode="numeric" maxlength="3" required value="2"' in answer.text
    assert read(app, cedar, order_id).revision == 1


class TestWhatWasTypedWhileSomebodyElseChangedTheOrder:
    @pytest.fixture
    def page(
        self, app: Flask, cedar: House, sign_in: Sign, order_id: uuid.UUID
    ) -> Callable[..., TestResponse]:
        """Send a form that was opened before the till changed the order: note, phone, and the line."""
        form = dict(opened(read(app, cedar, order_id)))
        with tenant_context(app, cedar.tenant_id):
            patch = {"note": "for the guard", "customer": {"phone": "+961 1 111"}}
            asked: list[Change] = [SetFields(patch), ChangeLine(1, NewItem("Kebab", 3))]
            changes.change(order_id, asked, by=cedar.program, expected_revision=1)

        def send(**typed: str) -> TestResponse:
            return sign_in(cedar.karim).post(f"/orders/{order_id}/change", data=form | typed)

        return send

    def test_stands_and_all_else_is_what_the_order_says(
        self, app: Flask, cedar: House, sign_in: Sign, page: Callable[..., TestResponse], order_id: uuid.UUID
    ) -> None:
        answer = page(area="Hamra", reason="called", **{"new-0-name": "Tea", "new-0-quantity": "2"})
        assert answer.status_code == 409 and "What you typed still stands here" in answer.text
        assert "by now" not in answer.text and "You also typed" not in answer.text
        again = sign_in(cedar.karim).post(f"/orders/{order_id}/change", data=fields_of(answer.text))
        assert again.status_code == 303
        order = read(app, cedar, order_id)
        assert order.customer == {"phone": "+961 1 111", "address": {"area": "Hamra"}}
        assert order.note == "for the guard"
        assert [(line.name, line.quantity) for line in order.lines] == [("Kebab", 3), ("Tea", 2)]

    def test_stands_beside_what_the_other_one_wrote_into_the_same_field(
        self, app: Flask, cedar: House, sign_in: Sign, page: Callable[..., TestResponse], order_id: uuid.UUID
    ) -> None:
        answer = page(phone="+961 3 222")
        assert answer.text.count("by now: <bdi>+961 1 111</bdi>") == 1
        assert sign_in(cedar.karim).post(f"/orders/{order_id}/change", data=fields_of(answer.text)).location
        order = read(app, cedar, order_id)
        assert (order.customer, order.note) == ({"phone": "+961 3 222"}, "for the guard")

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"line-1-quantity": "5", "line-1-modifiers": "spicy"}, "Kebab: 5, spicy"),
            ({"line-1-void": "1"}, "Kebab: Void"),
        ],
    )
    def test_is_named_where_its_line_is_gone(
        self, page: Callable[..., TestResponse], typed: dict[str, str], said: str
    ) -> None:
        answer = page(**typed)
        assert answer.status_code == 409 and f"<li><bdi>{said}</bdi></li>" in answer.text

    def test_is_named_where_the_order_was_packed_meanwhile(
        self, app: Flask, cedar: House, sign_in: Sign, page: Callable[..., TestResponse], order_id: uuid.UUID
    ) -> None:
        client, path = sign_in(cedar.karim), f"/orders/{order_id}/change"
        form = fields_of(client.get(path).text)
        move(app, cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
        typed = {"line-2-quantity": "5", "new-0-name": "Tea", "new-0-quantity": "4", "new-0-notes": "mint"}
        answer = client.post(path, data=form | typed)
        assert answer.status_code == 422
        assert "<li><bdi>Kebab: 5</bdi></li><li><bdi>4× Tea, mint</bdi></li>" in answer.text

    def test_is_done_once_though_the_same_form_is_sent_twice(
        self, app: Flask, cedar: House, sign_in: Sign, order_id: uuid.UUID
    ) -> None:
        client, path = sign_in(cedar.karim), f"/orders/{order_id}/change"
        form = fields_of(client.get(path).text) | {"new-0-name": "Tea", "new-0-quantity": "4"}
        for _ in range(2):
            assert client.post(path, data=form).status_code == 303
        assert [line.name for line in read(app, cedar, order_id).lines] == ["Kebab", "Tea"]

    @pytest.mark.parametrize("was", ["", "[]", "{", '{"phone": null}', "9" * 5000, "[" * 5000])
    def test_stands_also_where_the_form_does_not_tell_what_was_there(
        self, page: Callable[..., TestResponse], was: str
    ) -> None:
        answer = page(was=was, phone="+961 3 222")
        assert answer.status_code == 409 and "+961 3 222" in answer.text
        assert "by now: <bdi>+961 1 111</bdi>" in answer.text


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the form on this page, left as it stands."""
    fields = {}
    form = page[page.index('class="change-order"') :]
    for tag, attributes, text in re.findall(r"<(input|textarea)([^>]*)>(?:\n([^<]*)</textarea>)?", form):
        name, value = re.search(r'name="([^"]*)"', attributes), re.search(r'value="([^"]*)"', attributes)
        if name and not ('type="checkbox"' in attributes and " checked" not in attributes):
            fields[name[1]] = unescape(text if tag == "textarea" else value[1] if value else "")
    return fields


def test_a_far_promise_is_refused_in_plain_words(cedar: House, sign_in: Sign, order_id: uuid.UUID) -> None:
    form = {"revision": "1", "promised_at": "2099-01-01T00:00"}
    answer = sign_in(cedar.karim).post(f"/orders/{order_id}/change", data=form)
    assert "The promised time lies between one hour ago and 30 days ahead." in answer.text


def test_the_kitchen_gets_no_form(cedar: House, sign_in: Sign, order_id: uuid.UUID) -> None:
    client, path = sign_in(cedar.nour), f"/orders/{order_id}/change"
    for answer in (client.get(path), client.post(path, data={"revision": "1", "note": "x"})):
        assert answer.status_code == 403
        assert "change-order" not in answer.text


def test_another_tenants_order_is_not_there(
    cedar: House, rival: House, sign_in: Sign, order_id: uuid.UUID
) -> None:
    client = sign_in(rival.karim)
    assert client.get(f"/orders/{order_id}/change").status_code == 404
