"""A guest is forgotten, after a time or when they ask: nothing says who it was; what happened is whole."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg.errors import CheckViolation
from sqlalchemy import text

from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.following import housekeeping
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import SetFields
from ordertrack.orders.forgetting import guest, masking, retention
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.outgoing import sealing
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House, Person, hire_owner
from support.command_line import run_here

PHONE = "+961 3 555 127"
SECRETS = ("Rana", "555 127", "Makdisi", "ring twice", "the red door", "no onion")
SOON = dt.timedelta(minutes=1)
# Everything that is written down of an order: what must not change, and where a guest must not stand.
_LOG = """
    SELECT to_jsonb(e) FROM order_status_events AS e UNION ALL SELECT to_jsonb(a) FROM order_actions AS a
    UNION ALL SELECT to_jsonb(s) FROM tenant_streams AS s
    UNION ALL SELECT to_jsonb(o) - 'customer' - 'note' - 'phone_tail' - 'masked_at' FROM orders AS o
    UNION ALL SELECT to_jsonb(i) - 'notes' FROM order_items AS i
"""


@pytest.fixture
def visit(app: Flask, cedar: House, bring: Callable[..., None]) -> Callable[..., uuid.UUID]:
    """An order of Rana's with all that can be said of a guest, brought to its end unless it `is_open`."""

    def order(*, is_open: bool = False, phone: str = PHONE, key: str | None = None) -> uuid.UUID:
        customer = {"name": "Rana", "phone": phone, "address": {"lines": ["Makdisi Street 12"]}}
        items = (NewItem("Kebab", 2, "no onion"), NewItem("Fattoush", 1))
        placed = NewOrder("hamra", Fulfilment.PICKUP, items, customer=customer, note="ring twice")
        with tenant_context(app, cedar.tenant_id):
            order_id, _ = intake.place(placed, by=cedar.program, idempotency_key=key)
            noted = [SetFields({"note": "the red door", "customer": {"name": "Rana H."}})]
            changes.change(order_id, noted, by=cedar.maya.principal, expected_revision=1)
        if not is_open:
            steps = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.COMPLETED)
            bring(cedar, order_id, *steps)
        return order_id

    return order


def left_behind(app: Flask, house: House) -> str:
    """Everything that a database keeps of a company, as one text."""
    with tenant_context(app, house.tenant_id):
        tables = db.session.scalars(
            text("SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id'")
        ).all()
        rows = [db.session.scalars(text(f"SELECT t::text FROM {each} AS t")).all() for each in tables]
    return "\n".join(row for some in rows for row in some)


def log_of(app: Flask, house: House) -> list[str]:
    with tenant_context(app, house.tenant_id):
        return sorted(json.dumps(row, sort_keys=True) for row in db.session.scalars(text(_LOG)))


def mask_all(app: Flask, house: House) -> int:
    with tenant_context(app, house.tenant_id):
        return retention.mask_before(house.tenant_id, dt.datetime.now(dt.UTC) + SOON)


def around(app: Flask, house: House, order_id: uuid.UUID) -> None:
    """What else lies about an order: a browser, a message, a shop's payload and what it said last."""
    with tenant_context(app, house.tenant_id):
        values: dict[str, Any] = {"tenant": house.tenant_id, "order": order_id, "sealed": sealing.seal(b"x")}
        connection = values["connection"] = uuid.uuid4()
        values["sender"] = f"channel:{connection}"
        for statement in (
            "INSERT INTO guest_browsers VALUES (:tenant, :order, 'x', :sealed, 'en', 'x')",
            "INSERT INTO guest_wishes VALUES (:tenant, :order, 'push')",
            "INSERT INTO guest_pages VALUES (:tenant, :order, 1)",
            """INSERT INTO guest_messages (tenant_id, order_id, kind, id, restaurant_id, state, since, masked)
               SELECT tenant_id, id, 'ready', id, restaurant_id, 'sent', now(), 'Rana …127' FROM orders
                WHERE id = :order""",
            """INSERT INTO channel_connections (tenant_id, id, channel, name, restaurants, sealed_secrets,
                 digest)
               VALUES (:tenant, :connection, 'woocommerce', 'Shop', '{"x": ""}', :sealed, 'x')""",
            """INSERT INTO channel_payloads (tenant_id, id, connection_id, way, topic, headers, body,
                 digest, order_id, outcome) VALUES (:tenant, gen_random_uuid(), :connection, 'called', 'x',
                 '{"from": "Rana"}', 'Rana', 'x', :order, 'done')""",
            """INSERT INTO channel_orders (tenant_id, connection_id, external_id, content)
               VALUES (:tenant, :connection, '4711', '{"customer": "Rana"}')""",
        ):
            db.session.execute(text(statement), values)
        db.session.commit()


