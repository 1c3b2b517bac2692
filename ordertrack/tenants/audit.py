"""The audit: who changed what of a company, its people, keys and settings, and when; never changed itself."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, Uuid, insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment, db
from ordertrack.tenants.principal import Principal

OPERATOR = "program:ordertrack"
A_PAGE = 50


class AuditEntry(Base):
    """One change. Without `before` something was made, without `after` it is gone; else what differs."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("audit_entries_newest", "tenant_id", "at", "id"),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    at: Mapped[dt.datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))
    actor: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    label: Mapped[str]
    restaurant_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


def record(
    by: Principal,
    kind: str,
    subject: str,
    label: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    restaurant: uuid.UUID | None = None,
) -> None:
    """Write down a change, as a part of the caller's transaction; nothing if nothing differs.

    `kind` is a short fixed word for what was changed, `subject` which one it is, `label` what people call it.
    Values are JSON, and never a secret.
    """
    was, became = _facts(before), _facts(after)
    if was is not None and became is not None:
        names = dict.fromkeys((*was, *became))
        differs = [name for name in names if was.get(name) != became.get(name)]
        if not differs:
            return
        was, became = ({name: facts.get(name) for name in differs} for facts in (was, became))
    db.session.execute(
        insert(AuditEntry).values(
            tenant_id=by.tenant_id,
            id=uuid.uuid4(),
            actor=by.actor,
            name=by.name,
            kind=kind,
            subject=subject,
            label=label,
            restaurant_id=restaurant,
            before=was,
            after=became,
        )
    )


def operator(tenant_id: uuid.UUID, command: str = "") -> Principal:
    """Whoever runs a command of the command line."""
    return Principal(tenant_id, OPERATOR, f"ordertrack {command}".strip())


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries somebody asks for; None: whatever it is. `restaurants` are all that the asker may see."""

    restaurant_id: uuid.UUID | None = None
    actor: str | None = None
    kind: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    restaurants: Collection[uuid.UUID] | None = None


class Actor(NamedTuple):
    """Somebody who changed something, by the name that they had last."""

    actor: str
    name: str


def entries(
    tenant_id: uuid.UUID, wanted: Wanted, after: uuid.UUID | None = None, most: int = A_PAGE
) -> list[AuditEntry]:
    """The newest entries that are wanted; with `after`, an entry's id, those that are older than it."""
    query = select(AuditEntry).where(*_are(tenant_id, wanted))
    if after is not None:
        place = select(AuditEntry.at, AuditEntry.id).where(
            AuditEntry.tenant_id == tenant_id, AuditEntry.id == after
        )
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < place.scalar_subquery())
    return list(db.session.scalars(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(most)))


def actors(tenant_id: uuid.UUID, wanted: Wanted) -> list[Actor]:
    """Everybody who changed something of what is wanted, by name."""
    newest = (
        select(AuditEntry.actor, AuditEntry.name)
        .where(*_are(tenant_id, wanted))
        .ext(distinct_on(AuditEntry.actor))
        .order_by(AuditEntry.actor, AuditEntry.at.desc())
    )
    return sorted((Actor(*row) for row in db.session.execute(newest)), key=lambda each: each.name.casefold())


def _are(tenant_id: uuid.UUID, wanted: Wanted) -> list[Any]:
    conditions: list[Any] = [AuditEntry.tenant_id == tenant_id]
    if wanted.restaurants is not None:
        conditions.append(AuditEntry.restaurant_id.in_(wanted.restaurants))
    for column, asked in (
        (AuditEntry.restaurant_id, wanted.restaurant_id),
        (AuditEntry.actor, wanted.actor),
        (AuditEntry.kind, wanted.kind),
    ):
        if asked is not None:
            conditions.append(column == asked)
    if wanted.since is not None:
        conditions.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditEntry.at < wanted.until)
    return conditions


def _facts(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if said is None else {name: _as_json(value) for name, value in said.items()}


def _as_json(value: Any) -> Any:
    """The value as JSON has it: ids, days, times and enumerations as their text."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(_as_json(name)): _as_json(each) for name, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_as_json(each) for each in value)
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
