"""The tables behind reports: rules and targets with their history, and the roll-up of the log."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    SmallInteger,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database import Base, Moment, stored_as_text
from ordertrack.orders.state_machine import Fulfilment
from ordertrack.sla.stages import Stage

_NOW = text("clock_timestamp()")


def _of_restaurant() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", "restaurant_id"], ["restaurants.tenant_id", "restaurants.id"])


class SavedRules(Base):
    """What was saved as a restaurant's rules, from a business day on; of those of one day the last holds.

    `forgotten_after` and `early_before` are seconds. Written once, never changed.
    """

    __tablename__ = "sla_rules"
    __table_args__ = (_of_restaurant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[dt.date]
    timezone: Mapped[str]
    day_starts: Mapped[dt.time]
    shifts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    forgotten_after: Mapped[int]
    early_before: Mapped[int]
    saved_by: Mapped[str]
    actor: Mapped[str]
    saved_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)


class SavedTarget(Base):
    """A target of one stage from a business day on; `seconds` None: none from then on. Never changed."""

    __tablename__ = "sla_targets"
    __table_args__ = (_of_restaurant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stage: Mapped[Stage] = mapped_column(stored_as_text(Stage))
    fulfilment: Mapped[Fulfilment | None] = mapped_column(stored_as_text(Fulfilment))
    valid_from: Mapped[dt.date]
    seconds: Mapped[int | None]
    saved_by: Mapped[str]
    actor: Mapped[str]
    saved_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)


class Progress(Base):
    """How far into a tenant's log its roll-up reaches."""

    __tablename__ = "sla_progress"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


class Stale(Base):
    """From which business day on a restaurant's roll-up must be made anew, for its settings changed."""

    __tablename__ = "sla_stale"
    __table_args__ = (_of_restaurant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    from_date: Mapped[dt.date]


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
    __table_args__ = (_of_restaurant(),)

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


class EstimateDay(Base):
    """How long orders still took that reached their goal on one UTC day, and how right estimates were."""

    __tablename__ = "sla_estimate_days"
    __table_args__ = (_of_restaurant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    learned_on: Mapped[dt.date] = mapped_column(primary_key=True)
    cells: Mapped[bytes]
    sooner: Mapped[int]
    within: Mapped[int]
    later: Mapped[int]
    silent: Mapped[int]
