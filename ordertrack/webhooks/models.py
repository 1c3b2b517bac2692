"""Addresses that are told what happens, their secrets, and each try to tell them."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import StrEnum

from sqlalchemy import ARRAY, BigInteger, ForeignKey, ForeignKeyConstraint, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment, stored_as_text

_NOW = text("clock_timestamp()")


class Disabled(StrEnum):
    """Why an endpoint is told nothing: somebody wanted it, it answered 410, or it failed for days."""

    MANAGER = "manager"
    GONE = "gone"
    FAILING = "failing"


class Endpoint(Base):
    """An address. `kinds` and `restaurant_ids` are what it is told of; None: of all."""

    __tablename__ = "webhook_endpoints"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    url: Mapped[str]
    kinds: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    restaurant_ids: Mapped[list[uuid.UUID] | None] = mapped_column(ARRAY(Uuid))
    since_seq: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    disabled_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    disabled_why: Mapped[Disabled | None] = mapped_column(stored_as_text(Disabled))
    failing_since: Mapped[dt.datetime | None] = mapped_column(Moment)
    stopped_seq: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"))

    @property
    def destination(self) -> str:
        return f"webhook:{self.id}"


class Secret(Base):
    """What an endpoint's messages are signed with; until `ends_at` beside a newer one."""

    __tablename__ = "webhook_secrets"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "endpoint_id"], ["webhook_endpoints.tenant_id", "webhook_endpoints.id"]
        ),
        Index("webhook_secrets_of_endpoint", "tenant_id", "endpoint_id"),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    endpoint_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    sealed_secret: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    ends_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class Delivery(Base):
    """One try. Without a `status` there was no answer, and `failure` is why; `next_at` is the next try."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "endpoint_id"], ["webhook_endpoints.tenant_id", "webhook_endpoints.id"]
        ),
        Index("webhook_deliveries_newest", "tenant_id", "endpoint_id", "at", "id"),
        Index("webhook_deliveries_oldest", "tenant_id", "at"),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    endpoint_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    seq: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    kind: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    milliseconds: Mapped[int]
    tries: Mapped[int]
    status: Mapped[int | None]
    failure: Mapped[str | None]
    excerpt: Mapped[str | None]
    next_at: Mapped[dt.datetime | None] = mapped_column(Moment)

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
