"""The roll-up's rows of what became of orders: adding, and making a tenant's days of its restaurants'."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.sla.measure import cells, why_cancelled
from ordertrack.sla.measure.cells import day_at
from ordertrack.sla.measure.fates import Content

Days = Mapping[tuple[int, uuid.UUID], Content]
"""By business day (days since 1970) and restaurant."""

_READ = text("""
    SELECT business_date, restaurant_id, cells, reasons FROM sla_order_days
     WHERE tenant_id = :tenant_id AND (business_date, restaurant_id) IN (SELECT * FROM
        unnest(CAST(:days AS date[]), CAST(:restaurants AS uuid[])))
""")
_WRITE = text("""
    INSERT INTO sla_order_days (tenant_id, business_date, restaurant_id, cells, reasons)
    SELECT :tenant_id, day.* FROM unnest(CAST(:days AS date[]), CAST(:restaurants AS uuid[]),
        CAST(:cells AS bytea[]), CAST(:reasons AS jsonb[])) AS day
    ON CONFLICT (tenant_id, business_date, restaurant_id)
    DO UPDATE SET cells = excluded.cells, reasons = excluded.reasons
""")
_READ_TENANT = text("""
    SELECT business_date, cells, reasons FROM sla_tenant_order_days
     WHERE tenant_id = :tenant_id AND business_date = ANY (CAST(:days AS date[]))
""")
_WRITE_TENANT = text("""
    INSERT INTO sla_tenant_order_days (tenant_id, business_date, cells, reasons)
    SELECT :tenant_id, day.* FROM unnest(CAST(:days AS date[]), CAST(:cells AS bytea[]),
        CAST(:reasons AS jsonb[])) AS day
    ON CONFLICT (tenant_id, business_date)
    DO UPDATE SET cells = excluded.cells, reasons = excluded.reasons
""")


def add(tenant_id: uuid.UUID, added: Days) -> None:
    """Add these orders to what is there, of the restaurants and of the tenant."""
    add_to_restaurants(tenant_id, added)
    _add_to_tenant(tenant_id, added)


def add_to_restaurants(tenant_id: uuid.UUID, added: Days) -> None:
    """Add these orders to the restaurants' days alone; `make_tenant_days` then makes the tenant's fit."""
    if not added:
        return
    values = {
        "tenant_id": tenant_id,
        "days": [day_at(day) for day, _ in added],
        "restaurants": [restaurant for _, restaurant in added],
    }
    there = {
        (cells.day_number(row.business_date), row.restaurant_id): _content(row)
        for row in db.session.execute(_READ, values)
    }
    sums = [_sum([there[key], new]) if key in there else new for key, new in added.items()]
    db.session.execute(_WRITE, values | _written(sums))


def delete(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, first: int, last: int | None) -> None:
    """Forget a restaurant's days; `make_tenant_days` afterwards makes the tenant's fit."""
    db.session.execute(
        text(
            "DELETE FROM sla_order_days WHERE tenant_id = :tenant_id AND restaurant_id = :restaurant_id"
            " AND business_date BETWEEN :first AND :last"
        ),
        {"tenant_id": tenant_id, "restaurant_id": restaurant_id, **_range(first, last)},
    )


def make_tenant_days(tenant_id: uuid.UUID, first: int, last: int | None) -> None:
    """Make the tenant's days anew, of those of its restaurants."""
    values = {"tenant_id": tenant_id, **_range(first, last)}
    where = " WHERE tenant_id = :tenant_id AND business_date BETWEEN :first AND :last"
    db.session.execute(text("DELETE FROM sla_tenant_order_days" + where), values)  # noqa: S608
    rows = db.session.execute(
        text("SELECT business_date, restaurant_id, cells, reasons FROM sla_order_days" + where),  # noqa: S608
        values,
    )
    _add_to_tenant(
        tenant_id,
        {(cells.day_number(row.business_date), row.restaurant_id): _content(row) for row in rows},
    )


def clear(tenant_id: uuid.UUID) -> None:
    """Forget everything that the log can make again."""
    for table in ("sla_order_days", "sla_tenant_order_days"):
        db.session.execute(
            text(f"DELETE FROM {table} WHERE tenant_id = :tenant_id"),  # noqa: S608 (names of our own)
            {"tenant_id": tenant_id},
        )


def _add_to_tenant(tenant_id: uuid.UUID, added: Days) -> None:
    parts: defaultdict[int, list[Content]] = defaultdict(list)
    for (day, _), content in added.items():
        parts[day].append(content)
    if not parts:
        return
    values = {"tenant_id": tenant_id, "days": [day_at(day) for day in parts]}
    for row in db.session.execute(_READ_TENANT, values):
        parts[cells.day_number(row.business_date)].append(_content(row))
    db.session.execute(_WRITE_TENANT, values | _written(map(_sum, parts.values())))


def _content(row: Any) -> Content:
    return Content(cells.read(row.cells), why_cancelled.read([row.reasons]))


def _sum(contents: Sequence[Content]) -> Content:
    reasons = sum((each.reasons for each in contents), Counter[tuple[str, str]]())
    return Content(cells.merged(each.cells for each in contents), reasons)


def _written(contents: Iterable[Content]) -> dict[str, Any]:
    several = list(contents)
    return {
        "cells": [each.cells.tobytes() for each in several],
        "reasons": [why_cancelled.written(each.reasons) for each in several],
    }


def _range(first: int, last: int | None) -> dict[str, dt.date]:
    """Days from one to another, both in it; None: without end."""
    return {"first": day_at(first), "last": dt.date.max if last is None else day_at(last)}
