"""An uploaded log, in the database."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from ordertrack.database.session import Base, Moment, stored_as_text


class LogState(StrEnum):
    """`READING` is being looked at, `SHOWN` waits for somebody to agree, `UNUSABLE` cannot be read so."""

    READING = "reading"
    SHOWN = "shown"
    UNUSABLE = "unusable"
    WRITING = "writing"
    WRITTEN = "written"


class LogImport(Base):
    """`content` is gone once it is written. `looks` grows whenever it is read anew, `done` counts orders."""

    __tablename__ = "log_imports"
    __table_args__ = (Index("log_imports_newest", "tenant_id", "made_at"),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    made_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))
    actor: Mapped[str]
    made_by: Mapped[str]
    name: Mapped[str]
    language: Mapped[str]
    content: Mapped[bytes | None] = deferred(mapped_column())
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    state: Mapped[LogState] = mapped_column(stored_as_text(LogState))
    looks: Mapped[int] = mapped_column(server_default=text("0"))
    preview: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    problem: Mapped[str | None]
    done: Mapped[int] = mapped_column(server_default=text("0"))
    written: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
