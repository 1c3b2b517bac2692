"""The tables of the roll-up."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import BigInteger, ForeignKey, SmallInteger, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, stored_as_text
from ordertrack.restaurants.models import of_restaurant
from ordertrack.rules.stages import Stage


class Progress(Base):
    """How far into a tenant's log its roll-up reaches, and how far with what became of orders, and why.

    They are the same, unless the commit before has extended it: then it is made anew.
    """

    __tablename__ = "sla_progress"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    orders_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    reasons_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class ShiftName(Base):
    """The small number (1 to 255) under which cells know the name of a shift."""

    __tablename__ = "sla_shift_names"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[str]


class RestaurantDay(Base):
    """The times of one stage that began on one business day of one restaurant; see `cells`."""

    __tablename__ = "sla_restaurant_days"
    __table_args__ = (of_restaurant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    stage: Mapped[Stage] = mapped_column(stored_as_text(Stage), primary_key=True)
    business_date: Mapped[dt.date] = mapped_column(primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    cells: Mapped[bytes]
    slowest: Mapped[bytes]


class TenantDay(Base):
    """The same of all restaurants of a tenant together, without the hour and without the shift."""

    __tablename__ = "sla_tenant_days"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(stored_as_text(Stage), primary_key=True)
    business_date: Mapped[dt.date] = mapped_column(primary_key=True)
    by_shift: Mapped[bytes]
    by_hour: Mapped[bytes]
    slowest: Mapped[bytes]


class OrderDay(Base):
    """What became of the orders that began on one business day of one restaurant, and why the cancelled
    ones were; see `fates` and `why_cancelled`.
    """

    __tablename__ = "sla_order_days"
    __table_args__ = (of_restaurant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    business_date: Mapped[dt.date] = mapped_column(primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    cells: Mapped[bytes]
    reasons: Mapped[dict[str, dict[str, int]]] = mapped_column(JSONB, server_default=text("'{}'"))


class TenantOrderDay(Base):
    """The same of all restaurants of a tenant together."""

    __tablename__ = "sla_tenant_order_days"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    business_date: Mapped[dt.date] = mapped_column(primary_key=True)
    cells: Mapped[bytes]
    reasons: Mapped[dict[str, dict[str, int]]] = mapped_column(JSONB, server_default=text("'{}'"))
