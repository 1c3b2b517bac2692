"""The tables of what was saved of a restaurant: rules, targets, operations, pace, hours, brand and riders."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from ordertrack.database.session import Base, Moment, stored_as_text
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment


def of_restaurant() -> ForeignKeyConstraint:
    """The key of a table whose rows are one restaurant's."""
    return ForeignKeyConstraint(["tenant_id", "restaurant_id"], ["restaurants.tenant_id", "restaurants.id"])


class Version(Base):
    """One version of one kind of setting, counted from 1 in each restaurant. Written once, never changed."""

    __abstract__ = True

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    saved_by: Mapped[str]
    actor: Mapped[str]
    saved_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[ForeignKeyConstraint]:
        return (of_restaurant(),)


class SavedRules(Version):
    """What was saved as a restaurant's rules, from a business day on; of those of one day the last holds.

    `forgotten_after` and `early_before` are seconds.
    """

    __tablename__ = "sla_rules"

    valid_from: Mapped[dt.date]
    timezone: Mapped[str]
    day_starts: Mapped[dt.time]
    shifts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    forgotten_after: Mapped[int]
    early_before: Mapped[int]


class SavedTarget(Version):
    """A target of one stage from a business day on; `seconds` None: none from then on."""

    __tablename__ = "sla_targets"

    stage: Mapped[Stage] = mapped_column(stored_as_text(Stage))
    fulfilment: Mapped[Fulfilment | None] = mapped_column(stored_as_text(Fulfilment))
    valid_from: Mapped[dt.date]
    seconds: Mapped[int | None]


class SavedOperations(Version):
    """How a restaurant operates; the last version holds, at once.

    `rest_after`, `recall_within` and the values of `undo_seconds` are seconds; `stations` is a list of
    `{name, dishes}`; `reasons` are lists by what is asked.
    """

    __tablename__ = "floor_settings"

    undo_seconds: Mapped[dict[str, int]] = mapped_column(JSONB)
    rest_after: Mapped[int]
    arabic_digits: Mapped[bool]
    stations: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    recall_within: Mapped[int] = mapped_column(server_default=text("600"))
    reasons: Mapped[dict[str, list[str]]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    orders: Mapped[dict[str, Any]] = mapped_column(
        "order_handling", JSONB, server_default=text("'{}'::jsonb")
    )


class SavedPace(Version):
    """Whether a restaurant was open, busy or paused; the last version holds, `until` its moment."""

    __tablename__ = "restaurant_paces"

    state: Mapped[str]
    minutes: Mapped[int]
    until: Mapped[dt.datetime | None] = mapped_column(Moment)


class SavedHours(Version):
    """When a restaurant was open; the last version holds. Times are `HH:MM`, null on a closed day."""

    __tablename__ = "restaurant_hours"

    weekly: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    special: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class SavedBrand(Version):
    """How a restaurant showed itself to guests; the last version holds. `address` is a list of lines.

    `logo` is the digest of a picture.
    """

    __tablename__ = "restaurant_brands"

    colour: Mapped[str]
    name: Mapped[str | None]
    phone: Mapped[str | None]
    address: Mapped[list[str]] = mapped_column(JSONB)
    logo: Mapped[str | None]


class Logo(Base):
    """A picture that guests saw or see, as a PNG, by its digest; a version of the brand names it."""

    __tablename__ = "logos"
    __table_args__ = (Index("logos_digest", "digest"),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    png: Mapped[bytes]


class ListedRider(Base):
    """A rider of a restaurant; who was taken off the list stays, without a phone: versions are counted."""

    __tablename__ = "riders"
    __table_args__ = (
        of_restaurant(),
        Index(
            "riders_names",
            "tenant_id",
            "restaurant_id",
            "name_key",
            unique=True,
            postgresql_where=text("is_listed"),
        ),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    name: Mapped[str]
    name_key: Mapped[str]
    phone: Mapped[str | None]
    is_here: Mapped[bool]
    is_listed: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int]
    saved_by: Mapped[str]
    actor: Mapped[str]
    saved_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))


class Stale(Base):
    """From which business day on a restaurant's roll-up must be made anew, for its settings changed."""

    __tablename__ = "sla_stale"
    __table_args__ = (of_restaurant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    from_date: Mapped[dt.date]
