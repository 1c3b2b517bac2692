"""Giving an API key another text, while the one that it had is still good for a while.

It stays the same key: its orders and idempotency keys are those of before, and so is what it may do.
"""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import func, select, update

from ordertrack.database.session import db
from ordertrack.i18n import names
from ordertrack.tenants import audit
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.credentials.digests import hash_key
from ordertrack.tenants.keys.api_keys import facts_of_key, new_secret, note_key
from ordertrack.tenants.models import ApiKey, Tenant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sessions.access import begin_anew


def find_key(tenant: Tenant, name: str | None, key_id: uuid.UUID | None) -> ApiKey:
    """The API key of this name or id that was not revoked; held until the transaction ends."""
    in_use = db.session.scalars(
        select(ApiKey)
        .where(ApiKey.tenant_id == tenant.id, ApiKey.revoked_at.is_(None))
        .order_by(ApiKey.created_at)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = [
        each
        for each in in_use
        if key_id in (None, each.id) and (name is None or names.key(each.name) == names.key(name))
    ]
    if not found:
        raise AccountError(f"{tenant.slug} has no API key {name or key_id} that is still in use.")
    if len(found) > 1:
        ids = ", ".join(str(each.id) for each in found)
        raise AccountError(f"{tenant.slug} has {len(found)} API keys {name!r}: say --id with one of {ids}.")
    return found[0]


def rotate(
    key: ApiKey,
    overlap: dt.timedelta,
    expires_at: dt.datetime | None = None,
    *,
    by: Principal | None = None,
) -> str:
    """The key's new text, shown now and never again; the one of before ends after `overlap`.

    One of before that one ends at once. `expires_at` moves the end of the key.
    """
    now = db.session.scalar(select(func.clock_timestamp()))
    assert now is not None
    if expires_at is None and key.expires_at is not None and key.expires_at <= now:
        raise AccountError(
            f"The key {key.name!r} has expired: say with --expires until when it is to be good."
        )
    secret, was = new_secret(), facts_of_key(key)
    ends = [now + overlap] + ([] if key.expires_at is None else [key.expires_at])
    db.session.execute(
        update(ApiKey)
        .where(ApiKey.tenant_id == key.tenant_id, ApiKey.id == key.id)
        .values(
            key_hash=hash_key(secret),
            previous_hash=key.key_hash,
            previous_until=min(ends),
            expires_at=expires_at or key.expires_at,
        )
    )
    became = was | {"expires_at": expires_at or key.expires_at, "new_secret": True}
    note_key(by or audit.operator(key.tenant_id, "key rotate"), key, was, became)
    begin_anew(f"key:{key.id}")
    db.session.refresh(key)
    return secret
