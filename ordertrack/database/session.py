"""The engine, the session, and the tenant that a transaction is confined to."""

from __future__ import annotations

import select as system_select
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from math import inf
from typing import Any, ClassVar, TypeAlias

from flask import Flask, current_app, g, has_app_context, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from gevent import monkey
from sqlalchemy import (
    URL,
    Connection,
    Enum,
    Select,
    Text,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session

from ordertrack.database import connecting, schema_age
from ordertrack.database.pool import PoolInTurn
from ordertrack.database.settings_error import Mendable


class Base(DeclarativeBase):
    """What every table's model derives from."""

    type_annotation_map: ClassVar = {str: Text}


Moment = TIMESTAMP(timezone=True)
AnySelect: TypeAlias = Select[*tuple[Any, ...]]


def stored_as_text(enum: type[StrEnum]) -> Enum:
    """A column type for a StrEnum: its values as text, checked by the schema and not by a type of its own."""
    return Enum(
        enum,
        native_enum=False,
        create_constraint=False,
        length=None,
        values_callable=lambda members: [member.value for member in members],
    )


# Connections of a process, if no other number is said, besides the one that listens. None comes and goes with
# the load: opening one costs more than waiting for one, and a new one has no statement prepared. Nobody may
# need a second one to go on.
POOL_SIZE = 8
POOL_PATIENCE = 10  # seconds that a request waits for one before it is told 503

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})

# The system's own, also under gevent: the answer is there at once, nobody has to wait for it.
_poll = monkey.get_original("select", "poll")
READY_WITHIN = 1.0  # seconds
REQUEST_ID = "ordertrack.request_id"
"""Under which name a request's id stands in its environ."""
_LONGEST_NAME = 63  # bytes, of what PostgreSQL calls a session
# What a session is called goes along where something is set anyway, and ends with the transaction as that
# does: behind a pooler the next one may be another's.
_TENANT_SETTING = text(
    "SELECT set_config('application_name', :session, true), set_config('ordertrack.tenant_id', :tenant, true)"
)
_CREDENTIAL_SETTING = text(
    "SELECT set_config('application_name', :session, true), set_config('ordertrack.' || :name, :value, true)"
)


class UnsafeDatabaseRole(Mendable, RuntimeError):
    """The role that the application connects as could see past row-level security."""


class BlindOperator(Mendable, RuntimeError):
    """The role that commands run under does not see every tenant, and would take nothing for everything."""


def init_app(
    app: Flask,
    url: URL,
    *,
    as_operator: bool = False,
    is_pooled: bool = False,
    connections: int | None = None,
) -> None:
    """Bind the session to `url`; what an operator's command asks for may take long, a request's may not.

    `is_pooled`: between here and the database may be a pooler that keeps no session.
    """
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "poolclass": PoolInTurn,
        "pool_size": connections or POOL_SIZE,
        "max_overflow": 0,
        "pool_timeout": POOL_PATIENCE,
        "hide_parameters": True,  # errors are logged, and parameters are names, tokens, digests
        "connect_args": connecting.arguments(as_operator=as_operator, is_pooled=is_pooled),
    }
    db.init_app(app)
    app.after_request(_settle)
    with app.app_context():
        connecting.have_patience(db.engine, inf if as_operator else connecting.PATIENCE)
        event.listen(db.engine, "checkout", _refuse_dead)


def _settle(response: Any) -> Any:
    """End the request's transaction, for its answer is ready, whatever becomes of it.

    Left to the teardown, a connection that died meanwhile would turn the answer into a bare 500.
    """
    try:
        release_connection()
    except DBAPIError:
        db.session().invalidate()
    return response


def _refuse_dead(driver_connection: Any, _record: object, _proxy: object) -> None:
    """Have the pool replace a connection whose server has hung up or got lost, before a request finds out.

    A server says nothing to an idle connection unless it ends it. Looking for that costs no round trip, as
    asking would.
    """
    if _has_something_to_say(driver_connection.pgconn.socket):
        raise DisconnectionError("the database closed this connection")
    if driver_connection.is_doubtful:
        raise DisconnectionError("the database did not answer on a connection of that time")


def _has_something_to_say(descriptor: int) -> bool:
    idle = _poll()
    idle.register(descriptor, system_select.POLLIN)
    return bool(idle.poll(0))


@event.listens_for(Session, "after_begin")
def _confine(session: Session, _transaction: object, connection: Connection) -> None:
    """Each transaction starts inside the tenant of its app context, or inside none."""
    if has_app_context() and (tenant_id := g.get("tenant_id")) is not None:
        connection.execute(_TENANT_SETTING, {"tenant": str(tenant_id), "session": session_name()})


def request_id() -> str:
    """The id of the request that is being answered; nothing outside of one."""
    return str(request.environ.get(REQUEST_ID, "")) if has_request_context() else ""


def session_name() -> str:
    """What the database's session is called that works for this request, or for none."""
    asked = request_id()
    return f"{connecting.PROGRAM}/{asked}"[:_LONGEST_NAME] if asked else connecting.PROGRAM