def test_nothing_says_any_longer_who_ordered_and_the_log_is_the_same(
    app: Flask, operator: psycopg.Connection[Any], cedar: House, visit: Callable[..., uuid.UUID]
) -> None:
    order_id = visit(key="4711")
    around(app, cedar, order_id)
    operator.execute(
        "UPDATE orders SET idempotency_sender = (SELECT 'channel:' || id FROM channel_connections"
        " WHERE tenant_id = %s) WHERE id = %s",
        [cedar.tenant_id, order_id],
    )
    operator.commit()
    before = log_of(app, cedar)
    there = left_behind(app, cedar)
    assert [each for each in SECRETS if each not in there] == []
    assert mask_all(app, cedar) == 1
    kept = left_behind(app, cedar)
    assert [each for each in SECRETS if each in kept] == []
    assert log_of(app, cedar) == before
    assert mask_all(app, cedar) == 0, "what is masked is not looked at again"


def test_pages_and_programs_are_told_that_the_guest_is_not_known(
    app: Flask, cedar: House, visit: Callable[..., uuid.UUID], sign_in: Callable[[Person], FlaskClient]
) -> None:
    order_id = visit()
    mask_all(app, cedar)
    answer = app.test_client().get(f"/api/v1/orders/{order_id}", headers=cedar.bearer).json
    assert answer is not None
    assert (answer["customer"], answer["note"]) == (None, None)
    assert [item["notes"] for item in answer["items"]] == [None, None]
    maya = sign_in(cedar.maya)
    for language, said in (("en", "Guest: —"), ("fr", "Client : —"), ("ar", "الزبون: —")):
        page = maya.get(f"/orders/{order_id}", headers={"Accept-Language": language}).text
        assert said in page and "Rana" not in page and "red door" not in page
    with tenant_context(app, cedar.tenant_id):
        token = db.session.scalar(text("SELECT token FROM tracking_links"))
    assert app.test_client().get(f"/track/{token}").status_code == 200


def test_what_is_open_keeps_its_guest_and_is_masked_once_it_has_ended(
    app: Flask, cedar: House, visit: Callable[..., uuid.UUID], bring: Callable[..., None]
) -> None:
    open_one, _over = visit(is_open=True), visit()
    assert mask_all(app, cedar) == 1
    with tenant_context(app, cedar.tenant_id):
        assert masking.mask([open_one]) == 0
        db.session.commit()
    bring(cedar, open_one, OrderStatus.CANCELLED)
    assert mask_all(app, cedar) == 1, "the place up to where it came did not pass it by"


def test_orders_are_masked_by_the_days_that_the_company_chose_or_else_the_house(
    app: Flask, operator: psycopg.Connection[Any], cedar: House, visit: Callable[..., uuid.UUID]
) -> None:
    old, new = visit(), visit()
    age = "UPDATE orders SET placed_at = placed_at + %s WHERE id = %s"
    operator.execute(age, [dt.timedelta(days=-10), old])
    operator.commit()
    with tenant_context(app, cedar.tenant_id):
        tenant_id, by = cedar.tenant_id, cedar.maya.principal
        assert retention.mask_due(tenant_id) == 0, "without a number they are kept"
        assert retention.choose(11, by=by) and not retention.choose(11, by=by)
        assert retention.mask_due(tenant_id) == 0
        retention.choose(9, by=by)
        assert retention.mask_due(tenant_id) == 1
        masked = db.session.execute(text("SELECT id FROM orders WHERE masked_at IS NOT NULL")).scalars().all()
        assert masked == [old] and new not in masked
        for wrong in (6, 3651):
            with pytest.raises(ValueError, match="from 7 to 3,650"):
                retention.choose(wrong, by=by)
        retention.choose(None, by=by)
        assert retention.of_tenant(tenant_id) == (None, None)
    operator.execute(age, [dt.timedelta(days=10), old])
    operator.commit()


