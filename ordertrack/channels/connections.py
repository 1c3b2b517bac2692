"""Connections of a company to its channels: made, changed, paused and ended by managers, and audited."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from ordertrack.channels.interface import Channel, Connection, Sentence
from ordertrack.channels.models import ChannelConnection
from ordertrack.database.channels import ATTENTION_CHANNEL, JOBS_CHANNEL, notify
from ordertrack.database.config import Settings
from ordertrack.database.session import db, enter_tenant, present_credential
from ordertrack.outgoing import sealing
from ordertrack.tenants import audit
from ordertrack.tenants.credentials import codes
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import bound_to

MOST = 100
"""Of one company, those that were not ended."""
LONGEST_NAME = 30
"""What stands on a card as the order's channel."""
_CODE = "code"
_MADE = "made"  # names, with blanks between


class NoSuchConnection(LookupError):
    """There is none of this id, it has ended, or it is for more restaurants than the asker may see."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a connection is to be. `restaurants` are ids, each with its name in the channel; of `secrets`
    those that are not named stay as they are."""

    name: str
    restaurants: Mapping[uuid.UUID, str]
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)


def make(channel: Channel, draft: Draft, *, by: Principal) -> ChannelConnection:
    """Connect the company, and commit."""
    code = codes.new()
    names = [each.name for each in channel.fields if each.is_made and each.name not in draft.secrets]
    made_here = {name: codes.new() for name in names} | {_MADE: " ".join(names)}
    made = ChannelConnection(
        tenant_id=by.tenant_id,
        id=uuid.uuid4(),
        channel=channel.name,
        sealed_secrets=_sealed({**draft.secrets, **made_here, _CODE: code}),
        digest=codes.digest(code),
        **_columns(draft),
    )
    db.session.add(made)
    db.session.flush()
    secrets = {"new_secrets": sorted(draft.secrets)} if draft.secrets else {}
    audit.record(by, "channel", str(made.id), made.name, None, {**_facts(made), **secrets})
    notify(JOBS_CHANNEL, str(made.tenant_id))  # from now on its log is followed
    db.session.commit()
    return made


def change(row: ChannelConnection, draft: Draft, *, by: Principal) -> None:
    """Save other settings of a connection that `find` has found, and commit."""
    before = _facts(row)
    for name, value in _columns(draft).items():
        setattr(row, name, value)
    secrets = {"new_secrets": sorted(draft.secrets)} if draft.secrets else {}
    if draft.secrets:
        held = _unsealed(row)
        held[_MADE] = " ".join(set(held.get(_MADE, "").split()) - draft.secrets.keys())
        row.sealed_secrets = _sealed(held | dict(draft.secrets))
    row.version += 1
    audit.record(by, "channel", str(row.id), row.name, before, {**_facts(row), **secrets})
    db.session.commit()


def pause(row: ChannelConnection, *, by: Principal, is_paused: bool) -> None:
    """Keep what comes without making orders of it, or go on with all of it; and commit."""
    before = _facts(row)
    row.paused_at = func.clock_timestamp() if is_paused else None
    db.session.flush()
    db.session.refresh(row)
    audit.record(by, "channel", str(row.id), row.name, before, _facts(row))
    db.session.commit()


def end(row: ChannelConnection, *, by: Principal) -> None:
    """Nothing comes by it or goes by it any more: its secrets are gone with it; and commit."""
    audit.record(by, "channel", str(row.id), row.name, _facts(row), None)
    row.ended_at = func.clock_timestamp()
    row.sealed_secrets = _sealed({})
    row.failing_since, row.failure = None, None
    db.session.commit()


def of_asker(by: Principal) -> list[ChannelConnection]:
    """Those that the asker may see to, by name."""
    rows = db.session.scalars(_open(by.tenant_id).order_by(func.lower(ChannelConnection.name))).all()
    return [row for row in rows if _may_see(by, row)]


def find(by: Principal, connection_id: uuid.UUID, *, is_to_change: bool = False) -> ChannelConnection:
    """One of them; held until the transaction ends if it `is_to_change`. Raises NoSuchConnection."""
    query = _open(by.tenant_id).where(ChannelConnection.id == connection_id)
    if is_to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    row: ChannelConnection | None = db.session.scalar(query)
    if row is None or not _may_see(by, row):
        raise NoSuchConnection(connection_id)
    return row


def is_named_already(by: Principal, name: str, besides: uuid.UUID | None) -> bool:
    """Whether another connection of the company is called so."""
    query = _open(by.tenant_id).where(func.lower(ChannelConnection.name) == name.lower())
    if besides is not None:
        query = query.where(ChannelConnection.id != besides)
    return db.session.scalar(query.limit(1)) is not None


