"""A connection's settings in the audit: called as in the form of its channel, whichever that is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from ordertrack.backoffice.audit.fields_elsewhere import AuditedField
from ordertrack.channels import registry
from ordertrack.channels.fields import Field
from ordertrack.channels.models import ChannelConnection
from ordertrack.database.session import db
from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.tenants.audit import AuditEntry

_SETTING = "settings."


def field_of(entry: AuditEntry, name: str) -> AuditedField | None:
    """How a field of this entry is called, and how its values are said; None for what all things have."""
    if name == "channel":
        return AuditedField(marked("Shop or platform"), _title)
    if not name.startswith(_SETTING):
        return None
    row = db.session.get(ChannelConnection, (entry.tenant_id, uuid.UUID(entry.subject)))
    channel = registry.find(row.channel) if row is not None else None
    fields = channel.fields if channel is not None else ()
    found = next((each for each in fields if each.name == name.removeprefix(_SETTING)), None)
    return AuditedField(found.label, _saying(found)) if found is not None else None


def _saying(field: Field) -> Callable[[Any], str | None] | None:
    return partial(_chosen, field) if field.choices else None


def _chosen(field: Field, value: Any) -> str | None:
    """The words of what is chosen; None where nothing is."""
    chosen = value if isinstance(value, list) else [value]
    known = [_(field.choices[each]) if each in field.choices else str(each) for each in chosen if each]
    return formats.listed(known) if known else None


def _title(name: Any) -> str | None:
    channel = registry.find(name) if isinstance(name, str) else None
    return channel.title if channel else None
