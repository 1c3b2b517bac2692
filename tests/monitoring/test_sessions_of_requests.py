"""The database's sessions are called after the request that they work for, as long as they do."""

from __future__ import annotations

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select

from ordertrack.database.config import Settings
from ordertrack.database.session import REQUEST_ID, db, enter_tenant, present_credential, release_connection
from ordertrack.database.statements import EachInItsTenant, TenantCall, TenantQuery
from ordertrack.tenants.models import Restaurant
from support.cast import House
from support.database import connect

ASKED = "edge-7f3a.0042"
_NAME = func.current_setting("application_name").label("name")
_QUERY = TenantQuery(select(_NAME))
_CALL = TenantCall("coalesce", "current_setting('application_name') AS name", "id", "%(id)s::uuid")
_EACH = EachInItsTenant({}, lambda tenant_id: select(_NAME).where(Restaurant.tenant_id == tenant_id).limit(1))


def named(operator: psycopg.Connection) -> list[str]:
    found = operator.execute(
        "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'ordertrack/%'"
        " AND datname = current_database()"
    )
    return [name for (name,) in found]


def test_a_transaction_carries_the_id_to_its_end_and_no_longer(
    app: Flask, cedar: House, settings: Settings
) -> None:
    with (
        app.test_request_context(environ_overrides={REQUEST_ID: ASKED}),
        connect(settings.operator_url, autocommit=True) as operator,
    ):
        enter_tenant(cedar.tenant_id)
        db.session.execute(select(Restaurant.id))
        assert f"ordertrack/{ASKED}" in named(operator)
        db.session.commit()
        assert f"ordertrack/{ASKED}" not in named(operator)
        present_credential("tenant_slug", "cedar")
        assert f"ordertrack/{ASKED}" in named(operator)
        release_connection()
        assert f"ordertrack/{ASKED}" not in named(operator)


@pytest.mark.parametrize("within", [False, True])
def test_statements_of_one_round_trip_carry_it_too(app: Flask, cedar: House, within: bool) -> None:
    with app.test_request_context(environ_overrides={REQUEST_ID: ASKED}):
        enter_tenant(cedar.tenant_id)
        if within:
            db.session.execute(select(Restaurant.id))
        own = {"tenant_id": [cedar.tenant_id]}
        for statement, values in ((_QUERY, {}), (_CALL, {"id": cedar.tenant_id}), (_EACH, own)):
            assert [row.name for row in statement.rows(**values)] == [f"ordertrack/{ASKED}"], statement
        release_connection()
    with app.app_context():
        enter_tenant(cedar.tenant_id)
        for statement, values in ((_QUERY, {}), (_CALL, {"id": cedar.tenant_id}), (_EACH, own)):
            assert [row.name for row in statement.rows(**values)] == ["ordertrack"], statement


def test_a_name_that_is_too_long_is_cut_here(app: Flask, cedar: House) -> None:
    with app.test_request_context(environ_overrides={REQUEST_ID: "a" * 64}):
        enter_tenant(cedar.tenant_id)
        assert [row.name for row in _QUERY.rows()] == [f"ordertrack/{'a' * 52}"]
