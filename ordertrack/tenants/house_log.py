"""What the operator did to companies: it stays when they are gone, and no company sees it."""

from __future__ import annotations

import datetime as dt
import getpass
import uuid
from typing import Any

import structlog
from sqlalchemy import Uuid, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment, db

_log = structlog.get_logger(__name__)


class HouseEntry(Base):
    """One thing that was done. `who` is a name on the machine that it was done on."""

    __tablename__ = "house_log"

    at: Mapped[dt.datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, server_default=text("gen_random_uuid()"))
    who: Mapped[str]
    what: Mapped[str]
    slug: Mapped[str]
    company: Mapped[uuid.UUID] = mapped_column(Uuid)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))


def record(what: str, slug: str, company: uuid.UUID, **details: Any) -> None:
    """Write it down as a part of the operator's transaction, and say it in the log."""
    who = _who()
    entry = insert(HouseEntry).values(who=who, what=what, slug=slug, company=company, details=details)
    db.session.execute(entry)
    _log.info("a company was changed", what=what, company=slug, id=str(company), who=who, **details)


def entries(most: int = 500) -> list[HouseEntry]:
    """The newest first, for the schema's owner: nobody else sees any."""
    return list(db.session.scalars(select(HouseEntry).order_by(HouseEntry.at.desc()).limit(most)))


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "somebody"
