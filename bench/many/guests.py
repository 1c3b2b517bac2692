"""Positions in the log as guests' pages are told them, which do not say them."""

from __future__ import annotations

from uuid import UUID

from many.town import EPOCH
from ordertrack.live.cursor import Cursor
from ordertrack.tracking.positions import Positions


class GuestPositions:
    """Of a house with this secret."""

    def __init__(self, secret: str) -> None:
        self._positions = Positions(secret)

    def at(self, order: UUID, seq: int) -> str:
        """What a page of the order that stands there is told."""
        return self._positions.tell(order, Cursor(EPOCH, seq))

    def seq_of(self, order: UUID, position: int) -> int:
        """Where in the log the 128 bits are that stand behind the hyphen of what a page was told."""
        name = self.at(order, 0).partition("-")[0]
        return self._positions.read(order, f"{name}-{position:032x}").seq
