"""The rows of the roll-up: reading, adding, and making a tenant's days of its restaurants'."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.rules.stages import Stage
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import Cells, day_at


class Day(NamedTuple):
    """One stage on one business day (days since 1970) of one restaurant."""

    stage: Stage
    day: int
    restaurant_id: uuid.UUID


class Content(NamedTuple):
    cells: Cells
    slowest: Cells


class Together(NamedTuple):
    """One stage on one business day of all restaurants."""

    by_shift: Cells
    by_hour: Cells
    slowest: Cells


Days = Mapping[Day, Content]

_READ = text("""
    SELECT stage, business_date, restaurant_id, cells, slowest FROM sla_restaurant_days
     WHERE tenant_id = :tenant_id AND (stage, business_date, restaurant_id) IN (SELECT * FROM
        unnest(CAST(:stages AS text[]), CAST(:days AS date[]), CAST(:restaurants AS uuid[])))
""")
_WRITE = text("""
    INSERT INTO sla_restaurant_days (tenant_id, stage, business_date, restaurant_id, cells, slowest)
    SELECT :tenant_id, day.* FROM unnest(CAST(:stages AS text[]), CAST(:days AS date[]),
        CAST(:restaurants AS uuid[]), CAST(:cells AS bytea[]), CAST(:slowest AS bytea[])) AS day
    ON CONFLICT (tenant_id, stage, business_date, restaurant_id)
    DO UPDATE SET cells = excluded.cells, slowest = excluded.slowest
""")
_READ_TENANT = text("""
    SELECT stage, business_date, by_shift, by_hour, slowest FROM sla_tenant_days
     WHERE tenant_id = :tenant_id AND (stage, business_date) IN
        (SELECT * FROM unnest(CAST(:stages AS text[]), CAST(:days AS date[])))
""")
_WRITE_TENANT = text("""
    INSERT INTO sla_tenant_days (tenant_id, stage, business_date, by_shift, by_hour, slowest)
    SELECT :tenant_id, day.* FROM unnest(CAST(:stages AS text[]), CAST(:days AS date[]),
        CAST(:by_shift AS bytea[]), CAST(:by_hour AS bytea[]), CAST(:slowest AS bytea[])) AS day
    ON CONFLICT (tenant_id, stage, business_date)
    DO UPDATE SET by_shift = excluded.by_shift, by_hour = excluded.by_hour, slowest = excluded.slowest
""")
_READ_DAYS = text("""
    SELECT stage, business_date, restaurant_id, cells, slowest FROM sla_restaurant_days
     WHERE tenant_id = :tenant_id AND business_date BETWEEN :first AND :last
""")


def add(tenant_id: uuid.UUID, added: Days) -> None:
    """Add these times to what is there, of the restaurants and of the tenant."""
    add_to_restaurants(tenant_id, added)
    _add_to_tenant(tenant_id, added)


def add_to_restaurants(tenant_id: uuid.UUID, added: Days) -> None:
    """Add these times to the restaurants' days alone; `make_tenant_days` then makes the tenant's fit."""
    if not added:
        return
    keys = list(added)
    stored = db.session.execute(
        _READ,
        {
            "tenant_id": tenant_id,
            "stages": [key.stage.value for key in keys],
            "days": [day_at(key.day) for key in keys],
            "restaurants": [key.restaurant_id for key in keys],
        },
    )
    there = {
        Day(Stage(row.stage), cells.day_number(row.business_date), row.restaurant_id): _content(row)
        for row in stored
    }
    _write(tenant_id, {key: _sum([there[key], new]) if key in there else new for key, new in added.items()})


def delete(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, first: int, last: int | None) -> None:
    """Forget a restaurant's days; `make_tenant_days` afterwards makes the tenant's fit."""
    db.session.execute(
        text(
            "DELETE FROM sla_restaurant_days WHERE tenant_id = :tenant_id AND restaurant_id = :restaurant_id"
            " AND business_date BETWEEN :first AND :last"
        ),
        {"tenant_id": tenant_id, "restaurant_id": restaurant_id, **_range(first, last)},
    )


def make_tenant_days(tenant_id: uuid.UUID, first: int, last: int | None) -> None:
    """Make the tenant's days anew, of those of its restaurants."""
    days = _range(first, last)
    db.session.execute(
        text(
            "DELETE FROM sla_tenant_days WHERE tenant_id = :tenant_id"
            " AND business_date BETWEEN :first AND :last"
        ),
        {"tenant_id": tenant_id, **days},
    )
    rows = db.session.execute(_READ_DAYS, {"tenant_id": tenant_id, **days})
    _add_to_tenant(
        tenant_id,
        {
            Day(Stage(row.stage), cells.day_number(row.business_date), row.restaurant_id): _content(row)
            for row in rows
        },
    )


