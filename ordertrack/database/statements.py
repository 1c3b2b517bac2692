"""Statements that are sent often: put together once, each one round trip in a transaction of its own.

What a query builder and a session do for every statement costs more than the statement, and a transaction
that sets its tenant, reads and ends is four round trips. Streams, taps and the live path afford neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from typing import Any

import psycopg
from flask import g, has_request_context
from psycopg import sql
from psycopg.errors import InvalidSqlStatementName
from psycopg.pq import TransactionStatus
from psycopg.rows import namedtuple_row
from sqlalchemy import Text, Uuid, bindparam, func, literal_column, select, true
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.exc import DBAPIError

from ordertrack.database.session import AnySelect, db, is_in_transaction, session_name

_POSTGRESQL = dialect()  # type: ignore[no-untyped-call]
# For which request a session works goes along with the tenant that it enters.
_NAMED = "(SELECT set_config('application_name', %(session)s, true) AS session, {} AS made) AS made"
_ENTER = "SELECT set_config('ordertrack.tenant_id', %(tenant)s, true)"
_OUTGROWN = 4  # times as much as the tenant has for which a plan was made
_PARAMETER = re.compile(r"%\((\w+)\)s")


class Statement:
    """An SQL text with parameters named `%(name)s`; `fixed` are those that never change."""

    def __init__(self, text: str, fixed: Mapping[str, Any] | None = None) -> None:
        self._text = text
        self._fixed = fixed or {}

    def rows(self, **values: Any) -> list[Any]:
        """Run it; its rows as named tuples of what psycopg makes of the columns. It is committed then.

        In a session that is in a transaction it becomes part of that one, for a request must never hold one
        connection and wait for another.
        """
        values.update(self._fixed)
        connection: Any = None
        try:
            if is_in_transaction():
                connection = db.session.connection().connection.driver_connection
                return self._run(connection, values)
            with _committing_at_once() as connection:
                return self._run(connection, values)
        except psycopg.Error as error:
            # As the session would raise it, so that nobody has to know which way a statement went.
            broke_off = connection is not None and connection.closed
            raise DBAPIError.instance(
                self._text, None, error, psycopg.Error, connection_invalidated=broke_off
            ) from error

    def _run(self, connection: Any, values: dict[str, Any]) -> list[Any]:
        with connection.cursor(row_factory=namedtuple_row) as cursor:
            return list(cursor.execute(self._text, values).fetchall())


class TenantQuery(Statement):
    """A query whose rows the schema's policies confine by a setting, which it makes itself.

    The rows depend on the setting as LATERAL rows do, so it is made before any of them is looked at, whatever
    plan is chosen. Put together when it is first sent: a process sends a few of all that it imports.
    """

    def __init__(self, query: AnySelect, setting: str = "tenant_id") -> None:
        super().__init__("")
        self._query, self._setting = query, setting

    @cached_property
    def _compiled(self) -> tuple[str, Mapping[str, Any]]:
        value = bindparam("setting", type_=Text)
        session = bindparam("session", type_=Text)
        made = select(
            func.set_config("application_name", session, True).label("session"),
            func.set_config(f"ordertrack.{self._setting}", value, True).label("made"),
        ).subquery("made")
        rows = self._query.where(made.c.made != "").correlate(made).offset(0).lateral("confined")
        compiled = select(*rows.c).select_from(made.join(rows, true())).compile(dialect=_POSTGRESQL)
        return str(compiled), {name: value for name, value in compiled.params.items() if value is not None}

    def rows(self, *, setting: str | None = None, **values: Any) -> list[Any]:
        """As above; `setting` is the tenant of the app context, if there is one and nothing else is said."""
        self._text, self._fixed = self._compiled
        confined_by = str(g.get("tenant_id", "")) if setting is None else setting
        return super().rows(setting=confined_by, session=session_name(), **values)


class TenantCall(Statement):
    """A call of a function of the schema that works in the tenant that was entered, and is told of no other.

    It enters that of the app context itself. Its first argument, a uuid named `first`, waits for that.
    """

    def __init__(self, function: str, columns: str, first: str, others: str) -> None:
        entered = _NAMED.format("set_config('ordertrack.tenant_id', %(entered)s, true)")
        super().__init__(
            f"SELECT {columns} FROM {entered},"  # noqa: S608
            f" LATERAL {function}(CASE WHEN made <> '' THEN %({first})s::uuid END, {others}) AS done"
        )

    def rows(self, **values: Any) -> list[Any]:
        return super().rows(entered=str(g.get("tenant_id", "")), session=session_name(), **values)


class EachInItsTenant(Statement):
    """A query of many tenants at once, each confined to its own rows; a connection plans it once.

    `query(tenant_id, *others)` makes the query of one tenant from columns: `others` says the names and types
    of those beside the tenant. `rows` takes an array of each, all of one length. For each tenant in turn the
    setting by which the schema confines is made, and then its rows are read. Each row has its `tenant_id`.
    Whoever has entered a tenant reads of that one only.

    For one whose best plan is the same whatever is asked: PostgreSQL would weigh the costs and plan it anew
    each time, which takes longer than running it. The settings hold for this statement alone. They also see
    to it that a plan made while the tables are small is one for when they have grown.

    A plan is made inside the tenant whose `size` is largest of those asked for: outside of all, PostgreSQL
    takes what a tenant has for nothing, and walks through all of it to find a row. `size` names the column
    that grows with what a tenant has; where one is asked for that has much more, the plan is made anew.
    """

    _SETTINGS = sql.SQL(
        "SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL jit = off;"
        " SET LOCAL enable_seqscan = off; SET LOCAL ordertrack.tenant_id = {}; "
    )

    _NAME = sql.SQL("SET LOCAL application_name = {}; ")

    def __init__(
        self, others: Mapping[str, Any], query: Callable[..., AnySelect], size: str | None = None
    ) -> None:
        self._size = size
        kinds = {"tenant_id": Uuid(), **others}
        asked = [literal_column(f"asked.{name}", kind) for name, kind in kinds.items()]
        # The rows depend on the setting, so that it is made before any of them is looked at.
        rows = query(*asked).where(literal_column("made") != "").offset(0)
        compiled = rows.compile(dialect=_POSTGRESQL, compile_kwargs={"render_postcompile": True})
        arrays = ", ".join(f"%({name})s::{kind.compile(_POSTGRESQL)}[]" for name, kind in kinds.items())
        columns = [f'confined."{each.name}"' for each in rows.selected_columns if each.name != "tenant_id"]
        super().__init__(
            f"SELECT asked.tenant_id, {', '.join(columns)}"  # noqa: S608 (names of our own)
            f" FROM unnest({arrays}) AS asked ({', '.join(kinds)}),"
            " LATERAL set_config('ordertrack.tenant_id', asked.tenant_id::text, true) AS made,"
            f" LATERAL ({compiled}) AS confined",
            {name: value for name, value in compiled.params.items() if value is not None},
        )
        self._names = list(dict.fromkeys(_PARAMETER.findall(self._text)))
        numbered = _PARAMETER.sub(lambda found: f"${self._names.index(found[1]) + 1}", self._text)
        digest = sha256(numbered.encode()).hexdigest()[:16]
        self.name = f"planned_{digest}"
        self._name = sql.Identifier(self.name)
        self._prepare = sql.SQL(f"PREPARE {self.name} AS {numbered.replace('%%', '%')}; ")
        self._let_go = sql.SQL(f"DEALLOCATE {self.name}; ")
        self._pieces = [sql.SQL(piece.replace("%%", "%")) for piece in _PARAMETER.split(self._text)[::2]]
        self._asked = _PARAMETER.findall(self._text)

    def rows(self, **values: Any) -> list[Any]:
        """As above, of the tenants `tenant_id`; the other values are of as many."""
        asked = [dict(zip(values, each, strict=True)) for each in zip(*values.values(), strict=True)]
        if (entered := g.get("tenant_id")) is not None:
            asked = [each for each in asked if each["tenant_id"] == entered]
        if not asked:
            return []
        return super().rows(**{name: [each[name] for each in asked] for name in values})

    def _run(self, connection: Any, values: dict[str, Any]) -> list[Any]:
        if connection.pgconn.transaction_status != TransactionStatus.IDLE:
            return self._run_within(connection, values)
        if connection.prepare_threshold is None:  # a pooler between: what is prepared is another's next time
            return self._run_whole(connection, values)
        _, size = self._largest(values)
        planned_for = _planned_for(connection)
        is_outgrown = size > _OUTGROWN * (planned_for.get(self.name, size) + 1)
        asked = sql.SQL(", ").join(sql.Literal(values[name]) for name in self._names)
        execute = self._settings(values) + sql.SQL("EXECUTE {} ({})").format(self._name, asked)
        with connection.cursor(row_factory=namedtuple_row) as cursor:
            try:
                anew = self._let_go + self._prepare if is_outgrown else sql.SQL("")
                cursor.execute(anew + execute, prepare=False)
            except InvalidSqlStatementName:  # the first time on this connection
                planned_for[self.name] = size
                cursor.execute(self._prepare + execute, prepare=False)
            if is_outgrown:
                planned_for[self.name] = size
            while cursor.nextset():
                pass
            return list(cursor.fetchall())

    def _settings(self, values: Mapping[str, Any]) -> sql.Composed:
        """What holds while it is planned and run."""
        tenant, _ = self._largest(values)
        settings = self._SETTINGS.format(sql.Literal(str(tenant)))
        if has_request_context():
            settings += self._NAME.format(sql.Literal(session_name()))
        return settings

    def _largest(self, values: Mapping[str, Any]) -> tuple[Any, int]:
        """Of the tenants asked for the one that has most, and how much that is."""
        sizes = values[self._size] if self._size else [0] * len(values["tenant_id"])
        return max(zip(values["tenant_id"], sizes, strict=True), key=lambda each: each[1])

    def _run_whole(self, connection: Any, values: dict[str, Any]) -> list[Any]:
        """Planned anew each time; one message, and so one transaction."""
        parts: list[sql.Composable] = [self._settings(values), self._pieces[0]]
        for name, piece in zip(self._asked, self._pieces[1:], strict=True):
            parts += [sql.Literal(values[name]), piece]
        with connection.cursor(row_factory=namedtuple_row) as cursor:
            cursor.execute(sql.Composed(parts), prepare=False)
            while cursor.nextset():
                pass
            return list(cursor.fetchall())

    def _run_within(self, connection: Any, values: dict[str, Any]) -> list[Any]:
        """In somebody's transaction, which stays in its tenant; what is set for this would hold on in it."""
        rows = super()._run(connection, values)
        connection.execute(_ENTER, {"tenant": str(g.get("tenant_id", ""))})
        return rows


def _planned_for(connection: Any) -> dict[str, int]:
    """By name, for how large a tenant each plan of this connection was made."""
    found: dict[str, int] = connection.__dict__.setdefault("_ordertrack_planned_for", {})
    return found


@contextmanager
def _committing_at_once() -> Iterator[psycopg.Connection[Any]]:
    """A connection of the pool that commits each statement by itself."""
    pooled = db.engine.raw_connection()
    connection: Any = pooled.driver_connection
    try:
        connection.autocommit = True
        yield connection
    finally:
        if connection.pgconn.transaction_status == TransactionStatus.IDLE:
            connection.autocommit = False
        else:
            pooled.invalidate()
        pooled.close()
