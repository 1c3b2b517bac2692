"""The database that the migrations make: the models' own, and closed to roles that could do too much."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from psycopg import sql
from sqlalchemy import Connection, Enum, Text, create_engine, text
from sqlalchemy.pool import NullPool

from ordertrack.database import schema
from ordertrack.database import session as database
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import UnsafeDatabaseRole, db, operator_connection
from support.database import connect
from support.suite.every_module import every_module

MakeRole = Callable[..., str]


@pytest.fixture
def owner(settings: Settings) -> Iterator[Connection]:
    with operator_connection(settings.operator_url) as connection:
        yield connection


def is_stored_otherwise(_context: Any, _column: Any, _model: Any, stored: Any, said: Any) -> bool | None:
    """An enum is text in the database, whose CHECK names the values; the rest is compared as usual."""
    return not isinstance(stored, Text) if isinstance(said, Enum) else None


def compare(owner: Connection) -> list[Any]:
    """Where the models of all rooms and the schema differ."""
    assert all(every_module())
    options = {"compare_type": is_stored_otherwise, "compare_server_default": True}
    return compare_metadata(MigrationContext.configure(owner, opts=options), database.Base.metadata)


def test_the_models_say_what_the_migrations_made(owner: Connection) -> None:
    assert compare(owner) == []


def test_a_difference_would_be_seen(owner: Connection) -> None:
    owner.execute(text("ALTER TABLE order_items ALTER modifiers DROP DEFAULT, ADD extra text"))
    try:
        assert len(compare(owner)) == 2
    finally:
        owner.execute(text("ALTER TABLE order_items ALTER modifiers SET DEFAULT '[]'::jsonb, DROP extra"))


def test_keys_and_constraints_are_the_models_own(owner: Connection) -> None:
    """What autogenerate does not compare: primary keys, deferral, and that every constraint is valid."""
    key = text("""
        SELECT attname FROM pg_index, unnest(indkey) WITH ORDINALITY AS key (number, place), pg_attribute
         WHERE attrelid = indrelid AND attnum = key.number AND indrelid = CAST(:name AS regclass)
           AND indisprimary ORDER BY place
    """)
    for table in database.Base.metadata.tables.values():
        columns = owner.execute(key, {"name": table.name}).scalars().all()
        assert columns == [column.name for column in table.primary_key], table.name
    loose = owner.execute(text("SELECT conname FROM pg_constraint WHERE NOT convalidated")).scalars().all()
    assert loose == []
    deferred = owner.execute(text("SELECT conname FROM pg_constraint WHERE condeferred")).scalars().all()
    assert set(deferred) == {"orders_status_is_last_event", "guard_gap", "guard_item_is_logged"}


def test_upgrading_again_changes_nothing(settings: Settings, owner: Connection) -> None:
    privileges = text("""
        SELECT relname, relacl::text, (SELECT array_agg(attname || attacl::text ORDER BY attname)
                FROM pg_attribute WHERE attrelid = pg_class.oid AND attacl IS NOT NULL)
          FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
    """)
    before = owner.execute(privileges).all()
    schema.upgrade(settings)
    assert owner.execute(privileges).all() == before
    assert compare(owner) == []


def test_upgrading_takes_back_what_the_role_was_given_besides(settings: Settings, owner: Connection) -> None:
    owner.execute(text(f'GRANT UPDATE (metadata), DELETE ON order_status_events TO "{settings.app_role}"'))
    schema.upgrade(settings)
    with connect(settings.app_url) as confined:
        allowed = confined.execute(
            "SELECT has_any_column_privilege('order_status_events', 'UPDATE'),"
            " has_table_privilege('order_status_events', 'DELETE')"
        ).fetchone()
    assert allowed == (False, False)


def test_the_roles_password_is_not_sent_in_clear(settings: Settings, owner: Connection) -> None:
    stored = owner.execute(
        text("SELECT rolpassword FROM pg_authid WHERE rolname = :role"), {"role": settings.app_role}
    ).scalar_one()
    assert stored.startswith("SCRAM-SHA-256$")
    assert settings.app_role_password not in stored


@pytest.fixture
def make_role(owner: Connection) -> Iterator[MakeRole]:
    """Make a role with these attributes and grants; `of` is a role that it becomes a member of."""
    made: list[str] = []

    def make(attributes: str = "", grant: str = "", of: str = "") -> str:
        name = f"unsafe_{secrets.token_hex(4)}"
        owner.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD 'x' {attributes}"))
        made.append(name)
        if grant:
            owner.execute(text(f"GRANT {grant} TO {name}"))
        if of:
            owner.execute(text(f'GRANT "{of}" TO {name}'))
        return name

    yield make
    for name in reversed(made):
        owner.execute(text(f"REASSIGN OWNED BY {name} TO CURRENT_USER"))
        owner.execute(text(f"DROP OWNED BY {name}"))
        owner.execute(text(f"DROP ROLE {name}"))


def refuse(settings: Settings, role: str) -> None:
    engine = create_engine(settings.operator_url.set(username=role, password="x"), poolclass=NullPool)
    with engine.connect() as connection:
        database.refuse_unsafe_role(connection)


def test_the_applications_own_role_is_safe(settings: Settings, app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        database.refuse_unsafe_role(connection)


def test_a_role_that_may_only_read_is_safe(settings: Settings, make_role: MakeRole) -> None:
    refuse(settings, make_role(grant="SELECT, INSERT ON order_status_events, orders"))


@pytest.mark.parametrize(
    ("attributes", "grant", "why"),
    [
        ("SUPERUSER", "", "is a superuser"),
        ("BYPASSRLS", "", "bypasses row-level security"),
        ("", "UPDATE ON order_status_events", "may rewrite the log"),
        ("", "UPDATE (metadata) ON order_status_events", "may rewrite the log"),
        ("", "DELETE ON order_status_events", "may rewrite the log"),
        ("", "TRUNCATE ON order_status_events", "may rewrite the log"),
    ],
)
@pytest.mark.parametrize("is_member", [False, True], ids=["itself", "as a member"])
def test_a_role_that_could_see_or_do_too_much_is_refused(
    settings: Settings, make_role: MakeRole, attributes: str, grant: str, why: str, is_member: bool
) -> None:
    role = make_role(attributes, grant)
    if is_member:
        role = make_role(of=role)
    with pytest.raises(UnsafeDatabaseRole, match=why) as refusal:
        refuse(settings, role)
    assert role in str(refusal.value)
    assert "ORDERTRACK_APP_DATABASE_URL" in str(refusal.value)


@pytest.mark.parametrize("is_member", [False, True], ids=["itself", "as a member"])
@pytest.mark.parametrize("table", ["api_keys", "status_transitions"])
def test_a_role_that_owns_a_table_is_refused(
    settings: Settings, owner: Connection, make_role: MakeRole, table: str, is_member: bool
) -> None:
    role = make_role()
    before = owner.execute(text("SELECT current_user")).scalar_one()
    owner.execute(text(f"ALTER TABLE {table} OWNER TO {role}"))
    try:
        with pytest.raises(UnsafeDatabaseRole, match=f"owns the table {table}"):
            refuse(settings, make_role(of=role) if is_member else role)
    finally:
        owner.execute(text(f'ALTER TABLE {table} OWNER TO "{before}"'))


def test_the_schemas_owner_is_refused(settings: Settings, owner: Connection) -> None:
    with pytest.raises(UnsafeDatabaseRole):
        database.refuse_unsafe_role(owner)


def test_requests_run_under_bounds_that_the_database_keeps(app: Flask) -> None:
    with app.app_context():
        bounds = [
            db.session.execute(text(f"SHOW {name}")).scalar()
            for name in (
                "statement_timeout",
                "lock_timeout",
                "idle_in_transaction_session_timeout",
                "TimeZone",
            )
        ]
    assert bounds == ["15s", "10s", "1min", "UTC"]


def test_whether_the_database_is_reachable_is_answered_and_not_raised(settings: Settings, app: Flask) -> None:
    nowhere = Flask("nowhere")
    database.init_app(nowhere, settings.app_url.set(database="there_is_none"))
    with app.app_context():
        assert database.is_reachable() == (True, None)
    with nowhere.app_context():
        assert database.is_reachable() == (False, None)
        db.engine.dispose()


def test_nobody_may_make_functions_or_tables_beside_ours(settings: Settings) -> None:
    """A function of the role's own in the public schema could stand in for one that a policy calls."""
    with connect(settings.app_url, autocommit=True) as confined:
        for statement in ("CREATE TABLE mine ()", "CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                confined.execute(sql.SQL(statement))


def test_a_connection_that_the_server_closed_is_replaced_before_a_request_meets_it(
    settings: Settings,
) -> None:
    who = text("SELECT pg_backend_pid()")
    with make_bare_app(settings).app_context(), connect(settings.operator_url, autocommit=True) as operator:
        with db.engine.connect() as connection:
            first = connection.execute(who).scalar()
        operator.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
        with db.engine.connect() as connection:
            assert connection.execute(who).scalar() != first
        db.engine.dispose()
