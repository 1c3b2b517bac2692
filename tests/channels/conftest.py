"""A shop, a connection to it that a manager made on the page, and whoever delivers what the shop says."""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from channels.shop import KEY, KEY_SECRET, SECRET, Shop, open_shop, signed
from ordertrack.channels import connections, registry
from ordertrack.channels.interface import Channel
from ordertrack.channels.models import ChannelConnection, ChannelPayload
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.models import Order
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.tenants.models import Restaurant
from support.cast import House
from support.following import nobody_else_follows


@dataclass
class Connected:
    """A connection, seen from outside: `path` is what the peer calls."""

    app: Flask
    house: House
    id: uuid.UUID
    path: str

    @property
    def page(self) -> str:
        return f"/channels/connections/{self.id}"

    def deliver(self, order: Any, topic: str = "order.created", **headers: str) -> TestResponse:
        """What the shop's webhook sends."""
        body = order if isinstance(order, bytes) else json.dumps(order).encode()
        return self.app.test_client().post(self.path, data=body, headers=signed(body, topic) | headers)

    def orders(self) -> list[OrderRecord]:
        """The house's, oldest first."""
        with tenant_context(self.app, self.house.tenant_id):
            ids = db.session.scalars(select(Order.id).order_by(Order.placed_at, Order.id)).all()
            return [order for each in ids if (order := records.find(self.house.tenant_id, each))]

    def payloads(self) -> list[ChannelPayload]:
        """What is kept, oldest first."""
        with tenant_context(self.app, self.house.tenant_id):
            found = select(ChannelPayload).order_by(ChannelPayload.received_at, ChannelPayload.id)
            return list(db.session.scalars(found.where(ChannelPayload.connection_id == self.id)))

    def became(self) -> list[str]:
        """What became of each, in English."""
        return [
            f"{each.outcome}: {each.reason % (each.reason_values or {}) if each.reason else ''}".rstrip(": ")
            for each in self.payloads()
        ]

    def row(self) -> ChannelConnection:
        with tenant_context(self.app, self.house.tenant_id):
            found = connections.by_id(self.house.tenant_id, self.id)
            assert found is not None
            return found

    def channel(self) -> Channel:
        found = registry.find(self.row().channel)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def alone(settings: Settings) -> Iterator[None]:
    """A server of the suite would tell and ask what is told and asked here."""
    with nobody_else_follows(settings):
        yield


@pytest.fixture
def outgoing_private(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is called stands on this machine."""
    monkeypatch.setenv("ORDERTRACK_OUTGOING_PRIVATE", "1")


@pytest.fixture
def shop(outgoing_private: None) -> Iterator[Shop]:
    with open_shop() as opened:
        yield opened


def form_for(app: Flask, house: House, shop: str, branches: dict[str, str], **fields: Any) -> dict[str, Any]:
    """What a manager types to connect a shop: `branches` are names there by the restaurants' slugs."""
    with tenant_context(app, house.tenant_id):
        ids = {each.slug: str(each.id) for each in db.session.scalars(select(Restaurant))}
    return {
        "name": "Web shop",
        "restaurant": [ids[slug] for slug in branches],
        **{f"branch-{ids[slug]}": name for slug, name in branches.items()},
        "shop": shop,
        "secret": SECRET,
        "consumer_key": KEY,
        "consumer_secret": KEY_SECRET,
        "makes": ["processing"],
        "tells": ["processing", "completed", "cancelled"],
        "service": "delivery",
        "delivery_words": "delivery",
        "pickup_words": "pickup, à emporter",
        "dine_in_words": "table",
        "cash_methods": "cod",
    } | fields


@pytest.fixture
def connect(app: Flask, cedar: House, maya: FlaskClient, shop: Shop) -> Callable[..., Connected]:
    """Have maya connect the shop on the page; without `branches` it is Hamra's alone."""

    def connect_shop(branches: dict[str, str] | None = None, **fields: Any) -> Connected:
        form = form_for(app, cedar, shop.address, branches or {"hamra": ""}, **fields)
        answer = maya.post("/channels/new/woocommerce", data=form)
        assert answer.status_code == 303, re.findall(r'class="problem"[^>]*>([^<]*)', answer.text)
        page = maya.get(answer.location).text
        address = html.unescape(re.findall(r'id="address" readonly dir="ltr" value="([^"]+)"', page)[0])
        path = "/" + address.partition("//")[2].partition("/")[2]
        return Connected(app, cedar, uuid.UUID(answer.location.partition("?")[0].rpartition("/")[2]), path)

    return connect_shop
