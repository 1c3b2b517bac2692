"""Which program is asking: its API key names the tenant that everything after it stays inside."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, cast

from flask import g, request
from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, case, func, or_, select

from ordertrack.api.openapi import OPERATIONS
from ordertrack.database.session import enter_tenant
from ordertrack.database.statements import TenantQuery
from ordertrack.monitoring import request_log
from ordertrack.rules.scopes import Scope
from ordertrack.tenants import suspension
from ordertrack.tenants.credentials.digests import hash_key
from ordertrack.tenants.keys import key_use
from ordertrack.tenants.models import ApiKey, Restaurant
from ordertrack.tenants.principal import BoundTo, Principal
from ordertrack.tenants.sessions import kept_sign_ins
from ordertrack.tenants.throttling import failed_sign_ins
from ordertrack.web import request_limits
from ordertrack.web.problems import Problem, Refusal

_HASH = bindparam("key_hash", type_=Text)
_UNTIL = case(
    (ApiKey.key_hash == _HASH, ApiKey.expires_at),
    else_=func.least(ApiKey.previous_until, ApiKey.expires_at),
)
# A credential shows the one row that holds it, and so whose tenant it belongs to.
_IN_USE = TenantQuery(
    select(
        ApiKey.tenant_id,
        ApiKey.id,
        ApiKey.name,
        ApiKey.scopes,
        ApiKey.restaurant_ids,
        _UNTIL.label("until"),
        (func.clock_timestamp() >= _UNTIL).label("is_over"),
    ).where(or_(ApiKey.key_hash == _HASH, ApiKey.previous_hash == _HASH), ApiKey.revoked_at.is_(None)),
    "api_key_hash",
)
_RESTAURANTS = TenantQuery(
    select(Restaurant.id, Restaurant.slug).where(
        Restaurant.tenant_id == bindparam("tenant_id"),
        Restaurant.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
    )
)


def authenticate() -> None:
    """Before each call: find the key's tenant and enter it; refuse with 401, 403 or 429."""
    scope = OPERATIONS[request.endpoint or ""].scope
    if scope is None:
        request_limits.count_address("stranger")
        return
    g.principal = found = _asker()
    request_log.asked_by(found.actor)
    request_limits.count_key(found.actor)
    if scope not in found.scopes:
        raise _not_for_this(scope)
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        suspension.refuse_writing(found.tenant_id)
    key_use.note(found.tenant_id, uuid.UUID(found.actor.removeprefix("key:")))


def principal() -> Principal:
    """The program that makes this call."""
    return cast(Principal, g.principal)


def _asker() -> Principal:
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer" or not authorization.token:
        request_limits.count_address("stranger")
        raise _refused("Send an API key in the header `Authorization: Bearer <key>`.", "Bearer")
    key_hash = hash_key(authorization.token)
    found = kept_sign_ins.kept().get(key_hash, lambda: _read(key_hash))
    if found is None:
        failed_sign_ins.note("key")
        raise _refused(
            "This API key is not known, or was revoked. Ask for a new one.", 'Bearer error="invalid_token"'
        )
    enter_tenant(found.tenant_id)
    return found


def _read(key_hash: str) -> Principal | None:
    """Whose key it is. Who makes them up pays with the share of their address, before anything is read."""
    request_limits.count_address("key")
    for key in _IN_USE.rows(setting=key_hash, key_hash=key_hash):
        if key.is_over:
            raise _expired(key.until)
        return Principal(
            key.tenant_id,
            f"key:{key.id}",
            key.name,
            scopes=frozenset(Scope(each) for each in key.scopes),
            restaurants=None if key.restaurant_ids is None else _bound_to(key),
            until=key.until,
        )
    return None


def _bound_to(key: Any) -> tuple[BoundTo, ...]:
    ids: Sequence[uuid.UUID] = key.restaurant_ids
    rows = _RESTAURANTS.rows(setting=str(key.tenant_id), tenant_id=key.tenant_id, ids=ids)
    return tuple(BoundTo(row.id, row.slug) for row in rows)


def _expired(at: dt.datetime) -> Refusal:
    return _refused(
        f"This API key ended on {at.astimezone(dt.UTC):%Y-%m-%d at %H:%M} UTC. Ask for a new one.",
        'Bearer error="invalid_token", error_description="expired"',
    )


def _refused(detail: str, challenge: str) -> Refusal:
    return Refusal(Problem(401, detail, headers={"WWW-Authenticate": challenge}))


def _not_for_this(scope: Scope) -> Refusal:
    detail = f"This API key has not the scope {scope}, which this call needs. Ask for a key that has it."
    challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
    return Refusal(Problem(403, detail, {"scope": scope}, {"WWW-Authenticate": challenge}))
