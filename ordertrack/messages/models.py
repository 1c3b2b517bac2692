"""What is told to whom: choices of restaurants, providers of companies, messages, and who wants none."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Numeric, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment, stored_as_text
from ordertrack.messages.kinds import Kind
from ordertrack.messages.transports import Way

_NOW = text("clock_timestamp()")
_NONE = text("'{}'::text[]")


class State(StrEnum):
    """What became of a message. What is `sending` when nobody sends it any more may have gone: `unknown`."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    PASSED = "passed"
    SEEN = "seen"
    STOPPED = "stopped"
    UNREACHABLE = "unreachable"


class GuestMessage(Base):
    """One kind of message of one order. `since` is the moment that it tells of, `revision` the order's then.

    `masked` is as much of the address as may be read; `tried` are the transports that have failed for good,
    `tries` is how often the one now has for the moment."""

    __tablename__ = "guest_messages"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),
        UniqueConstraint("tenant_id", "id"),
        Index("guest_messages_newest", "tenant_id", "restaurant_id", "since", "id"),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[Kind] = mapped_column(stored_as_text(Kind), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, default=uuid.uuid4)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    state: Mapped[State] = mapped_column(stored_as_text(State), server_default=text("'waiting'"))
    since: Mapped[dt.datetime] = mapped_column(Moment)
    revision: Mapped[int | None]
    transport: Mapped[Way | None] = mapped_column(stored_as_text(Way))
    tried: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NONE)
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    language: Mapped[str | None]
    masked: Mapped[str | None]
    segments: Mapped[int | None]
    cost: Mapped[Decimal | None] = mapped_column(Numeric(14, 6))
    currency: Mapped[str | None]
    reference: Mapped[str | None]
    why: Mapped[str | None]
    changed_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)


class GuestWish(Base):
    """A guest said on the page of an order that they want to be told by this transport."""

    __tablename__ = "guest_wishes"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    transport: Mapped[Way] = mapped_column(stored_as_text(Way), primary_key=True)
    wished_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)


class GuestPage(Base):
    """Up to which revision the guest of an order was shown it, on a page that was open and visible."""

    __tablename__ = "guest_pages"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    revision: Mapped[int]
    seen_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)


class MessageStop(Base):
    """Who wants no messages of this company: a number (E.164) or an e-mail address."""

    __tablename__ = "message_stops"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    transport: Mapped[Way] = mapped_column(stored_as_text(Way))
    stopped_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)


class MessageChoice(Base):
    """What a restaurant tells its guests, by which transports, the preferred one first."""

    __tablename__ = "message_choices"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "restaurant_id"], ["restaurants.tenant_id", "restaurants.id"]),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NONE)
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NONE)
    sender: Mapped[str | None]
    version: Mapped[int]


class MessageProvider(Base):
    """What a company said about a transport's provider. `hook` stands in the address that it reports to."""

    __tablename__ = "message_providers"
    __table_args__ = (Index("message_providers_hook", "hook"),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    transport: Mapped[Way] = mapped_column(stored_as_text(Way), primary_key=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed_secrets: Mapped[str | None]
    hook: Mapped[str]
    version: Mapped[int]
