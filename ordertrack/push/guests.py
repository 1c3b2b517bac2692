"""The browsers that guests want to be told on, by order: kept, taken back, and ended with the order."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.channels import JOBS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.push.models import GuestBrowser
from ordertrack.push.subscription import Subscription

MOST_OF_AN_ORDER = 10
"""Whoever has the link may have a browser told: not without end."""


def keep(tenant_id: uuid.UUID, order_id: uuid.UUID, told: Subscription, language: str, site: str) -> bool:
    """Have this browser told of the order, in this language; False where too many are.

    A part of the caller's transaction.
    """
    others = select(func.count()).where(*_of(tenant_id, order_id), GuestBrowser.digest != told.digest)
    if (db.session.scalar(others) or 0) >= MOST_OF_AN_ORDER:
        return False
    said = {"sealed_subscription": told.sealed(), "language": language, "site": site}
    key = {"tenant_id": tenant_id, "order_id": order_id, "digest": told.digest}
    made = insert(GuestBrowser).values(**key, **said)
    db.session.execute(made.on_conflict_do_update(index_elements=list(key), set_=said))
    notify(JOBS_CHANNEL, str(tenant_id))  # the end of the order is followed from now on
    return True


def are_told(connection: Connection, tenant_id: uuid.UUID) -> bool:
    """Whether any browser is told of an order of this tenant's."""
    return bool(connection.scalar(select(exists().where(GuestBrowser.tenant_id == tenant_id))))


def of_order(tenant_id: uuid.UUID, order_id: uuid.UUID) -> list[GuestBrowser]:
    """Those that are told of it, the first to ask first."""
    query = select(GuestBrowser).where(*_of(tenant_id, order_id))
    return list(db.session.scalars(query.order_by(GuestBrowser.made_at, GuestBrowser.digest)))


def end(tenant_id: uuid.UUID, order_id: uuid.UUID, digest: str) -> None:
    """This browser is told no more of it. Commits."""
    db.session.execute(delete(GuestBrowser).where(*_of(tenant_id, order_id), GuestBrowser.digest == digest))
    db.session.commit()


def end_of_order(tenant_id: uuid.UUID, order_id: uuid.UUID) -> None:
    """No browser is told of it any more. A part of the caller's transaction."""
    db.session.execute(delete(GuestBrowser).where(*_of(tenant_id, order_id)))


def told_of(tenant_id: uuid.UUID, order_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Those of these orders that some browser is told of."""
    if not order_ids:
        return []
    query = select(GuestBrowser.order_id).where(
        GuestBrowser.tenant_id == tenant_id, GuestBrowser.order_id.in_(list(order_ids))
    )
    return list(db.session.scalars(query.distinct().order_by(GuestBrowser.order_id)))


def _of(tenant_id: uuid.UUID, order_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    return GuestBrowser.tenant_id == tenant_id, GuestBrowser.order_id == order_id
