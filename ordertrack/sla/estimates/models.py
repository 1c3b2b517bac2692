"""The table that estimates are read from."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base
from ordertrack.restaurants.models import of_restaurant


class EstimateDay(Base):
    """How long orders still took that reached their goal on one UTC day, and how right estimates were.

    `waits` has these orders one by one, `turned_out` how right by kind of order (see `scoring`).
    """

    __tablename__ = "sla_estimate_days"
    __table_args__ = (of_restaurant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    learned_on: Mapped[dt.date] = mapped_column(primary_key=True)
    cells: Mapped[bytes]
    sooner: Mapped[int]
    within: Mapped[int]
    later: Mapped[int]
    silent: Mapped[int]
    waits: Mapped[bytes] = mapped_column(server_default="")
    turned_out: Mapped[bytes] = mapped_column(server_default="")
