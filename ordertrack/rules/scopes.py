"""What an API key may be used for."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """A kind of calls; what writes orders answers the order that it wrote."""

    ORDERS_WRITE = "orders:write"
    ORDERS_READ = "orders:read"
    EVENTS_READ = "events:read"
    REPORTS_READ = "reports:read"
    SETTINGS_WRITE = "settings:write"


MEANINGS = {
    Scope.ORDERS_WRITE: "place, move and change orders; the answer is the order",
    Scope.ORDERS_READ: "read orders, restaurants, quotes, riders and the menu",
    Scope.EVENTS_READ: "read the events, and watch them",
    Scope.REPORTS_READ: "read the figures of the reports",
    Scope.SETTINGS_WRITE: "change settings, such as who is on the roster, and the menu",
}
