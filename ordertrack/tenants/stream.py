"""The head of a tenant's log."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import BigInteger, ForeignKey, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment


class TenantStream(Base):
    """The head of a tenant's event stream; whoever updates it holds the stream until the commit.

    `last_at` is when the newest entry was recorded: the schema reads the clock as `seq` counts up, and never
    goes back behind it. None before the first entry.
    """

    __tablename__ = "tenant_streams"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(
        BigInteger, server_default=text("extract(epoch FROM clock_timestamp())::bigint")
    )
    seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    last_at: Mapped[dt.datetime | None] = mapped_column(Moment)
