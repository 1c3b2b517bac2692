"""Which program is asking: its API key names the tenant that everything after it stays inside."""

from __future__ import annotations

from typing import cast

from flask import g, request
from sqlalchemy import bindparam, select

from ordertrack.database.session import enter_tenant
from ordertrack.database.statements import TenantQuery
from ordertrack.monitoring import request_log
from ordertrack.tenants import failed_sign_ins, kept_sign_ins
from ordertrack.tenants.accounts import hash_key
from ordertrack.tenants.models import ApiKey
from ordertrack.tenants.principal import Principal
from ordertrack.web.problems import Problem, Refusal

# A credential shows the one row that holds it, and so whose tenant it belongs to.
_IN_USE = TenantQuery(
    select(ApiKey.tenant_id, ApiKey.id, ApiKey.name).where(
        ApiKey.key_hash == bindparam("key_hash"), ApiKey.revoked_at.is_(None)
    ),
    "api_key_hash",
)
_PUBLIC = frozenset({"api.openapi"})


def authenticate() -> None:
    """Before each call: find the key's tenant and enter it, or refuse with 401."""
    if request.endpoint in _PUBLIC:
        return
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer" or not authorization.token:
        raise _refused("Send an API key in the header `Authorization: Bearer <key>`.", "Bearer")
    principal = _owner_of(authorization.token)
    if principal is None:
        failed_sign_ins.note("key")
        raise _refused(
            "This API key is not known, or was revoked. Ask for a new one.", 'Bearer error="invalid_token"'
        )
    request_log.asked_by(principal.actor)
    g.principal = principal


def principal() -> Principal:
    """The program that makes this call."""
    return cast(Principal, g.principal)


def _owner_of(secret: str) -> Principal | None:
    key_hash = hash_key(secret)
    found = kept_sign_ins.kept().get(key_hash, lambda: _read(key_hash))
    if found is not None:
        enter_tenant(found.tenant_id)
    return found


def _read(key_hash: str) -> Principal | None:
    for key in _IN_USE.rows(setting=key_hash, key_hash=key_hash):
        return Principal(key.tenant_id, f"key:{key.id}", key.name)
    return None


def _refused(detail: str, challenge: str) -> Refusal:
    return Refusal(Problem(401, detail, headers={"WWW-Authenticate": challenge}))