def is_in_transaction() -> bool:
    """Whether this context's session has begun to use a connection; asking makes no session."""
    return db.session.registry.has() and db.session().in_transaction()


def release_connection() -> None:
    """End the session's transaction, if there is one, and so give its connection back."""
    if is_in_transaction():
        db.session.rollback()


def enter_tenant(tenant_id: uuid.UUID) -> None:
    """From here to the end of the app context, every statement sees this tenant's rows only."""
    g.tenant_id = tenant_id
    if is_in_transaction():
        db.session.execute(_TENANT_SETTING, {"tenant": str(tenant_id), "session": session_name()})


@contextmanager
def tenant_context(app: Flask, tenant_id: uuid.UUID) -> Iterator[None]:
    """An app context inside a tenant, for work outside requests: the live path, commands, tests."""
    with app.app_context():
        enter_tenant(tenant_id)
        yield


def present_credential(name: str, value: str) -> None:
    """Show the database a credential: until the transaction ends, the one row that holds it is visible.

    `name` is one of `sign_in_email`, `api_key_hash`, `tracking_token`, `tenant_slug`, `password_link`,
    `tablet_code`; each has a policy of its own in the schema. It is how a request without a tenant finds out
    which tenant it belongs to.
    """
    shown = {"name": name, "value": value, "session": session_name()}
    db.session.execute(_CREDENTIAL_SETTING, shown)


# Of a role that an upgrade is about to grant rights to (`to_be`): the tables may not be there yet, and rights
# in the log are taken from it.
_ROLE_POWERS = text("""
    SELECT power FROM pg_roles AS app, LATERAL (
        SELECT 'is a superuser' AS power FROM pg_roles
         WHERE rolsuper AND pg_has_role(app.oid, oid, 'MEMBER')
        UNION ALL
        SELECT 'bypasses row-level security' FROM pg_roles
         WHERE rolbypassrls AND pg_has_role(app.oid, oid, 'MEMBER')
        UNION ALL
        SELECT 'acts as ' || current_user || ', the role of DATABASE_URL'
         WHERE :to_be AND pg_has_role(app.oid, current_user, 'MEMBER')
        UNION ALL
        SELECT 'owns the table ' || relname FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
           AND pg_has_role(app.oid, relowner, 'MEMBER')
        UNION ALL
        SELECT 'may rewrite the log' FROM pg_class
         WHERE NOT :to_be
           AND oid IN (to_regclass('public.order_status_events'), to_regclass('public.order_actions'))
           AND (has_table_privilege(app.oid, oid, 'DELETE, TRUNCATE')
                OR has_any_column_privilege(app.oid, oid, 'UPDATE'))
    ) AS powers WHERE app.rolname = coalesce(CAST(:role AS text), current_user) LIMIT 1
""")


def refuse_unsafe_role(connection: Connection, to_be: str | None = None) -> None:
    """Raise UnsafeDatabaseRole if the connection's role owns a table, bypasses RLS or may change the log.

    With `to_be`, on the operator's connection, if the role of that name could do more than it may.
    """
    power = connection.execute(_ROLE_POWERS, {"role": to_be, "to_be": to_be is not None}).scalar()
    if power is not None:
        role = to_be or connection.execute(text("SELECT current_user")).scalar()
        raise UnsafeDatabaseRole(
            f"The application would run as the database role {role!r}, which {power}: tenants could see each"
            " other. Leave ORDERTRACK_APP_DATABASE_URL unset, or name a role in it that owns nothing."
        )


_SEES_EVERY_TENANT = text("""
    SELECT NOT row_security_active('public.tenants') OR EXISTS (
        SELECT FROM pg_policy, unnest(polroles) AS role
         WHERE polrelid = 'public.tenants'::regclass AND polpermissive AND polcmd IN ('*', 'r')
           AND pg_get_expr(polqual, polrelid) = 'true' AND role <> 0 AND pg_has_role(role, 'USAGE'))
""")


def refuse_blind_operator(connection: Connection) -> None:
    """Raise BlindOperator unless row-level security shows the connection's role every tenant.

    An owner who is no superuser sees them by a policy for that role, which a restore under another owner
    loses or leaves to somebody else. The tables would then look empty, and no query would fail.
    """
    if not connection.execute(_SEES_EVERY_TENANT).scalar():
        role = connection.execute(text("SELECT current_user")).scalar()
        raise BlindOperator(
            f"The role {role} of DATABASE_URL cannot see which tenants there are, as after a restore under"
            " another owner. Nothing was looked at or changed. Run: ordertrack db upgrade"
        )


def is_reachable() -> tuple[bool, str | None]:
    """Whether the database answers a query now, without delay, and why this code does not work with it.

    For readiness probes.
    """
    try:
        with connecting.within(READY_WITHIN), db.engine.connect() as connection:
            return True, schema_age.outgrown(connection.execute(schema_age.READ).scalar())
    except Exception as error:
        current_app.logger.warning("database not reachable: %s", error)
        return False, None


@contextmanager
def operator_connection(url: URL) -> Iterator[Connection]:
    """One short-lived autocommit connection of the schema's owner, for migrations and checks."""
    with connecting.of_an_operator(url).connect() as connection:
        yield connection
