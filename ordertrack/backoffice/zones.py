"""In which moments are told on a page that is about no restaurant."""

from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

from ordertrack.restaurants import cache


def zone_of(tenant_id: uuid.UUID) -> ZoneInfo:
    """The first restaurant's."""
    restaurants = cache.of_tenant(tenant_id)
    today = dt.datetime.now(dt.UTC).date()
    return restaurants[0].calendar.zone_on(today) if restaurants else ZoneInfo("UTC")
