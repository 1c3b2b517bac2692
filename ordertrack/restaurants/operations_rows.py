"""What was saved of a restaurant's floor, and reading what holds now: undo, rest, digits and stations."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Uuid, and_, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment
from ordertrack.database.statements import TenantQuery
from ordertrack.restaurants import stations
from ordertrack.restaurants.stations import Station
from ordertrack.rules.state_machine import FIRST, OrderStatus
from ordertrack.tenants.models import Restaurant

MOVES = tuple(status for status in OrderStatus if status is not FIRST)
"""What an order can be moved to, each with an undo of its own."""

_UNDO_AT_FIRST = dict.fromkeys(MOVES, 0) | {OrderStatus.COMPLETED: 3, OrderStatus.CANCELLED: 3}


class SavedOperations(Base):
    """What was saved as a restaurant's floor; of all versions the last holds. Written once, never changed.

    `rest_after` and the values of `undo_seconds` are seconds; `stations` is a list of `{name, dishes}`.
    """

    __tablename__ = "floor_settings"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "restaurant_id"], ["restaurants.tenant_id", "restaurants.id"]),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    undo_seconds: Mapped[dict[str, int]] = mapped_column(JSONB)
    rest_after: Mapped[int]
    arabic_digits: Mapped[bool]
    stations: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    saved_by: Mapped[str]
    actor: Mapped[str]
    saved_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))


@dataclass(frozen=True, slots=True)
class OperationSettings:
    """How a restaurant's boards and tablets behave; `version` counts what was saved, 0 is nothing yet.

    `undo_seconds` is how long a move to a status can be taken back before it is sent, `rest_after` after how
    many seconds a tablet forgets who works on it, `arabic_digits` whether guests who read Arabic see ١٢٣.
    """

    restaurant_id: uuid.UUID
    undo_seconds: Mapping[OrderStatus, int] = field(default_factory=lambda: _UNDO_AT_FIRST)
    rest_after: int = 300
    arabic_digits: bool = False
    stations: tuple[Station, ...] = ()
    version: int = 0

    def undo_for(self, status: OrderStatus) -> int:
        """The seconds in which a move to this status can be taken back; 0 for none."""
        return self.undo_seconds.get(status, 0)

    def station_of(self, dish_name: str) -> str | None:
        """The name of the station that makes a dish, as `stations.station_of` finds it."""
        return stations.station_of(self.stations, dish_name)

    def as_spelled(self, station_name: str) -> str:
        """The name of a station as it is set up, whoever spells it in whatever way; others' as they are."""
        wanted = stations.words_of(station_name)
        same = (each.name for each in self.stations if stations.words_of(each.name) == wanted)
        return next(same, station_name)


def read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> OperationSettings | None:
    """The settings of a restaurant as they are now; None if the tenant has no restaurant of this id."""
    for row in _READ.rows(tenant_id=tenant_id, restaurant_id=restaurant_id):
        return of_row(row) if row.version else OperationSettings(restaurant_id)
    return None


def of_row(row: Any) -> OperationSettings:
    """What a saved row says."""
    return OperationSettings(
        row.restaurant_id,
        {OrderStatus(status): seconds for status, seconds in row.undo_seconds.items()},
        row.rest_after,
        row.arabic_digits,
        tuple(Station(saved["name"], tuple(saved["dishes"])) for saved in row.stations),
        row.version,
    )


_READ = TenantQuery(
    select(
        Restaurant.id.label("restaurant_id"),
        SavedOperations.version,
        SavedOperations.undo_seconds,
        SavedOperations.rest_after,
        SavedOperations.arabic_digits,
        SavedOperations.stations,
    )
    .outerjoin(
        SavedOperations,
        and_(
            SavedOperations.tenant_id == Restaurant.tenant_id, SavedOperations.restaurant_id == Restaurant.id
        ),
    )
    .where(Restaurant.tenant_id == bindparam("tenant_id"), Restaurant.id == bindparam("restaurant_id"))
    .order_by(SavedOperations.version.desc())
    .limit(1)
)
