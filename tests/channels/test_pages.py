"""Managers connect, pause and end; what is wrong is said beside its field; nobody else sees any of it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from channels.conftest import Connected, form_for
from channels.shop import KEY_SECRET, SECRET, Shop, an_order, signed
from ordertrack.channels import connections, tending
from ordertrack.channels.models import ChannelConnection
from ordertrack.database.session import db, tenant_context
from ordertrack.tenants.audit import AuditEntry
from support.cast import House, Person

Connect = Callable[..., Connected]
Sign = Callable[[Person], FlaskClient]
pytestmark = pytest.mark.usefixtures("alone")
NEW = "/channels/new/woocommerce"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 31}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"restaurant": []}, "restaurants"),
        ({"restaurant": ["nowhere"]}, "restaurants"),
        ({"shop": ""}, "shop"),
        ({"shop": "my shop"}, "shop"),
        ({"shop": "shop"}, "shop"),
        ({"shop": "shop.example.com?a=b"}, "shop"),
        ({"shop": "ftp://shop.example.com"}, "shop"),
        ({"shop": "https://me:mine@shop.example.com"}, "shop"),
        ({"shop": "https://[::1"}, "shop"),
        ({"consumer_secret": ""}, "consumer_secret"),
        ({"makes": []}, "makes"),
        ({"makes": ["everything"]}, "makes"),
        ({"service": "by drone"}, "service"),
        ({"branch_key": "x" * 201}, "branch_key"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    app: Flask, cedar: House, maya: FlaskClient, typed: dict[str, Any], field: str
) -> None:
    form = form_for(app, cedar, "https://shop.example.com", {"hamra": ""}, cash_methods="cod, on the spot")
    answer = maya.post(NEW, data=form | typed)
    assert answer.status_code == 422 and f'id="problem-{field}"' in answer.text, answer.text
    assert "cod, on the spot" in answer.text
    assert SECRET not in answer.text and KEY_SECRET not in answer.text
    with tenant_context(app, cedar.tenant_id):
        assert db.session.scalars(select(ChannelConnection)).all() == []


def test_a_secret_is_made_here_and_shown_with_what_to_do_until_the_shop_has_called(
    connect: Connect, maya: FlaskClient
) -> None:
    form = maya.get(NEW).text
    assert "<details><summary>More" in form and form.index('name="shop"') < form.index("<details>")
    connected = connect(secret="")
    page = maya.get(connected.page).text
    assert '<ol class="steps">' in page
    [made] = re.findall(r'Secret of the webhooks <input id="secret-1"[^>]* value="([^"]+)"', page)
    order = json.dumps(an_order()).encode()
    assert connected.deliver(order, **signed(order, secret=SECRET)).status_code == 200
    assert made in maya.get(connected.page).text, "nobody proved to be the shop yet"
    connected.deliver(order, **signed(order, secret=made))
    assert len(connected.orders()) == 1
    page = maya.get(connected.page).text
    assert made not in page and '<ol class="steps">' not in page


def test_a_shop_with_http_is_refused_and_a_name_alone_is_one_with_https(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    form = form_for(app, cedar, "http://shop.example.com", {"hamra": ""})
    assert 'id="problem-shop"' in maya.post(NEW, data=form).text
    form = form_for(app, cedar, "shop.example.com/en/", {"hamra": ""})
    assert maya.post(NEW, data=form).status_code == 303
    with tenant_context(app, cedar.tenant_id):
        (row,) = db.session.scalars(select(ChannelConnection))
        assert row.settings["shop"] == "https://shop.example.com/en"


@pytest.mark.parametrize(
    ("site", "is_within"),
    [(None, True), ("http://192.168.1.20:8000", True), ("https://eat.example.com", False)],
)
def test_an_address_that_no_shop_can_call_is_said_to_be_none(
    app: Flask,
    connect: Connect,
    maya: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    site: str | None,
    is_within: bool,
) -> None:
    connected = connect()
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], public_url=site))
    assert ("cannot call this address yet" in maya.get(connected.page).text) == is_within


@pytest.mark.parametrize("branches", [{"hamra": "", "jounieh": "J"}, {"hamra": "One", "jounieh": "one"}])
def test_several_restaurants_are_told_apart(
    app: Flask, cedar: House, maya: FlaskClient, branches: dict[str, str]
) -> None:
    answer = maya.post(NEW, data=form_for(app, cedar, "https://shop.example.com", branches))
    assert answer.status_code == 422 and 'id="problem-restaurants"' in answer.text


def test_it_is_changed_and_who_comes_late_is_told(connect: Connect, maya: FlaskClient, shop: Shop) -> None:
    connected = connect()
    page = f"{connected.page}/settings"
    form = form_for(connected.app, connected.house, shop.address, {"jounieh": ""}, secret="")
    assert maya.post(page, data=form | {"name": "Site", "seen": "1"}).status_code == 303
    late = maya.post(page, data=form | {"name": "Other", "seen": "1"})
    assert late.status_code == 422 and 'id="problem-seen"' in late.text
    connected.deliver(an_order())  # the secret that was left empty stayed
    [order] = connected.orders()
    assert (order.restaurant, order.channel) == ("jounieh", "Site")


def test_two_of_one_name_are_not_told_apart(connect: Connect, maya: FlaskClient, shop: Shop) -> None:
    connected = connect()
    form = form_for(connected.app, connected.house, shop.address, {"hamra": ""}, name="web SHOP")
    assert 'id="problem-name"' in maya.post(NEW, data=form).text


def test_what_comes_while_it_pauses_is_taken_in_when_it_goes_on(connect: Connect, maya: FlaskClient) -> None:
    connected = connect()
    maya.post(f"{connected.page}/pause")
    assert connected.deliver(an_order()).status_code == 200
    assert connected.orders() == [] and connected.became() == ["received"]
    assert "Paused since" in maya.get("/channels").text
    maya.post(f"{connected.page}/resume")
    with tenant_context(connected.app, connected.house.tenant_id):
        tending.settle_waiting(connected.house.tenant_id, tending.SETTLES_AFTER * 0)
    assert len(connected.orders()) == 1


def test_one_that_has_ended_answers_as_one_that_never_was(connect: Connect, maya: FlaskClient) -> None:
    connected = connect()
    with tenant_context(connected.app, connected.house.tenant_id):
        sealed = connected.row().sealed_secrets
    assert "has ended" in maya.post(f"{connected.page}/end", follow_redirects=True).text
    assert connected.deliver(an_order()).status_code == 404
    assert maya.get(connected.page).status_code == 404
    with tenant_context(connected.app, connected.house.tenant_id):
        assert db.session.scalars(select(ChannelConnection.sealed_secrets)).one() != sealed
    assert connected.app.test_client().post(f"/channels/{'0' * 26}").status_code == 404


def test_it_is_written_down_and_no_secret_with_it(connect: Connect, maya: FlaskClient) -> None:
    connected = connect()
    maya.post(f"{connected.page}/pause")
    maya.post(f"{connected.page}/end")
    with tenant_context(connected.app, connected.house.tenant_id):
        of_kind = select(AuditEntry).where(AuditEntry.kind == "channel").order_by(AuditEntry.at)
        entries = db.session.scalars(of_kind).all()
        assert [(each.before is None, each.after is None) for each in entries] == [
            (True, False),
            (False, False),
            (False, True),
        ]
        said = str([(each.before, each.after) for each in entries])
    assert SECRET not in said and KEY_SECRET not in said and connected.path.split("/")[2] not in said
    page = maya.get("/audit").text
    assert "Shop or platform" in page and "Web shop" in page and "Paused" in page
    said = " ".join(unescape(re.sub("<[^>]+>", " ", page)).split())
    assert (
        "Take in the shop's orders that are: Processing" in said and "Shop or platform: WooCommerce" in said
    )
    assert "Otherwise an order is: Delivery" in said and "Paused: no → from this to yes" in said
    assert not re.search("makes|tells|_key|_words|_methods", page.partition("<table")[2])


def test_secrets_are_sealed_and_shown_nowhere(connect: Connect, maya: FlaskClient) -> None:
    connected = connect()
    row = connected.row()
    assert SECRET not in row.sealed_secrets and SECRET not in str(row.settings)
    for path in ("/channels", connected.page, f"{connected.page}/settings"):
        assert SECRET not in maya.get(path).text and KEY_SECRET not in maya.get(path).text


def test_kitchen_and_dispatch_have_none_of_it(connect: Connect, cedar: House, sign_in: Sign) -> None:
    connected = connect()
    connected.deliver(an_order())
    payload = f"{connected.page}/payloads/{connected.payloads()[0].id}"
    for person in (cedar.nour, cedar.karim):
        client = sign_in(person)
        for path in ("/channels", NEW, connected.page, f"{connected.page}/settings", payload):
            assert client.get(path).status_code == 403
        for path in (NEW, f"{connected.page}/settings", f"{connected.page}/end", f"{payload}/again"):
            assert client.post(path).status_code == 403
    assert connected.app.test_client().get("/channels").status_code == 302


def test_a_manager_of_one_restaurant_sees_to_its_connections_only(
    connect: Connect, app: Flask, cedar: House, maya: FlaskClient
) -> None:
    connected = connect({"hamra": "H", "jounieh": "J"})
    with tenant_context(app, cedar.tenant_id):
        from dataclasses import replace

        from ordertrack.tenants.restaurants import bound_to

        ids = [uuid.UUID(each) for each in connected.row().restaurants]
        of_one = replace(cedar.maya.principal, restaurants=bound_to(cedar.tenant_id, ids[:1]))
        assert connections.of_asker(of_one) == []
        with pytest.raises(connections.NoSuchConnection):
            connections.find(of_one, connected.id)
        assert len(connections.of_asker(cedar.maya.principal)) == 1


def test_what_came_is_shown_beside_what_became_of_it(connect: Connect, maya: FlaskClient) -> None:
    connected = connect()
    connected.deliver(an_order())
    connected.deliver(an_order(1002, line_items=[]))
    [order] = connected.orders()
    page = maya.get(connected.page).text
    assert f'href="/orders/{order.id}"' in page and f"Order {order.number}" in page
    assert "Refused" in page and "The order has no line that can be made." in page
    refused = maya.get(f"{connected.page}?outcome=refused").text
    assert "1002" in refused and f'href="/orders/{order.id}"' not in refused
    raw = maya.get(f"{connected.page}/payloads/{connected.payloads()[0].id}").text
    assert "Makdisi Street 12" in raw and "As it came" in raw
    assert maya.get(f"{connected.page}/payloads/{uuid.uuid4()}").status_code == 404


def test_what_is_too_large_is_refused_and_a_large_one_is_not(connect: Connect) -> None:
    connected = connect()
    assert connected.deliver(an_order(customer_user_agent="x" * 200_000)).status_code == 200
    assert len(connected.orders()) == 1
    assert connected.deliver(b"[" + b"1," * 300_000 + b"1]").status_code == 413
    assert connected.app.test_client().get(connected.path).status_code == 405


def test_another_site_may_not_call_it_with_a_managers_browser(connect: Connect, maya: FlaskClient) -> None:
    connected = connect()
    answer = maya.post(f"{connected.page}/end", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and connected.row().ended_at is None
