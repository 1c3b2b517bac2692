"""Connections to the suite's database past the application: as its owner, or as its confined role."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import URL


def connect(url: URL, **options: Any) -> psycopg.Connection[Any]:
    return psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), **options)
