"""Whether two addresses, one of which may lead through a pooler, are those of one database."""

from __future__ import annotations

import secrets

import psycopg
from sqlalchemy import URL

from ordertrack.database.config import DIRECT, Settings
from ordertrack.database.settings_error import SettingsError

_IS_HELD = """
    SELECT EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


def refuse_another_database(settings: Settings) -> None:
    """Raises SettingsError if the direct address is another database's than the one that requests go to.

    A lock that is held on the one is seen on the other. Raises what psycopg raises.
    """
    if not settings.is_pooled:
        return
    number = (secrets.randbits(31), secrets.randbits(31))
    with _connect(settings.app_direct_url) as direct, _connect(settings.app_url) as pooled:
        direct.execute("SELECT pg_advisory_lock(%s, %s)", number)
        row = pooled.execute(_IS_HELD, number).fetchone()
    if row is None or not row[0]:
        raise SettingsError(
            f"{DIRECT} leads to another database than DATABASE_URL does. Name the same one in both: the one"
            " straight, the other through the pooler."
        )


def _connect(url: URL) -> psycopg.Connection:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True, connect_timeout=10, prepare_threshold=None)
