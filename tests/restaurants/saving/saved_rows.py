"""The day on which tests save settings, and what the tables of settings hold then."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from ordertrack.database.session import db

NOON = dt.datetime(2025, 11, 20, 10, tzinfo=dt.UTC)  # in Beirut
TODAY = dt.date(2025, 11, 20)
DAY = dt.timedelta(days=1)


def rows(table: Any) -> list[Any]:
    found = list(db.session.scalars(select(table)))
    db.session.rollback()
    return sorted(found, key=lambda row: getattr(row, "version", 0))
