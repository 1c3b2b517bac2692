"""Connections to channels, what came from them, and what is known of their orders."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment

_EMPTY = text("'{}'::jsonb")


class ChannelConnection(Base):
    """A company's connection to a channel. `restaurants` are ids, each with its name in the channel.

    `sealed_secrets` holds what is secret, the code of its address among them, of which `digest` is the
    digest. `version` counts how often its settings were saved. `failure` is a sentence, and what stands in
    it.
    """

    __tablename__ = "channel_connections"
    __table_args__ = (Index("channel_connections_digest", "digest"),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    channel: Mapped[str]
    name: Mapped[str]
    restaurants: Mapped[dict[str, Any]] = mapped_column(JSONB)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    sealed_secrets: Mapped[str]
    digest: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    made_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))
    paused_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    cursor: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    asked_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    worked_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    failing_since: Mapped[dt.datetime | None] = mapped_column(Moment)
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    tested_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    test_said: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class ChannelPayload(Base):
    """Something that a channel sent (`called`) or was asked for (`asked`), raw, and what became of it."""

    __tablename__ = "channel_payloads"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "connection_id"], ["channel_connections.tenant_id", "channel_connections.id"]
        ),
        Index("channel_payloads_newest", "tenant_id", "connection_id", "received_at", "id"),
        Index("channel_payloads_same", "tenant_id", "connection_id", "digest"),
        Index(
            "channel_payloads_waiting",
            "tenant_id",
            "received_at",
            postgresql_where=text("outcome = 'received'"),
        ),
        Index("channel_payloads_oldest", "tenant_id", "received_at"),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    connection_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    received_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))
    way: Mapped[str]
    topic: Mapped[str]
    external_id: Mapped[str | None]
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str]
    outcome: Mapped[str] = mapped_column(server_default=text("'received'"))
    reason: Mapped[str | None]
    reason_values: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    order_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    settled_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(server_default=text("0"))


class ChannelOrder(Base):
    """An order by its id in the channel: the newest state of it that came, and what was taken in of it."""

    __tablename__ = "channel_orders"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "connection_id"], ["channel_connections.tenant_id", "channel_connections.id"]
        ),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    connection_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[dt.datetime | None] = mapped_column(Moment)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