def test_the_application_takes_nothing_from_an_order_but_by_that_one_function(
    app: Flask, cedar: House, visit: Callable[..., uuid.UUID]
) -> None:
    visit()
    with tenant_context(app, cedar.tenant_id):
        for statement in (
            "UPDATE orders SET customer = NULL",
            "UPDATE orders SET note = NULL",
            "UPDATE orders SET masked_at = now()",
            "UPDATE order_items SET notes = NULL",
            "UPDATE changed_values SET before = NULL",
        ):
            with pytest.raises(Exception, match=r"changed by an action|permission denied"):
                db.session.execute(text(statement))
            db.session.rollback()


def test_not_even_the_owner_changes_status_or_place_of_an_order_while_it_is_masked(
    operator: psycopg.Connection[Any], cedar: House, visit: Callable[..., uuid.UUID]
) -> None:
    order_id = visit()
    operator.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(cedar.tenant_id)])
    with pytest.raises(CheckViolation):
        operator.execute(
            "UPDATE orders SET customer = NULL, masked_at = now(), status = 'pending' WHERE id = %s",
            [order_id],
        )


def test_a_guest_is_forgotten_by_the_number_however_it_is_written_and_nobody_else_is(
    settings: Settings, app: Flask, cedar: House, visit: Callable[..., uuid.UUID]
) -> None:
    visit(), visit(phone="03 555 127"), visit(phone="03 555 128")
    number = visit(is_open=True)
    with tenant_context(app, cedar.tenant_id):
        db.session.execute(
            text("INSERT INTO message_stops VALUES (:tenant, '+9613555127', 'sms')"),
            {"tenant": cedar.tenant_id},
        )
        db.session.commit()
    finished = run_here(settings, "guest", "forget", "+961-3555127", "--company", cedar.slug, "--json")
    said = json.loads(finished.stdout)
    assert (said["orders"], said["open"], said["others"]) == (2, [4], 1)
    kept = left_behind(app, cedar)
    assert "03 555 128" in kept and "03 555 127" not in kept and "+9613555127" not in kept
    audit = json.loads(run_here(settings, "audit", "--tenant", cedar.slug, "--json").stdout)
    assert audit[0]["after"] == {"guest_forgotten": 2} and "555" not in json.dumps(audit[0])
    refused = run_here(settings, "guest", "forget", "Rana", "--company", cedar.slug)
    assert refused.returncode == 1 and "Write the telephone number" in refused.stderr
    assert number


def test_owners_choose_the_days_and_forget_a_guest_on_a_page_and_managers_only_read_it(
    app: Flask,
    operator_app: Flask,
    cedar: House,
    visit: Callable[..., uuid.UUID],
    sign_in: Callable[[Person], FlaskClient],
) -> None:
    visit()
    rima, maya = sign_in(hire_owner(operator_app, cedar)), sign_in(cedar.maya)
    assert "Guests&#39; data" in maya.get("/guests").text
    for path in ("/guests", "/guests/forget"):
        assert maya.post(path, data={"days": "30"}).status_code == 403
    for wrong in ("x", "6", "99999", "-1"):
        assert rima.post("/guests", data={"days": wrong}).status_code == 422
    assert rima.post("/guests", data={"days": "30"}).status_code == 302
    assert 'value="30"' in rima.get("/guests").text
    assert rima.post("/guests/forget", data={"phone": PHONE}).status_code == 422, "it is asked first"
    assert rima.post("/guests/forget", data={"phone": "x", "sure": "1"}).status_code == 422
    assert rima.post("/guests/forget", data={"phone": PHONE, "sure": "1"}).status_code == 302
    assert "1 order says no longer whose it was." in rima.get("/guests").text
    assert "Rana" not in left_behind(app, cedar)
    assert "A guest was forgotten, in so many orders" in rima.get("/audit").text


def test_housekeeping_goes_on_in_a_company_that_is_suspended(
    app: Flask, settings: Settings, cedar: House, visit: Callable[..., uuid.UUID]
) -> None:
    visit()
    run_here(settings, "tenant", "suspend", cedar.slug)
    with tenant_context(app, cedar.tenant_id):
        housekeeping.clean(cedar.tenant_id)
        assert retention.mask_before(cedar.tenant_id, dt.datetime.now(dt.UTC) + SOON) == 1
        with pytest.raises(guest.NoNumber):
            guest.find(cedar.tenant_id, "x")
