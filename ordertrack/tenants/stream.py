"""The head of a tenant's log."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import BigInteger, FetchedValue, ForeignKey, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment, stored_as_text
from ordertrack.rules.state_machine import RuleSet


class TenantStream(Base):
    """The head of a tenant's event stream; whoever updates it holds the stream until the commit.

    `last_at` is when the newest entry was recorded: the schema reads the clock as `seq` counts up, and never
    goes back behind it. None before the first entry. `rule_set` is what moves are held to: it stands here so
    that it changes between two of them. Since `suspended_at` the company reads and does not write.
    """

    __tablename__ = "tenant_streams"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(
        BigInteger, server_default=text("extract(epoch FROM clock_timestamp())::bigint")
    )
    seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    last_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    rule_set: Mapped[RuleSet] = mapped_column(stored_as_text(RuleSet), server_default=text("'strict'"))
    suspended_at: Mapped[dt.datetime | None] = mapped_column(Moment, server_default=FetchedValue())


class SavedRuleSet(Base):
    """A choice of the rule set; the last holds, `strict` if there is none. Written once, never changed."""

    __tablename__ = "saved_rule_sets"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rule_set: Mapped[RuleSet] = mapped_column(stored_as_text(RuleSet))
    saved_by: Mapped[str]
    actor: Mapped[str]
    saved_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))
