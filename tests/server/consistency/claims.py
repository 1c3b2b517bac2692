"""What tests of `db check` name: the claims that do not hold now, and the connection that breaks them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg

Broken = Callable[[], set[str]]
Operator = psycopg.Connection[Any]
