"""What each manager wants to be alerted of, and the alerts that stand or stood."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ARRAY, ForeignKey, ForeignKeyConstraint, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment, stored_as_text
from ordertrack.manager_alerts.kinds import AlertKind


class AlertChoice(Base):
    """What one person wants to be alerted of. `site` is the address of the house that they chose it at."""

    __tablename__ = "alert_choices"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff_members.tenant_id", "staff_members.id"]),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    by_mail: Mapped[bool]
    site: Mapped[str]
    saved_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))


class ManagerAlert(Base):
    """One trouble from its beginning to its end; of each `subject` of a kind at most one has not ended.

    It was told at `told_at` to the people `told_to`, who are told its end. Since `gone_at` it is not there.
    """

    __tablename__ = "manager_alerts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "restaurant_id"], ["restaurants.tenant_id", "restaurants.id"]),
        Index(
            "manager_alerts_standing",
            *("tenant_id", "kind", "subject"),
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    kind: Mapped[AlertKind] = mapped_column(stored_as_text(AlertKind))
    subject: Mapped[str]
    restaurant_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    began_at: Mapped[dt.datetime] = mapped_column(Moment)
    told_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    told_to: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid), server_default=text("'{}'"))
    gone_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
