"""Everything of a company as an archive of CSV and JSON: for itself, or for another house."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from flask import g
from sqlalchemy import text

from ordertrack.database.session import db, release_connection
from ordertrack.menu import files, importing, reading
from ordertrack.menu.dishes import Menu
from ordertrack.operating.companies import export_queries
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants import audit, house_log
from ordertrack.tenants.models import Tenant

TIMES = ("placed", "confirmed", "preparing", "ready", "delivering", "completed", "cancelled")
_STATUSES = tuple(status.value for status in OrderStatus)
_LONGEST_DISH = 100  # characters that `ordertrack import` reads of one
_KEPT_IN_MEMORY = 16 << 20
_AT_ONCE = 1000
# What opens something, or proves who somebody is, is nobody's to carry away.
_SECRET = re.compile(r"hash|secret|sealed|digest|token|hook$|^pin")


def write(tenant: Tenant, to: IO[bytes]) -> dict[str, int]:
    """Write the entered company's archive (tar, gzipped), all of one moment; rows by file.

    `orders.csv` is read by `ordertrack import`. It holds guests' data, as far as it is kept, and no secret.
    """
    release_connection()
    connection = db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    connection.execute(text("SELECT set_config('ordertrack.tenant_id', :id, true)"), {"id": str(tenant.id)})
    counts: dict[str, int] = {}
    with tarfile.open(fileobj=to, mode="w|gz") as archive:
        for name, make in _members(tenant).items():
            counts[name] = _add(archive, f"{tenant.slug}/{name}", make)
        facts = {"company": tenant.slug, "name": tenant.name, "made_at": _now(), "rows": counts}
        _add(archive, f"{tenant.slug}/manifest.json", lambda file: _json(file, [facts]))
    release_connection()
    by = audit.operator(tenant.id, "tenant export")
    audit.record(by, "company", tenant.slug, tenant.name, None, {"exported": counts["entries.csv"]})
    house_log.record("exported", tenant.slug, tenant.id, rows=counts)
    db.session.commit()
    return counts


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


Make = Callable[[IO[bytes]], int]


def _members(tenant: Tenant) -> dict[str, Make]:
    held, facts = reading.read(tenant.id) or Menu(), importing.facts_of(tenant.id)
    made: dict[str, Make] = {
        "orders.csv": lambda file: _csv(file, _ORDER_COLUMNS, map(_order_row, _rows(export_queries.ORDERS))),
        "orders.jsonl": lambda file: _json(file, map(_clean, _rows(export_queries.WHOLE_ORDERS))),
        "entries.csv": lambda file: _csv(file, export_queries.ENTRY_COLUMNS, _rows(export_queries.ENTRIES)),
        "menu.csv": lambda file: _bytes(file, files.csv_of(held, facts)),
        "menu.json": lambda file: _bytes(file, files.json_of(held, facts)),
        "audit.jsonl": lambda file: _json(file, map(_clean, _rows(export_queries.AUDIT))),
    }
    for table in export_queries.SETTINGS:
        made[f"settings/{table}.jsonl"] = _of_table(table)
    for table in export_queries.PEOPLE:
        made[f"people/{table}.jsonl"] = _of_table(table)
    return made


def _of_table(table: str) -> Make:
    return lambda file: _json(file, map(_clean, _rows(export_queries.of_table(table))))


def _add(archive: tarfile.TarFile, name: str, make: Make) -> int:
    """A file of the archive, which says its size before its content."""
    with tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY) as file:
        count = make(file)
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = file.tell(), int(time.time()), 0o600
        file.seek(0)
        archive.addfile(info, file)
    return count


def _rows(query: str) -> Iterator[Any]:
    options = {"stream_results": True, "yield_per": _AT_ONCE}
    asked = {"tenant_id": g.tenant_id}
    yield from db.session.connection().execute(text(query), asked, execution_options=options)


_ORDER_COLUMNS = ("order", "restaurant", "fulfilment", *TIMES, "status", "reason", "items")


def _order_row(row: Any) -> tuple[object, ...]:
    times = [(row.times or {}).get(status) for status in _STATUSES]
    lines = "; ".join(f"{quantity} x {_dish(name)}" for quantity, name in row.lines or ())
    return (row.id, row.restaurant, row.fulfilment, *times, row.status, row.reason, lines)


def _dish(name: str) -> str:
    return re.sub(r"[;|\n\r]+", ",", name)[:_LONGEST_DISH]


def _clean(row: Any) -> Any:
    """Without what is secret."""
    facts: dict[str, Any] = row[0]
    return {name: value for name, value in facts.items() if not _SECRET.search(name)}


def _csv(file: IO[bytes], columns: Iterable[str], rows: Iterable[Iterable[object]]) -> int:
    words = io.TextIOWrapper(file, encoding="utf-8", newline="")
    table = csv.writer(words)
    table.writerow(columns)
    count = 0
    for row in rows:
        table.writerow("" if value is None else value for value in row)
        count += 1
    words.flush()
    words.detach()  # the file stays open
    return count


def _json(file: IO[bytes], rows: Iterable[Any]) -> int:
    count = 0
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False, default=str).encode() + b"\n")
        count += 1
    return count


def _bytes(file: IO[bytes], content: bytes) -> int:
    file.write(content)
    return max(content.count(b"\n") - 1, 0)
