"""What was sent before: a form is known by its key, whoever sends it, and by what stands in it."""

from __future__ import annotations

import uuid
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import and_, select
from werkzeug.datastructures import MultiDict

from ordertrack.database.session import db
from ordertrack.orders.models import Order, StatusEvent
from ordertrack.tenants.principal import Principal

_OF_THE_SENDING = frozenset({"person", "again", "do"})


class Before(NamedTuple):
    """The order that came of a form with this key, and the digest of what stood in it."""

    id: uuid.UUID
    number: int
    digest: str | None


def digest_of(form: MultiDict[str, str]) -> str:
    """Equal for what was typed, and not for who sends it how often."""
    said = sorted((name, text) for name, text in form.items(multi=True) if name not in _OF_THE_SENDING)
    return sha256(repr(said).encode()).hexdigest()[:16]


def before(asker: Principal, key: str) -> Before | None:
    """On a tablet somebody else may send again what got no answer: that is the same order."""
    query = (
        select(Order.id, Order.number, StatusEvent.event_metadata["form"].astext.label("digest"))
        .join(
            StatusEvent,
            and_(
                StatusEvent.tenant_id == Order.tenant_id,
                StatusEvent.order_id == Order.id,
                StatusEvent.version == 1,
            ),
        )
        .where(
            Order.tenant_id == asker.tenant_id,
            Order.idempotency_key == key,
            Order.idempotency_sender.startswith("staff:"),
        )
    )
    row = db.session.execute(query).first()
    return Before(*row) if row else None
