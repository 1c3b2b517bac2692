"""Which API keys somebody may make, see and end: none that is for more than they may see themselves."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import select

from ordertrack.database.session import db
from ordertrack.tenants.models import ApiKey
from ordertrack.tenants.principal import Principal


class NoSuchKey(LookupError):
    """There is no key of this id that has not ended, or it is for more than the asker may see."""


def may_issue(by: Principal, restaurant_ids: Collection[uuid.UUID] | None) -> bool:
    """Whether a key for these restaurants (None: for all, also those to come) is not above whoever asks.

    What keys may do managers and owners may do too, and nobody else may do all of it.
    """
    if not by.is_manager:
        return False
    if restaurant_ids is None:
        return by.restaurants is None
    return all(by.may_see(each) for each in restaurant_ids)


def in_use(by: Principal) -> list[ApiKey]:
    """The keys that were not ended and that the asker may issue, oldest first."""
    keys = db.session.scalars(
        select(ApiKey)
        .where(ApiKey.tenant_id == by.tenant_id, ApiKey.revoked_at.is_(None))
        .order_by(ApiKey.created_at, ApiKey.id)
    )
    return [key for key in keys if may_issue(by, key.restaurant_ids)]


def find(by: Principal, key_id: uuid.UUID) -> ApiKey:
    """A key that was not ended; held until the transaction ends. Raises NoSuchKey."""
    key = db.session.scalar(
        select(ApiKey)
        .where(ApiKey.tenant_id == by.tenant_id, ApiKey.id == key_id, ApiKey.revoked_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if key is None or not may_issue(by, key.restaurant_ids):
        raise NoSuchKey(key_id)
    return key