def _range(first: int, last: int | None) -> dict[str, dt.date]:
    """Days from one to another, both in it; None: without end."""
    return {"first": day_at(first), "last": dt.date.max if last is None else day_at(last)}


def together(contents: Sequence[Content]) -> Together:
    """What a tenant's day holds where those of its restaurants hold these."""
    all_cells = cells.merged(content.cells for content in contents)
    return Together(
        cells.without_hour(all_cells),
        cells.without_shift(all_cells),
        cells.slowest(content.slowest for content in contents),
    )


def clear(tenant_id: uuid.UUID) -> None:
    """Forget everything that the log can make again."""
    for table in (
        "sla_restaurant_days",
        "sla_tenant_days",
        "sla_estimate_days",
        "sla_progress",
        "sla_shift_names",
    ):
        db.session.execute(
            text(f"DELETE FROM {table} WHERE tenant_id = :tenant_id"),  # noqa: S608 (names of our own)
            {"tenant_id": tenant_id},
        )


def _write(tenant_id: uuid.UUID, days: Days) -> None:
    db.session.execute(
        _WRITE,
        {
            "tenant_id": tenant_id,
            "stages": [key.stage.value for key in days],
            "days": [day_at(key.day) for key in days],
            "restaurants": [key.restaurant_id for key in days],
            "cells": [content.cells.tobytes() for content in days.values()],
            "slowest": [content.slowest.tobytes() for content in days.values()],
        },
    )


def _add_to_tenant(tenant_id: uuid.UUID, added: Days) -> None:
    parts: defaultdict[tuple[Stage, int], list[Content]] = defaultdict(list)
    for key, content in added.items():
        parts[key.stage, key.day].append(content)
    if not parts:
        return
    names = {"stages": [stage.value for stage, _ in parts], "days": [day_at(day) for _, day in parts]}
    stored = {
        (Stage(row.stage), cells.day_number(row.business_date)): row
        for row in db.session.execute(_READ_TENANT, {"tenant_id": tenant_id, **names})
    }
    by_shift, by_hour, slowest = [], [], []
    for of_day, contents in parts.items():
        new = together(contents)
        there = stored.get(of_day)
        by_shift.append(_with(there.by_shift if there else b"", new.by_shift))
        by_hour.append(_with(there.by_hour if there else b"", new.by_hour))
        before = [cells.read_slowest(there.slowest)] if there else []
        slowest.append(cells.slowest([*before, new.slowest]).tobytes())
    db.session.execute(
        _WRITE_TENANT,
        {"tenant_id": tenant_id, **names, "by_shift": by_shift, "by_hour": by_hour, "slowest": slowest},
    )


def _with(stored: bytes, new: Cells) -> bytes:
    return (cells.merged([cells.read(stored), new]) if stored else new).tobytes()


def _content(row: object) -> Content:
    return Content(cells.read(row.cells), cells.read_slowest(row.slowest))  # type: ignore[attr-defined]


def _sum(contents: Iterable[Content]) -> Content:
    parts = list(contents)
    return Content(cells.merged(part.cells for part in parts), cells.slowest(part.slowest for part in parts))
