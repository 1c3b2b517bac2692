"""How a restaurant operates: undo, rest, digits and stations, read once and kept until they change."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Uuid, bindparam, or_, select

from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import marked
from ordertrack.restaurants import order_handling, stations, versioned
from ordertrack.restaurants.models import SavedOperations
from ordertrack.restaurants.order_handling import OrderHandling
from ordertrack.restaurants.stations import Station
from ordertrack.restaurants.versioned import Kind
from ordertrack.rules.state_machine import FIRST, OrderStatus
from ordertrack.tenants.models import Restaurant

MOVES = tuple(status for status in OrderStatus if status is not FIRST)
"""What an order can be moved to, each with an undo of its own."""


class Asked(StrEnum):
    """What a reason is asked for."""

    CANCEL = "cancel"
    RECALL = "recall"
    CAME_BACK = "came_back"
    NOT_DELIVERED = "not_delivered"


_UNDO_AT_FIRST = dict.fromkeys(MOVES, 0) | {
    OrderStatus.READY: 5,
    OrderStatus.DELIVERING: 5,
    OrderStatus.COMPLETED: 3,
    OrderStatus.CANCELLED: 3,
}


@dataclass(frozen=True, slots=True)
class OperationSettings:
    """How a restaurant's boards and tablets behave; `version` counts what was saved, 0 is nothing yet.

    `undo_seconds` is how long a move to a status can be taken back before it is sent, `rest_after` after how
    many seconds a tablet forgets who works on it, `arabic_digits` whether guests who read Arabic see ١٢٣.
    `recall_within` is for how many seconds the kitchen may take back what it called ready. `reasons` are
    those that boards offer, by what is asked; where there are none, the usual ones are offered. `orders` is
    how long they take and who confirms them.
    """

    restaurant_id: uuid.UUID
    undo_seconds: Mapping[OrderStatus, int] = field(default_factory=lambda: _UNDO_AT_FIRST)
    rest_after: int = 300
    arabic_digits: bool = False
    stations: tuple[Station, ...] = ()
    recall_within: int = 600
    reasons: Mapping[Asked, tuple[str, ...]] = field(default_factory=dict)
    orders: OrderHandling = field(default_factory=OrderHandling)
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


def of_restaurant(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> OperationSettings:
    """The settings of one restaurant; raises LookupError if the tenant has none of this id."""
    key = ("operations", tenant_id, restaurant_id)
    found = versioned.kept(*key, lambda: read(tenant_id, restaurant_id))
    if found is None:
        raise LookupError(f"no restaurant {restaurant_id} in tenant {tenant_id}")
    return found


def read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> OperationSettings | None:
    """The settings of a restaurant as they are now; None if the tenant has no restaurant of this id."""
    return _read(tenant_id, restaurant_id).get(restaurant_id)


def of_tenant(tenant_id: uuid.UUID) -> dict[uuid.UUID, OperationSettings]:
    """The settings of all restaurants of a tenant; one query at most."""
    return versioned.kept("operations", tenant_id, None, lambda: _read(tenant_id, None)) or {}


def _read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None) -> dict[uuid.UUID, OperationSettings]:
    return {
        row.id: next(iter(OPERATIONS.values(row.saved and [row.saved])), OperationSettings(row.id))
        for row in _READ.rows(tenant_id=tenant_id, restaurant_id=restaurant_id)
    }


def _read_operations(
    restaurant_id: str,
    undo_seconds: dict[str, int],
    rest_after: int,
    arabic_digits: bool,
    stations: list[dict[str, Any]],
    recall_within: int,
    reasons: dict[str, list[str]],
    handling: dict[str, Any],
    version: int,
) -> OperationSettings:
    return OperationSettings(
        uuid.UUID(restaurant_id),
        {OrderStatus(status): seconds for status, seconds in undo_seconds.items()},
        rest_after,
        arabic_digits,
        tuple(Station(saved["name"], tuple(saved["dishes"])) for saved in stations),
        recall_within,
        {Asked(asked): tuple(offered) for asked, offered in reasons.items()},
        order_handling.read(handling),
        version,
    )


def _stored_undo(undo_seconds: Mapping[OrderStatus, int]) -> dict[str, int]:
    return {status.value: seconds for status, seconds in undo_seconds.items()}


def _stored_stations(stations: Iterable[Station]) -> list[dict[str, Any]]:
    return [{"name": station.name, "dishes": list(station.dishes)} for station in stations]


def _stored_reasons(reasons: Mapping[Asked, Iterable[str]]) -> dict[str, list[str]]:
    return {asked.value: list(offered) for asked, offered in reasons.items() if offered}


OPERATIONS = Kind(
    SavedOperations,
    (
        SavedOperations.restaurant_id,
        SavedOperations.undo_seconds,
        SavedOperations.rest_after,
        SavedOperations.arabic_digits,
        SavedOperations.stations,
        SavedOperations.recall_within,
        SavedOperations.reasons,
        SavedOperations.orders,
        SavedOperations.version,
    ),
    _read_operations,
    {
        "undo_seconds": _stored_undo,
        "stations": _stored_stations,
        "reasons": _stored_reasons,
        "orders": order_handling.stored,
    },
    marked(
        "Somebody else saved other settings while you were at it: see what was saved below."
        " Saving once more replaces theirs by what stands here."
    ),
    audited="operations",
    begins=OperationSettings,
)
_asked = bindparam("restaurant_id", type_=Uuid)
_READ = TenantQuery(
    select(Restaurant.id, OPERATIONS.last_version().label("saved")).where(
        Restaurant.tenant_id == bindparam("tenant_id"), or_(_asked.is_(None), Restaurant.id == _asked)
    )
)
