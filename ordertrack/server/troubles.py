"""What managers are alerted of besides what the overview lists: what fails of rooms that call others."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from sqlalchemy import and_, or_, select

from ordertrack.database.session import db
from ordertrack.i18n.translate import gettext as _
from ordertrack.manager_alerts import troubles
from ordertrack.manager_alerts.kinds import AlertKind
from ordertrack.manager_alerts.troubles import Found
from ordertrack.webhooks import endpoints
from ordertrack.webhooks.models import Disabled, Endpoint

_FAILS = and_(Endpoint.failing_since.is_not(None), Endpoint.disabled_at.is_(None))
_GIVEN_UP = (Disabled.GONE, Disabled.FAILING)


def register() -> None:
    """Wherever the log is followed."""
    troubles.register(of_webhooks)


def of_webhooks(tenant_id: uuid.UUID) -> Iterator[Found]:
    """Endpoints that fail, or were given up because they did."""
    for endpoint in db.session.scalars(
        select(Endpoint)
        .where(Endpoint.tenant_id == tenant_id, Endpoint.ended_at.is_(None))
        .where(or_(_FAILS, Endpoint.disabled_why.in_(_GIVEN_UP)))
        .order_by(Endpoint.id)
    ):
        yield _of_endpoint(endpoint)


def _of_endpoint(endpoint: Endpoint) -> Found:
    host = endpoints.host_of(endpoint.url)

    def title() -> str:
        return _("The webhook of %(host)s fails", host=host)

    def said() -> str:
        if endpoint.disabled_at is not None:
            return _("It is disabled: nothing more is sent there until somebody enables it.")
        return _("What cannot be delivered is kept and tried again.")

    path = f"/webhooks/{endpoint.id}"
    return Found(AlertKind.WEBHOOK, str(endpoint.id), None, path, title, said)
