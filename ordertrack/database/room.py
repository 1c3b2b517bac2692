"""How many connections a server holds, and whether the database has room for them."""

from __future__ import annotations

from sqlalchemy import text

from ordertrack.database.config import Settings
from ordertrack.database.session import POOL_SIZE, operator_connection

_BESIDE = 2
"""Commands beside the workers that work with the database: `background` and `follow`."""
_LISTEN_AND_TURN = 3  # connections of each of those besides its pool
_BACKUP = 3
_ROOM = text("""
    SELECT current_setting('max_connections')::integer
         - current_setting('superuser_reserved_connections')::integer
         - coalesce(current_setting('reserved_connections', true), '0')::integer
""")


def of_a_worker(settings: Settings) -> int:
    """Its pool, and the one that listens."""
    return (settings.connections or POOL_SIZE) + 1


def needed(settings: Settings) -> int:
    """By all processes of a server at most."""
    beside = _BESIDE * ((settings.connections or POOL_SIZE) + _LISTEN_AND_TURN)
    return settings.workers * of_a_worker(settings) + beside + _BACKUP


def doubt(settings: Settings) -> str | None:
    """A sentence where the database lets in fewer than that; behind a pooler its own numbers count."""
    if settings.is_pooled:
        return None
    with operator_connection(settings.operator_url) as connection:
        room = int(connection.execute(_ROOM).scalar_one())
    wanted = needed(settings)
    if wanted <= room:
        return None
    return (
        f"The database lets in {room} connections, and this server may use {wanted}: some requests will be"
        f" told to come again. Set max_connections to {wanted + 20} or more, or have fewer: WEB_CONCURRENCY"
        f" is {settings.workers} workers, and each holds ORDERTRACK_CONNECTIONS ({of_a_worker(settings) - 1})"
        " and one that listens."
    )
