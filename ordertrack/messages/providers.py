"""What a company said about the providers by which it sends; what is secret of it is kept sealed."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import gettext as _
from ordertrack.messages import transports
from ordertrack.messages.fields import Field
from ordertrack.messages.models import MessageProvider
from ordertrack.messages.transports import Settings, Transport, Way
from ordertrack.outgoing import sealing
from ordertrack.restaurants.versioned import refuse
from ordertrack.tenants import audit
from ordertrack.tenants.principal import Principal

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Provider:
    """`settings` are all that was said, with what is secret; `hook` is None until something was."""

    way: Way
    settings: Settings
    hook: str | None = None
    version: int = 0

    @property
    def is_set_up(self) -> bool:
        transport = transports.of(self.way)
        return transport is not None and transport.is_set_up(self.settings)

    def shown(self) -> dict[str, str]:
        """What a page may show: nothing that is secret."""
        return {field.name: self.settings[field.name] for field in _fields(self.way) if not field.is_secret}

    def has(self, name: str) -> bool:
        return bool(self.settings.get(name))


class Reported(NamedTuple):
    """Whose address a provider called."""

    tenant_id: uuid.UUID
    way: Way


_COLUMNS = (
    MessageProvider.transport,
    MessageProvider.settings,
    MessageProvider.sealed_secrets,
    MessageProvider.hook,
    MessageProvider.version,
)
_READ = TenantQuery(select(*_COLUMNS).where(MessageProvider.tenant_id == bindparam("tenant_id")))
_BY_HOOK = TenantQuery(
    select(MessageProvider.tenant_id, MessageProvider.transport).where(
        MessageProvider.hook == bindparam("hook")
    ),
    "message_hook",
)


def of_tenant(tenant_id: uuid.UUID) -> dict[Way, Provider]:
    """Each transport's, in the order in which they are offered, as it is now."""
    rows = {row.transport: row for row in _READ.rows(tenant_id=tenant_id)}
    return {each.way: _provider(each, rows.get(each.way)) for each in transports.known()}


def of_hook(hook: str) -> Reported | None:
    """Whose it is; no tenant need have been entered."""
    for row in _BY_HOOK.rows(setting=hook, hook=hook):
        return Reported(row.tenant_id, Way(row.transport))
    return None


def save(way: Way, said: Mapping[str, str], *, by: Principal, seen: int | None) -> bool:
    """Whether anything is otherwise now; a secret that was left empty stays. Raises UnusableSettings."""
    before = of_tenant(by.tenant_id)[way]
    fields = _fields(way)
    values = {each.name: said.get(each.name, "").strip() for each in fields}
    values |= {
        each.name: before.settings.get(each.name, "")
        for each in fields
        if each.is_secret and not values[each.name]
    }
    problems = {each.name: problem for each in fields if (problem := _problem(each, values[each.name]))}
    if before.version != seen:
        problems["seen"] = _("Somebody else changed this meanwhile: see what holds now, and save again.")
    refuse(problems)
    if values == dict(before.settings):
        return False
    _write(way, values, before, by.tenant_id)
    others = any(values[each.name] != before.settings.get(each.name) for each in fields if each.is_secret)
    after = Provider(way, values).shown()
    audit.record(
        by,
        "message_provider",
        way.value,
        _transport(way).name,
        before.shown() if before.version else None,
        after | ({"other_secrets": True} if others else {}),
    )
    db.session.commit()
    return True


def _write(way: Way, values: Settings, before: Provider, tenant_id: uuid.UUID) -> None:
    hidden = {each.name: values[each.name] for each in _fields(way) if each.is_secret and values[each.name]}
    written = {
        "settings": Provider(way, values).shown(),
        "sealed_secrets": sealing.seal(json.dumps(hidden).encode()) if hidden else None,
        "version": before.version + 1,
    }
    saved = db.session.execute(
        insert(MessageProvider)
        .values(tenant_id=tenant_id, transport=way, hook=secrets.token_urlsafe(24), **written)
        .on_conflict_do_update(
            index_elements=["tenant_id", "transport"],
            set_=written,
            where=MessageProvider.version == before.version,
        )
        .returning(MessageProvider.version)
    ).first()
    if saved is None:
        db.session.rollback()
        refuse({"seen": _("Somebody else changed this meanwhile: see what holds now, and save again.")})


def _provider(transport: Transport, row: object) -> Provider:
    blank = {each.name: each.default for each in transport.fields}
    if row is None:
        return Provider(transport.way, blank)
    said = dict(row.settings)  # type: ignore[attr-defined]
    sealed = row.sealed_secrets  # type: ignore[attr-defined]
    if sealed:
        said |= _opened(sealed)
    known = {name: value for name, value in said.items() if name in blank}
    return Provider(transport.way, blank | known, row.hook, row.version)  # type: ignore[attr-defined]


def _opened(sealed: str) -> dict[str, str]:
    """What was sealed; nothing if the house has lost the key: then it has to be said anew."""
    try:
        found: dict[str, str] = json.loads(sealing.unseal(sealed))
        return found
    except sealing.SealedByAnother as error:
        _log.error("the secrets of a provider cannot be opened", error=str(error))
        return {}


def _problem(field: Field, value: str) -> str | None:
    if not value:
        return _("This is needed.") if field.is_needed else None
    if len(value) > field.longest:
        return _("At most %(longest)s characters.", longest=field.longest)
    if field.choices and value not in dict(field.choices):
        return _("Choose one.")
    if "\0" in value or ("\n" in value and field.kind != "lines"):
        return _("This is not usable text.")
    return field.check(value) if field.check else None


def _fields(way: Way) -> tuple[Field, ...]:
    return _transport(way).fields


def _transport(way: Way) -> Transport:
    transport = transports.of(way)
    assert transport is not None
    return transport
