"""Every route of the application, asked with another tenant's ids: 404, and nothing changes.

It walks the URL map, so that a route added later is covered by itself; one whose ids it cannot fill in fails.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from werkzeug.routing import Rule

from menu.menus import save as save_menu
from ordertrack.backoffice.log_import import kept_logs
from ordertrack.backoffice.log_import.models import LogImport, LogState
from ordertrack.channels import connections, payloads
from ordertrack.channels.connections import Draft
from ordertrack.channels.interface import Payload, Way
from ordertrack.channels.woocommerce import CHANNEL
from ordertrack.database.config import Settings
from ordertrack.database.session import db, operator_connection, tenant_context
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.models import Restaurant, StaffSession
from ordertrack.webhooks import endpoints
from support.cast import House, Person
from support.tablet import set_up

# Routes that name nothing of a tenant's; anything else must be fillable below.
_BOARDS = ("kitchen", "dispatch")
_IDS = {
    *("order_id", "tablet_id", "staff_id", "sign_in_id", "code_id", "key_id"),
    *("connection_id", "payload_id", "endpoint_id", "log_id"),
}
_BY_SECRET = (
    *("tracking.", "problem_pages.", "password_links.", "tablet_codes.open_here", "founding.", "mirror."),
    *("channel_calls.", "channels.connect"),
    *("guest_messages.", "guest_push.", "message_hooks.", "message_providers."),
)


@dataclass(frozen=True)
class Attempt:
    method: str
    path: str


def attempts(
    app: Flask,
    rival: House,
    order_id: uuid.UUID,
    tablet_id: uuid.UUID,
    sign_in_id: uuid.UUID,
    code_id: str,
    connected: tuple[uuid.UUID, uuid.UUID, uuid.UUID, uuid.UUID],
) -> Iterator[Attempt]:
    """Every route with an id in it, filled with Rival's."""
    theirs = {
        "order_id": [str(order_id)],
        "tablet_id": [str(tablet_id)],
        "sign_in_id": [str(sign_in_id)],
        "code_id": [code_id],
        "staff_id": [rival.nour.principal.actor.removeprefix("staff:")],
        "key_id": [rival.program.actor.removeprefix("key:")],
        "restaurant": [rival.restaurants[0]],
        "sku": ["kebab"],
        "connection_id": [str(connected[0])],
        "payload_id": [str(connected[1])],
        "endpoint_id": [str(connected[2])],
        "log_id": [str(connected[3])],
        "deed": ["end"],
        "board": list(_BOARDS),
    }
    for rule in app.url_map.iter_rules():
        if not rule.arguments or rule.endpoint.startswith(_BY_SECRET):
            continue  # no ids; a token, its own permission, tested where it is made; nobody's
        unknown = rule.arguments - theirs.keys()
        assert not unknown, f"{rule.rule}: say here what another tenant's {unknown} is"
        yield from _filled(app, rule, theirs)


def _connect(app: Flask, house: House) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID, uuid.UUID]:
    """A connection of theirs to a shop, something that came by it, a webhook, and an uploaded log."""
    with tenant_context(app, house.tenant_id):
        restaurant = db.session.scalars(select(Restaurant.id).order_by(Restaurant.slug)).first()
        assert restaurant is not None
        draft = Draft("Shop", {restaurant: ""}, {"shop": "https://shop.example.com", "makes": []}, {})
        row = connections.make(CHANNEL, draft, by=house.maya.principal)
        [payload_id] = payloads.keep(row, (Payload("order.created", b"{}"),), Way.CALLED)
        told = endpoints.make(house.maya.principal, "https://shop.example.com/hook", ["cancelled"])
        log_id = kept_logs.keep("log.csv", b"order,placed", house.maya.principal)
        # Or whoever does jobs looks at it, and writes that down, while routes are asked.
        shown = update(LogImport).where(LogImport.tenant_id == house.tenant_id, LogImport.id == log_id)
        db.session.execute(shown.values(state=LogState.SHOWN, looks=LogImport.looks + 1))
        db.session.commit()
        return row.id, payload_id, told.endpoint.id, log_id


def _filled(app: Flask, rule: Rule, theirs: dict[str, list[str]]) -> Iterator[Attempt]:
    with app.test_request_context():
        for board in theirs["board"] if "board" in rule.arguments else [""]:
            values = {name: theirs[name][0] for name in rule.arguments} | ({"board": board} if board else {})
            for name in values.keys() & _IDS if "uuid" in rule.rule else ():
                values[name] = uuid.UUID(values[name])  # type: ignore[assignment]
            path = app.url_map.bind("").build(rule.endpoint, values, method=None)
            for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
                yield Attempt(method, path)


