"""Whose order an unguessable link leads to."""

from __future__ import annotations

import re
import uuid
from typing import NamedTuple

from sqlalchemy import bindparam, select

from ordertrack.database.session import enter_tenant
from ordertrack.database.statements import TenantQuery
from ordertrack.monitoring import request_log
from ordertrack.orders.models import TrackingLink

_LINK = TenantQuery(
    select(TrackingLink.tenant_id, TrackingLink.order_id).where(TrackingLink.token == bindparam("token")),
    "tracking_token",
)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


class GuestLink(NamedTuple):
    tenant_id: uuid.UUID
    order_id: uuid.UUID


def find(token: str) -> GuestLink | None:
    """The link of this token, whose tenant is entered; None if there is none."""
    if not _TOKEN.fullmatch(token):
        return None
    for link in _LINK.rows(setting=token, token=token):
        enter_tenant(link.tenant_id)
        request_log.asked_by(f"customer:{link.order_id}")
        return GuestLink(link.tenant_id, link.order_id)
    return None
