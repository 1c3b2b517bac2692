"""The tables of the menu."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment


class MenuHead(Base):
    """Whoever changes the menu holds this row; `version` counts the changes."""

    __tablename__ = "menus"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    version: Mapped[int]


class SavedCategory(Base):
    """A part of the menu; `position` is its place among the others."""

    __tablename__ = "menu_categories"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    position: Mapped[int]


class SavedDish(Base):
    """A dish, whether it is offered or was withdrawn: orders that named it still do.

    `position` is its place in its category, `version` the menu's when it was changed last.
    """

    __tablename__ = "menu_dishes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "category"], ["menu_categories.tenant_id", "menu_categories.key"]),
        Index("menu_dishes_category", "tenant_id", "category"),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    category: Mapped[str | None]
    position: Mapped[int]
    station: Mapped[str | None]
    price: Mapped[int | None] = mapped_column(BigInteger)
    prepare_seconds: Mapped[int | None]
    modifier_groups: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    is_offered: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int]


class SoldOut(Base):
    """A dish that a restaurant has no more of, until a moment."""

    __tablename__ = "menu_sold_out"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "restaurant_id"], ["restaurants.tenant_id", "restaurants.id"]),
        ForeignKeyConstraint(["tenant_id", "sku"], ["menu_dishes.tenant_id", "menu_dishes.sku"]),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[dt.datetime] = mapped_column(Moment)
    marked_by: Mapped[str]
    actor: Mapped[str]
    marked_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))
