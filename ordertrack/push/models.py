"""The browsers that asked to be told, and the keys by which a company speaks to their push services."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment

_NOW = text("clock_timestamp()")


class PushKeys(Base):
    """The pair of a company (VAPID, RFC 8292): the private key is sealed with the key of the house."""

    __tablename__ = "push_keys"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    public_key: Mapped[str]
    sealed_key: Mapped[str]


class GuestBrowser(Base):
    """A browser that is told of one order, in its language (a tag)."""

    __tablename__ = "guest_browsers"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    sealed_subscription: Mapped[str]
    language: Mapped[str]
    site: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)


class ManagerBrowser(Base):
    """A browser of a manager's that is alerted, until that sign-in is ended or the person's access is."""

    __tablename__ = "manager_browsers"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff_members.tenant_id", "staff_members.id"]),
        ForeignKeyConstraint(["tenant_id", "session_id"], ["staff_sessions.tenant_id", "staff_sessions.id"]),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    session_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    sealed_subscription: Mapped[str]
    site: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
