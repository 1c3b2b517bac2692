"""The keys of programs: making one, ending it, what the audit says of it."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update

from ordertrack.database.session import db
from ordertrack.i18n import names
from ordertrack.rules.scopes import Scope
from ordertrack.tenants import audit, most
from ordertrack.tenants.accounts import AccountError, checked_name, ids_of, refuse
from ordertrack.tenants.credentials.digests import hash_key
from ordertrack.tenants.models import ApiKey, Tenant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sessions.access import end_streams


def create_key(
    tenant: Tenant,
    name: str,
    *,
    scopes: Sequence[Scope] = tuple(Scope),
    restaurants: Sequence[str] = (),
    expires_at: dt.datetime | None = None,
    by: Principal | None = None,
) -> tuple[ApiKey, str]:
    """An API key, and its text, which is shown now and never again.

    Of `restaurants`, their slugs, it is for these; for all if none is named.
    """
    refuse(most.keys_reached(tenant.id))
    secret = new_secret()
    key = ApiKey(
        tenant_id=tenant.id,
        id=uuid.uuid4(),
        name=checked_name(name),
        key_hash=hash_key(secret),
        scopes=[each for each in Scope if each in scopes],
        restaurant_ids=ids_of(tenant, restaurants) or None,
        expires_at=expires_at,
    )
    db.session.add(key)
    note_key(by or audit.operator(tenant.id, "key create"), key, None, facts_of_key(key))
    db.session.commit()
    return key, secret


def facts_of_key(key: ApiKey) -> dict[str, Any]:
    """What the audit says of a key."""
    return {
        "name": key.name,
        "scopes": key.scopes,
        "restaurants": key.restaurant_ids,
        "expires_at": key.expires_at,
    }


def note_key(by: Principal, key: ApiKey, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    """Write a change of a key into the audit; one that is for a single restaurant is this one's."""
    only = key.restaurant_ids or []
    restaurant = only[0] if len(only) == 1 else None
    audit.record(by, "key", str(key.id), key.name, before, after, restaurant)


def new_secret() -> str:
    """The text of an API key: 256 random bits."""
    return "ot_" + secrets.token_urlsafe(32)


def revoke_key(
    tenant: Tenant, name: str | None, key_id: uuid.UUID | None = None, *, by: Principal | None = None
) -> int:
    """End every key of this name, or the one of this id; how many there were."""
    used = db.session.scalars(select(ApiKey.name).where(ApiKey.tenant_id == tenant.id))
    spelled = {each for each in used if name is None or names.key(each) == names.key(name)}
    is_meant = ApiKey.id == key_id if key_id is not None else ApiKey.name.in_(spelled)
    ended = db.session.scalars(
        update(ApiKey)
        .where(ApiKey.tenant_id == tenant.id, ApiKey.name.in_(spelled), is_meant, ApiKey.revoked_at.is_(None))
        .values(revoked_at=func.clock_timestamp())
        .returning(ApiKey)
    ).all()
    if not ended:
        raise AccountError(f"{tenant.slug} has no API key {key_id or repr(name)} that is still in use.")
    for each in ended:
        note_key(by or audit.operator(tenant.id, "key revoke"), each, facts_of_key(each), None)
    for each in ended:
        end_streams(f"key:{each.id}")
    return len(ended)
