"""Tenants by the thousand: one of a kind is made as an operator makes it, the next are copies of its rows."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, text

_TABLES = text("""
    SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT attisdropped
       AND (attname = 'tenant_id' OR relname = 'tenants' AND attname = 'id')
     ORDER BY relname
""")
# What the schema says itself: when a row was made, and with it the epoch of a stream.
_SAID_BY_THE_SCHEMA = text("""
    SELECT attname FROM pg_attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attrelid = to_regclass(:table) AND pg_get_expr(adbin, adrelid) LIKE '%clock_timestamp%'
""")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Copied:
    """All rows of a tenant, by table, as JSON, less what the schema says itself."""

    rows: dict[str, str]
    columns: dict[str, list[str]]

    @cached_property
    def ids(self) -> set[str]:
        """Every id that is named in them."""
        return {found for rows in self.rows.values() for found in _ID.findall(rows)}

    @cached_property
    def _statement(self) -> str:
        return f"WITH {', '.join(map(self._insert, self.rows))} SELECT"

    def _insert(self, table: str) -> str:
        columns = ", ".join(self.columns[table])
        read = f"SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s)"
        return f"in_{table} AS (INSERT INTO {table} ({columns}) {read})"

    def write(self, connection: Connection, words: dict[str, str]) -> dict[uuid.UUID, uuid.UUID]:
        """Write them once more with other ids and with these words for others; the new id of each."""
        ids = {old: str(uuid.uuid4()) for old in self.ids}
        instead = ids | words
        old = re.compile("|".join(map(re.escape, instead)))
        rows = [old.sub(lambda found: instead[found[0]], each) for each in self.rows.values()]
        # What triggers make of rows is in them already.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(self._statement, tuple(rows))
        return {uuid.UUID(before): uuid.UUID(after) for before, after in ids.items()}


def of_tenant(connection: Connection, tenant_id: uuid.UUID) -> Copied:
    """What there is of a tenant."""
    rows, columns = {}, {}
    for table, owner in connection.execute(_TABLES).all():
        query = f"SELECT to_jsonb({table}) FROM {table} WHERE {owner} = :tenant"
        if found := connection.execute(text(query), {"tenant": tenant_id}).scalars().all():
            left_out = set(connection.execute(_SAID_BY_THE_SCHEMA, {"table": table}).scalars())
            columns[table] = [name for name in found[0] if name not in left_out]
            rows[table] = json.dumps(found, ensure_ascii=False)
    return Copied(rows, columns)
