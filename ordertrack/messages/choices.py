"""What a restaurant tells its guests and by what, as its managers chose; nothing until they have."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.channels import JOBS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.database.statements import TenantQuery
from ordertrack.database.ttl_cache import Kept
from ordertrack.i18n.translate import gettext as _
from ordertrack.messages.kinds import Kind
from ordertrack.messages.models import MessageChoice
from ordertrack.messages.transports import Way
from ordertrack.restaurants.versioned import refuse
from ordertrack.tenants import audit
from ordertrack.tenants.principal import Principal

LONGEST_SENDER = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """`ways` in the order in which they are tried. Without a `sender` guests read the restaurant's name."""

    kinds: tuple[Kind, ...] = ()
    ways: tuple[Way, ...] = ()
    sender: str | None = None
    version: int = 0

    @property
    def tells(self) -> bool:
        return bool(self.kinds and self.ways)


_NOTHING = Choice()
_kept: Kept[uuid.UUID, dict[uuid.UUID, Choice]] = Kept()
_READ = TenantQuery(
    select(
        MessageChoice.restaurant_id,
        MessageChoice.kinds,
        MessageChoice.transports,
        MessageChoice.sender,
        MessageChoice.version,
    ).where(MessageChoice.tenant_id == bindparam("tenant_id"))
)


def of_restaurant(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Choice:
    """As it is now, or was a few seconds ago."""
    kept = _kept.get(tenant_id, lambda: read(tenant_id)) or {}
    return kept.get(restaurant_id, _NOTHING)


def read(tenant_id: uuid.UUID) -> dict[uuid.UUID, Choice]:
    """That of each restaurant which has one, as it is now."""
    return {
        row.restaurant_id: Choice(
            tuple(kind for kind in Kind if kind in row.kinds),
            tuple(Way(each) for each in row.transports if each in set(Way)),
            row.sender,
            row.version,
        )
        for row in _READ.rows(tenant_id=tenant_id)
    }


def save(
    restaurant_id: uuid.UUID,
    name: str,
    kinds: Iterable[Kind],
    ways: Iterable[Way],
    sender: str | None,
    *,
    by: Principal,
    seen: int | None,
) -> bool:
    """Whether anything is otherwise now. Raises UnusableSettings if somebody else saved meanwhile."""
    before = read(by.tenant_id).get(restaurant_id, _NOTHING)
    if before.version != seen:
        refuse({"seen": _("Somebody else changed this meanwhile: see what holds now, and save again.")})
    after = Choice(tuple(kinds), tuple(dict.fromkeys(ways)), sender, before.version + 1)
    if _said(after) == _said(before):
        return False
    values = {
        "kinds": [*after.kinds],
        "transports": [*after.ways],
        "sender": after.sender,
        "version": after.version,
    }
    key = {"tenant_id": by.tenant_id, "restaurant_id": restaurant_id}
    saved = db.session.execute(
        insert(MessageChoice)
        .values(**key, **values)
        .on_conflict_do_update(
            index_elements=["tenant_id", "restaurant_id"],
            set_=values,
            where=MessageChoice.version == before.version,
        )
        .returning(MessageChoice.version)
    ).first()
    if saved is None:
        db.session.rollback()
        refuse({"seen": _("Somebody else changed this meanwhile: see what holds now, and save again.")})
    audit.record(by, "messages", "", name, _said(before), _said(after), restaurant_id)
    notify(JOBS_CHANNEL, str(by.tenant_id))  # from now on its log is followed
    db.session.commit()
    _kept.forget(lambda tenant_id: tenant_id == by.tenant_id)
    return True


def _said(choice: Choice) -> dict[str, object]:
    return {
        "message_kinds": list(choice.kinds),
        "message_ways": list(choice.ways),
        "sender": choice.sender,
    }
