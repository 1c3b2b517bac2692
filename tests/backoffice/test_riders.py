"""Dispatch and managers keep the list of riders; the kitchen neither reads nor writes it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.moving import actions
from ordertrack.orders.reading import records
from ordertrack.rules.order_actions import OrderAction
from support.cast import House, Person

Sign = Callable[[Person], FlaskClient]
PAGE = "/r/hamra/riders"
PHONE = "+961 3 444 555"


@pytest.mark.parametrize("who", ["karim", "maya"])
def test_a_rider_is_added_goes_home_and_gets_another_phone(cedar: House, sign_in: Sign, who: str) -> None:
    client = sign_in(getattr(cedar, who))
    assert "Nobody is on the list yet" in client.get(PAGE).text
    assert client.post(PAGE, data={"name": "Ali", "phone": PHONE}).status_code == 303
    page = client.get(PAGE).text
    assert PHONE in page
    assert "Ali goes home" in page
    assert client.post(PAGE, data={"rider": "Ali", "do": "away"}).status_code == 303
    assert "Ali comes in" in client.get(PAGE).text
    assert client.post(PAGE, data={"rider": "ali", "do": "here"}).status_code == 303
    changed = {"rider": "Ali", "do": "save", "name": "Ali M.", "phone": "70 1"}
    assert client.post(PAGE, data=changed).status_code == 303
    page = client.get(PAGE).text
    assert "Ali M. goes home" in page
    assert PHONE not in page
    assert client.post(PAGE, data={"rider": "Ali M.", "do": "remove"}).status_code == 303
    client.get(PAGE)
    assert "Ali M." not in client.get(PAGE).text


def test_who_saves_what_somebody_else_has_changed_meanwhile_is_told(cedar: House, sign_in: Sign) -> None:
    client = sign_in(cedar.karim)
    client.post(PAGE, data={"name": "Ali", "phone": "111"})
    seen = {"rider": "Ali", "do": "save", "seen": "1"}
    assert client.post(PAGE, data=seen | {"name": "Ali", "phone": "222"}).status_code == 303
    overtaken = client.post(PAGE, data=seen | {"name": "Ali M.", "phone": "111"})
    assert overtaken.status_code == 422
    assert "Somebody else changed this rider meanwhile" in overtaken.text
    assert 'name="seen" value="2"' in overtaken.text, "saving once more is then of what stands"
    assert "222" in client.get(PAGE).text


def test_open_orders_follow_a_rider_to_another_name(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], sign_in: Sign
) -> None:
    client = sign_in(cedar.karim)
    client.post(PAGE, data={"name": "Ali"})
    order_id, elsewhere = place(cedar), place(cedar, restaurant="jounieh")
    for each in (order_id, elsewhere):
        with tenant_context(app, cedar.tenant_id):
            actions.act(each, OrderAction.ASSIGN, by=cedar.program, detail="ALI")
    client.post(PAGE, data={"rider": "Ali", "do": "save", "name": "Ali Hassan"})
    with tenant_context(app, cedar.tenant_id):
        found = [records.find(cedar.tenant_id, each) for each in (order_id, elsewhere)]
        last = event_log.entries_after(cedar.tenant_id, 0, 99, order_id=order_id)[-1]
    assert [order.rider for order in found if order] == ["Ali Hassan", "ALI"]
    assert (last.changed_by, getattr(last, "detail", None)) == ("Karim", "Ali Hassan")


def test_what_cannot_be_saved_is_said_where_it_stands(cedar: House, sign_in: Sign) -> None:
    client = sign_in(cedar.karim)
    client.post(PAGE, data={"name": "Ali"})
    client.post(PAGE, data={"name": "Ziad"})
    for form, sentence in (
        ({"name": ""}, "must not be blank"),
        ({"name": "ALI"}, "Another rider has this name"),
        ({"rider": "Ziad", "do": "save", "name": "ali"}, "Another rider has this name"),
        ({"rider": "Nobody", "do": "here"}, "took this rider off"),
        ({"rider": "Nobody", "do": "remove"}, "took this rider off"),
        ({"name": "Nadim", "phone": "1" * 31}, "30 characters"),
    ):
        answer = client.post(PAGE, data=form)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert client.post(PAGE, data={"rider": "Ali", "do": "dance"}).status_code == 400
    assert "Nadim" not in client.get(PAGE).text


def test_the_kitchen_does_not_see_the_list(cedar: House, sign_in: Sign) -> None:
    sign_in(cedar.karim).post(PAGE, data={"name": "Ali", "phone": PHONE})
    kitchen = sign_in(cedar.nour)
    assert kitchen.get(PAGE).status_code == 403
    assert kitchen.post(PAGE, data={"name": "Ziad"}).status_code == 403
    assert PHONE not in kitchen.get("/r/hamra/kitchen").text


def test_another_restaurants_list_is_another(cedar: House, rival: House, sign_in: Sign) -> None:
    sign_in(cedar.karim).post(PAGE, data={"name": "Ali"})
    assert "Ali" not in sign_in(cedar.karim).get("/r/jounieh/riders").text
    assert sign_in(rival.karim).get(PAGE).status_code == 404
