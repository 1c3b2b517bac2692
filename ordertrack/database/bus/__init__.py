"""What carries hints between processes and hosts: PostgreSQL's NOTIFY, or a Redis or Valkey between them."""

from __future__ import annotations

import hashlib
import hmac

from ordertrack.database.bus.postgresql import PostgresqlBus
from ordertrack.database.channels import Bus
from ordertrack.database.config import POSTGRESQL_BUS, Settings


def make(settings: Settings) -> Bus:
    """The bus that the settings name; it connects to nothing yet."""
    if settings.bus == POSTGRESQL_BUS:
        return PostgresqlBus(lambda: settings.app_direct_url)
    from ordertrack.database.bus.redis import RedisBus  # who has no Redis does without what it loads

    return RedisBus(settings.bus, lambda: house(settings))


def house(settings: Settings) -> str:
    """What the hosts of one database know each other by on a bus that others use too."""
    named = f"ordertrack bus {settings.app_direct_url.database}"
    return hmac.new(settings.secret_key.encode(), named.encode(), hashlib.sha256).hexdigest()[:16]