def are_enough(tenant_id: uuid.UUID) -> bool:
    """Whether the company may have no more of them."""
    counted = select(func.count()).select_from(_open(tenant_id).subquery())
    return (db.session.scalar(counted) or 0) >= MOST


def by_code(code: str) -> ChannelConnection | None:
    """The connection whose address has this code; enters its tenant. None if there is none, or it ended."""
    present_credential("channel_code", codes.digest(code))
    row = db.session.scalar(select(ChannelConnection).where(ChannelConnection.digest == codes.digest(code)))
    if row is None or row.ended_at is not None:
        return None
    enter_tenant(row.tenant_id)
    return row


def by_id(tenant_id: uuid.UUID, connection_id: uuid.UUID) -> ChannelConnection | None:
    """The connection, read anew, for who works for it; None if it has ended."""
    query = _open(tenant_id).where(ChannelConnection.id == connection_id)
    row: ChannelConnection | None = db.session.scalar(query.execution_options(populate_existing=True))
    return row


def working(tenant_id: uuid.UUID) -> list[ChannelConnection]:
    """Those of a tenant that neither ended nor pause."""
    rows = db.session.scalars(_open(tenant_id).where(ChannelConnection.paused_at.is_(None)))
    return list(rows.all())


def opened(row: ChannelConnection) -> Connection:
    """What the channel is told of it, its secrets unsealed."""
    secrets = _unsealed(row)
    code = secrets.pop(_CODE, None)
    secrets.pop(_MADE, None)
    settings: Settings = current_app.config["SETTINGS"]
    is_known = code is not None and settings.public_url
    return Connection(
        tenant_id=row.tenant_id,
        id=row.id,
        channel=row.channel,
        name=row.name,
        branches={row.restaurants[str(each.id)]: each.slug for each in _bound(row)},
        settings=row.settings,
        secrets=secrets,
        made_at=row.made_at,
        address=f"{settings.public_url}/channels/{code}/" if is_known else None,
    )


def code_of(row: ChannelConnection) -> str:
    """What stands in its address."""
    return _unsealed(row)[_CODE]


def kept_secrets(row: ChannelConnection) -> Collection[str]:
    """The names of those that it has."""
    return _unsealed(row).keys() - {_CODE, _MADE}


def made_secrets(row: ChannelConnection) -> dict[str, str]:
    """Those that were made here and not by somebody else since, for who has to put them in there."""
    held = _unsealed(row)
    return {name: held[name] for name in held.get(_MADE, "").split()}


def principal_of(row: ChannelConnection) -> Principal:
    """Who places, changes and moves its orders."""
    return Principal(row.tenant_id, f"channel:{row.id}", row.name, restaurants=_bound(row))


def works(row: ChannelConnection) -> None:
    """The peer could be reached and let us in; in the caller's transaction."""
    if row.failing_since is not None:
        notify(ATTENTION_CHANNEL, str(row.tenant_id))
    row.worked_at = func.clock_timestamp()
    row.failing_since, row.failure = None, None


def fails(row: ChannelConnection, why: Sentence) -> None:
    """It could not; in the caller's transaction."""
    row.failing_since = row.failing_since or func.clock_timestamp()
    row.failure = {"said": why.said, "values": dict(why.values)}
    notify(ATTENTION_CHANNEL, str(row.tenant_id))


def _open(tenant_id: uuid.UUID) -> Any:
    return select(ChannelConnection).where(
        ChannelConnection.tenant_id == tenant_id, ChannelConnection.ended_at.is_(None)
    )


def _may_see(by: Principal, row: ChannelConnection) -> bool:
    return by.is_manager and all(by.may_see(uuid.UUID(each)) for each in row.restaurants)


def _bound(row: ChannelConnection) -> Any:
    return bound_to(row.tenant_id, [uuid.UUID(each) for each in row.restaurants]) or ()


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "restaurants": {str(each): name for each, name in draft.restaurants.items()},
        "settings": dict(draft.settings),
    }


def _facts(row: ChannelConnection) -> dict[str, Any]:
    """What the audit says of it; no secret is among them."""
    return {
        "channel": row.channel,
        "name": row.name,
        "restaurants": sorted(row.restaurants),
        "names_there": sorted(name for name in row.restaurants.values() if name),
        "settings": row.settings,
        "paused": row.paused_at is not None,
    }


def _sealed(secrets: Mapping[str, str]) -> str:
    return sealing.seal(json.dumps(dict(secrets)).encode())


def _unsealed(row: ChannelConnection) -> dict[str, str]:
    secrets: dict[str, str] = json.loads(sealing.unseal(row.sealed_secrets))
    return secrets
