"""A company that is suspended is read and not written, whoever writes and by whatever way."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import SetFields
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tenants import suspension
from ordertrack.tenants.signing_in.sign_in import OPEN_WHILE_SUSPENDED
from ordertrack.web import database_problems
from ordertrack.web.problems import problem_of
from support.cast import House, Person
from support.command_line import run_here

SENTENCE = "This company is suspended"
# Whoever opens these shows a secret and belongs to nobody yet, or is a shop, which is told so below.
_OF_NOBODY = {"founding.by_code", "founding.sign_up", "tablet_codes.open_here", "channel_calls.receive"}


@pytest.fixture
def placed(cedar: House, place: Callable[..., uuid.UUID]) -> uuid.UUID:
    return place(cedar)


@pytest.fixture
def suspended(settings: Settings, cedar: House, placed: uuid.UUID) -> House:
    """Cedar, with an order, suspended by the operator."""
    said = run_here(settings, "tenant", "suspend", cedar.slug, "--json")
    assert json.loads(said.stdout) == {"tenant": cedar.slug, "suspended": True, "changed": True}
    suspension.forget(cedar.tenant_id)
    return cedar


def writes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Method, address and endpoint of every route that writes, its ids made up."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
                values = {name: _made_up(rule.rule, name) for name in rule.arguments}
                path = app.url_map.bind("").build(rule.endpoint, values, method=method)
                yield method, path, rule.endpoint


def _made_up(rule: str, name: str) -> object:
    if (chosen := re.search(rf"<any\((\w+)[^>]*:{name}>", rule)) is not None:
        return chosen[1]
    return uuid.uuid4() if f"<uuid:{name}>" in rule else "x" * 26


@pytest.mark.parametrize("who", ["maya", "nour", "program"])
def test_no_route_writes_for_a_company_that_is_suspended(
    app: Flask, suspended: House, sign_in: Callable[[Person], FlaskClient], who: str
) -> None:
    client = app.test_client() if who == "program" else sign_in(getattr(suspended, who))
    asked = 0
    for method, path, endpoint in writes(app):
        is_api = path.startswith("/api/")
        if endpoint in OPEN_WHILE_SUSPENDED | _OF_NOBODY or is_api != (who == "program"):
            continue
        answer = client.open(
            path, method=method, **({"json": {}, "headers": suspended.bearer} if is_api else {"data": {}})
        )
        assert answer.status_code == 403, (method, path, answer.status_code)
        said = answer.json["type"] if is_api else answer.text  # type: ignore[index]
        assert ("company-suspended" if is_api else SENTENCE) in said, (method, path)
        asked += 1
    assert asked >= (6 if who == "program" else 60)


def test_the_schema_refuses_what_the_pages_have_let_through(
    app: Flask, suspended: House, placed: uuid.UUID
) -> None:
    """As a worker that was not told yet, the clock, or a channel would write."""
    tenant_id, by = suspended.tenant_id, suspended.maya.principal
    order = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Kebab", 1),))
    with tenant_context(app, tenant_id):
        for write in (
            lambda: intake.place(order, by=suspended.program),
            lambda: transitions.advance(placed, OrderStatus.CONFIRMED, by=by),
            lambda: actions.act(placed, OrderAction.RUSH, by=by),
            lambda: changes.change(placed, [SetFields({"note": "x"})], by=by, expected_revision=1),
            lambda: db.session.execute(text("UPDATE orders SET is_rush = true")),
            lambda: db.session.execute(text("UPDATE order_items SET is_done = true")),
            lambda: db.session.execute(text("UPDATE tenant_streams SET rule_set = 'extended'")),
            lambda: db.session.execute(text("UPDATE tenants SET currency = 'LBP'")),
        ):
            with pytest.raises((DBAPIError, psycopg.Error)) as refused:
                write()
            db.session.rollback()
            assert database_problems.is_for_suspension(refused.value)
            with app.test_request_context():
                problem = problem_of(refused.value)
            assert (problem.status, problem.kind) == (403, "company-suspended")
        assert db.session.execute(text("SELECT seq FROM tenant_streams")).scalar() == 1


def test_the_clock_begins_nothing_in_a_company_that_is_suspended(
    app: Flask, settings: Settings, confined: psycopg.Connection[Any], cedar: House
) -> None:
    promised = dt.datetime.now(dt.UTC) + dt.timedelta(hours=9)
    later = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Kebab", 1),), promised_at=promised)
    with tenant_context(app, cedar.tenant_id):
        intake.place(later, by=cedar.program)

    def waits() -> bool:
        return cedar.tenant_id in {tenant for tenant, _at in confined.execute("SELECT * FROM next_due()")}

    assert waits()
    run_here(settings, "tenant", "suspend", cedar.slug)
    assert not waits()
    run_here(settings, "tenant", "resume", cedar.slug)
    assert waits()


def test_everything_is_read_and_pages_and_boards_say_why_nothing_can_be_done(
    app: Flask, suspended: House, placed: uuid.UUID, sign_in: Callable[[Person], FlaskClient]
) -> None:
    maya, nour = sign_in(suspended.maya), sign_in(suspended.nour)
    for client, path in ((maya, "/restaurants"), (maya, "/"), (nour, "/r/hamra/kitchen")):
        assert SENTENCE in client.get(path).text, path
    assert (
        "Cette entreprise est suspendue"
        in nour.get("/r/hamra/kitchen", headers={"Accept-Language": "fr"}).text
    )
    assert "موقوفة" in nour.get("/r/hamra/kitchen", headers={"Accept-Language": "ar"}).text
    api = app.test_client()
    assert api.get(f"/api/v1/orders/{placed}", headers=suspended.bearer).status_code == 200
    with tenant_context(app, suspended.tenant_id):
        token = db.session.execute(text("SELECT token FROM tracking_links")).scalar_one()
    guest = app.test_client()
    assert guest.get(f"/track/{token}").status_code == 200
    assert guest.post(f"/track/{token}/seen", data={"revision": "1"}).status_code < 400


def test_a_company_that_is_resumed_goes_on_where_it_was_and_both_stand_in_its_audit(
    settings: Settings, app: Flask, suspended: House, placed: uuid.UUID
) -> None:
    again = run_here(settings, "tenant", "suspend", suspended.slug)
    assert again.returncode == 0 and again.stdout.startswith("Nothing was changed")
    listed = {
        each["slug"]: each for each in json.loads(run_here(settings, "tenant", "list", "--json").stdout)
    }
    assert listed[suspended.slug]["suspended_at"] and listed[suspended.slug]["orders_of_30_days"] == 1
    assert run_here(settings, "tenant", "resume", suspended.slug).returncode == 0
    suspension.forget(suspended.tenant_id)
    moved = app.test_client().post(
        f"/api/v1/orders/{placed}/transitions",
        json={"to": "confirmed", "seen": "pending"},
        headers=suspended.bearer,
    )
    assert moved.status_code == 200
    said = run_here(settings, "audit", "--tenant", suspended.slug, "--kind", "company", "--json")
    assert [each["after"] for each in json.loads(said.stdout)][:2] == [
        {"suspended": False},
        {"suspended": True},
    ]
    assert f"suspended  {suspended.slug}" in run_here(settings, "tenant", "log").stdout