# When a key was used last, or a shop asked, is written by whoever does that.
_BUT_WHEN = {
    "api_keys": "SELECT id, key_hash, previous_hash, revoked_at, expires_at, name FROM api_keys",
    "channel_connections": """
        SELECT id, channel, name, restaurants, settings, sealed_secrets, digest, version, paused_at, ended_at
          FROM channel_connections
    """,
}


def _rows(settings: Settings) -> dict[str, list[str]]:
    """Everything in the database that a request could change."""
    tables = (
        "orders",
        "order_items",
        "order_status_events",
        "tenant_streams",
        "restaurants",
        "staff_members",
        "order_actions",
        "floor_settings",
        "restaurant_brands",
        "menus",
        "menu_categories",
        "menu_dishes",
        "menu_sold_out",
        "tablets",
        "pin_attempts",
        "staff_sessions",
        "password_links",
        "tablet_codes",
        "api_keys",
        "audit_entries",
        "message_choices",
        "message_providers",
        "guest_browsers",
        "manager_browsers",
        "alert_choices",
        "webhook_endpoints",
        "channel_connections",
        "channel_payloads",
        "channel_orders",
        "log_imports",
    )
    with operator_connection(settings.operator_url) as connection:
        asked = {table: f"SELECT {table}::text FROM {table}" for table in tables} | _BUT_WHEN
        return {
            table: sorted(str(row) for row in connection.execute(text(query)))
            for table, query in asked.items()
        }


@pytest.mark.parametrize("who", ["manager", "program"])
def test_every_route_asked_with_another_tenants_ids_is_404_and_changes_nothing(
    app: Flask,
    settings: Settings,
    cedar: House,
    rival: House,
    place: Callable[..., uuid.UUID],
    sign_in: Callable[[Person], FlaskClient],
    who: str,
) -> None:
    order_id = place(rival)
    save_menu(app, rival)
    client = sign_in(cedar.maya) if who == "manager" else app.test_client()
    tablet_id = uuid.UUID(set_up(sign_in, rival).id)
    form = {"restaurant": rival.restaurants[0], "board": "kitchen", "name": "Grill"}
    their_manager = sign_in(rival.maya)
    code_id = their_manager.post("/tablets/codes", data=form).location.rpartition("/")[2]
    their_manager.post("/logout")
    sign_in(rival.nour)
    with tenant_context(app, rival.tenant_id):
        holds = select(StaffSession.id).where(StaffSession.staff_id == rival.nour.principal.staff_id)
        sign_in_id = db.session.scalars(holds).one()
    connected = _connect(app, rival)
    before = _rows(settings)
    asked = 0
    for attempt in attempts(app, rival, order_id, tablet_id, sign_in_id, code_id, connected):
        is_api = attempt.path.startswith("/api/")
        if is_api != (who == "program"):
            continue
        move = {"to": OrderStatus.CONFIRMED.value, "reason": "mine now"}
        deed = {"act": OrderAction.RUSH.value}
        changes = {"revision": 1, "changes": [{"do": "set", "note": "mine now"}]}
        body = {"seen": OrderStatus.PENDING.value} | (deed if attempt.path.endswith("/actions") else move)
        body = changes if attempt.path.endswith("/changes") else body
        answer = client.open(
            attempt.path,
            method=attempt.method,
            **({"json": body, "headers": cedar.bearer} if is_api else {"data": body}),
        )
        assert answer.status_code == 404, (attempt, answer.status_code, answer.text[:300])
        asked += 1
    assert asked >= 3
    assert _rows(settings) == before


def test_an_order_of_another_tenant_cannot_be_placed_into_or_filtered_for(
    app: Flask, settings: Settings, cedar: House, rival: House
) -> None:
    client = app.test_client()
    before = _rows(settings)
    order = {
        "restaurant": rival.restaurants[0],
        "fulfilment": "pickup",
        "items": [{"name": "Kebab", "quantity": 1}],
    }
    assert client.post("/api/v1/orders", json=order, headers=cedar.bearer).status_code == 404
    assert (
        client.get(f"/api/v1/stream?restaurant={rival.restaurants[0]}", headers=cedar.bearer).status_code
        == 404
    )
    assert _rows(settings) == before
