"""An endpoint in the audit: nothing chosen means all, which is said."""

from __future__ import annotations

from typing import Any

from ordertrack.backoffice.audit.fields_elsewhere import AuditedField
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.tenants.audit import AuditEntry


def field_of(_entry: AuditEntry, name: str) -> AuditedField | None:
    return _FIELDS.get(name)


def _every_status(kinds: Any) -> str | None:
    return None if kinds else _("Every status that an order comes to")


def _all_restaurants(ids: Any) -> str | None:
    return None if ids else _("All restaurants")


_FIELDS = {
    "url": AuditedField(marked("Address")),
    "kinds": AuditedField(marked("What it is told of"), _every_status),
    "restaurants": AuditedField(marked("Restaurants"), _all_restaurants),
    "disabled": AuditedField(marked("Disabled")),
}
