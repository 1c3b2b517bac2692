"""What the tests of simulations share: a clock with a script, and looks at what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.demo.simulation.pace import Stopped
from ordertrack.orders.models import Order, StatusEvent
from ordertrack.rules.state_machine import OrderStatus


class ScriptedClock:
    """Time passes only by waiting. At a given second something happens; at `stops_at` all ends."""

    def __init__(self, stops_at: float = float("inf")) -> None:
        self.time = 0.0
        self.stops_at = stops_at
        self.waits: list[float] = []
        self._script: list[tuple[float, Callable[[], object]]] = []

    def at(self, second: float, happens: Callable[[], object]) -> None:
        self._script.append((second, happens))
        self._script.sort(key=lambda scene: scene[0])

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        until = self.time + seconds
        while self._script and self._script[0][0] <= until:
            second, happens = self._script.pop(0)
            self.time = max(self.time, second)
            happens()
        if until >= self.stops_at:
            self.time = self.stops_at
            raise Stopped
        self.time = until


def orders_of(tenant_id: uuid.UUID) -> dict[uuid.UUID, OrderStatus]:
    """Every order of the tenant and where it stands; inside its context."""
    rows = db.session.execute(select(Order.id, Order.status).where(Order.tenant_id == tenant_id)).all()
    db.session.commit()
    return {row.id: row.status for row in rows}


def events_of(tenant_id: uuid.UUID) -> list[StatusEvent]:
    """The tenant's log, oldest first; inside its context."""
    query = select(StatusEvent).where(StatusEvent.tenant_id == tenant_id).order_by(StatusEvent.seq)
    events = list(db.session.scalars(query))
    db.session.commit()
    return events


def environment(settings: Settings) -> dict[str, str | None]:
    """What a command line that uses the suite's database finds in its environment."""
    return {
        "ORDERTRACK_DATA": str(settings.data_folder),
        "DATABASE_URL": settings.database_url,
        "ORDERTRACK_APP_DATABASE_URL": None,
        "SECRET_KEY": None,
    }


def write_log(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
