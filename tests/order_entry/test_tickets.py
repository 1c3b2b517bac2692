"""What goes along: the guest's link in the order's story, and the guest's ticket for a roll and for A6."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.restaurants.brand import Brand
from ordertrack.restaurants.save import save_brand
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.web import assets, qr
from support.cast import House, Person

Sign = Callable[[Person], FlaskClient]


@pytest.fixture
def order_id(app: Flask, cedar: House, hamra: uuid.UUID) -> uuid.UUID:
    """An order of a guest who reads Arabic, of a restaurant that guests know by another name."""
    order = NewOrder(
        "hamra",
        Fulfilment.DELIVERY,
        (NewItem("Kafta", 2, "well done", ("Without: onion",)), NewItem("Tea", 1)),
        customer={"name": "ريما", "phone": "03 555 127", "locale": "ar", "address": {"lines": ["Bliss St"]}},
        amounts={"currency": "USD", "total": 2600, "to_collect": 1000},
    )
    with tenant_context(app, cedar.tenant_id):
        shown = Brand(hamra, name="Seven Lemons", phone="+961 1 555 701", address=("Makdissi St",))
        save_brand(shown, by=cedar.maya.principal)
        return intake.place(order, by=cedar.program)[0]


def token_of(app: Flask, house: House, order_id: uuid.UUID) -> str:
    with tenant_context(app, house.tenant_id):
        order = records.find(house.tenant_id, order_id)
    assert order is not None
    return order.tracking_token


@pytest.mark.parametrize(("paper", "size"), [("80mm", "80mm auto"), ("a6", "105mm 148mm")])
def test_the_ticket_says_all_of_the_order_in_the_guests_language(
    app: Flask, cedar: House, sign_in: Sign, order_id: uuid.UUID, paper: str, size: str
) -> None:
    client = sign_in(cedar.karim)
    answer = client.get(f"/orders/{order_id}/ticket?paper={paper}", headers={"Accept-Language": "fr"})
    assert answer.status_code == 200
    assert '<html lang="ar" dir="rtl">' in answer.text
    for part in ("Seven Lemons", "Makdissi St", "Kafta", "Without: onion", "well done", "Bliss St", "ريما"):
        assert part in answer.text
    assert "26.00" in answer.text and "10.00" in answer.text
    link = f"http://localhost/track/{token_of(app, cedar, order_id)}"
    assert qr.svg(link).partition("<path")[2] in answer.text, "the code leads to the order's page"
    name = f"css/pages/order_entry/ticket_{paper}.css"
    assert name in answer.text and f"size: {size}" in (assets.STATIC / name).read_text()


def test_a_ticket_is_for_whoever_gives_it_to_the_guest(
    app: Flask, cedar: House, rival: House, sign_in: Sign, order_id: uuid.UUID
) -> None:
    path = f"/orders/{order_id}/ticket"
    assert [sign_in(who).get(path).status_code for who in (cedar.maya, cedar.nour, rival.maya)] == [
        200,
        403,
        404,
    ]
    assert sign_in(cedar.maya).get(f"{path}?paper=wall").status_code == 400
    assert app.test_client().get(path).status_code == 302


@pytest.mark.parametrize("headers", [{}, {"Sheet": "1"}], ids=["page", "sheet"])
def test_the_story_has_the_guests_link_for_dispatch_and_managers_until_it_is_over(
    app: Flask,
    cedar: House,
    sign_in: Sign,
    order_id: uuid.UUID,
    bring: Callable[..., None],
    headers: dict[str, str],
) -> None:
    def seen_by(who: Person) -> str:
        return sign_in(who).get(f"/orders/{order_id}", headers=headers).text

    for who in (cedar.karim, cedar.maya):
        page = seen_by(who)
        assert 'class="qr"' in page
        leads_on = "https://wa.me/9613555127?text=" in page and "ticket?paper=a6" in page
        assert leads_on is not bool(headers), "a sheet over a board leads nowhere else"
    assert 'class="qr"' not in seen_by(cedar.nour)
    bring(cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.CANCELLED)
    assert 'class="qr"' not in seen_by(cedar.karim)


def test_what_leaves_the_house_begins_with_its_public_address(
    app: Flask, cedar: House, sign_in: Sign, order_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: Any = app.config["SETTINGS"]
    client = sign_in(cedar.karim)
    only_here = "only in the restaurant&#39;s own network"
    assert only_here in client.get(f"/orders/{order_id}").text
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, public_url="https://eat.example"))
    link = f"https://eat.example/track/{token_of(app, cedar, order_id)}"
    page = client.get(f"/orders/{order_id}").text
    assert f'href="{link}"' in page and str(qr.svg(link)) in page
    assert only_here not in page
