"""Who acts where nobody taps: a restaurant's own rule on arrival, and the clock; and what they say."""

from __future__ import annotations

import uuid

from ordertrack.i18n.translate import marked
from ordertrack.tenants.principal import Principal

NOT_CONFIRMED = marked("Not confirmed in time")
"""Why the clock cancels an order."""


def on_arrival(tenant_id: uuid.UUID) -> Principal:
    """Who confirms what a restaurant wants to be confirmed when it comes."""
    return Principal(tenant_id, "program:house", "House")


def clock(tenant_id: uuid.UUID) -> Principal:
    """Who begins what was for later, and settles what nobody confirmed."""
    return Principal(tenant_id, "program:clock", "Clock")
