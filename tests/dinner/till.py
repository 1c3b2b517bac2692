"""The till of a dinner: guests change their minds while the kitchen is at it, and it tells the API."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from typing import Any

from support.cast import House
from support.http_client import Caller

_ON_TOP = ("Cola", "Baklava", "Arak")


@dataclass(frozen=True)
class Told:
    """What the till asked for under this number, and the order it was told; None where it was refused."""

    number: int
    order_id: uuid.UUID
    wish: dict[str, Any]
    order: dict[str, Any] | None


class Till:
    """`told` is what came of every change, in the order in which they were asked for."""

    def __init__(self, port: int, house: House) -> None:
        self._caller = Caller(port, house.bearer)
        self.told: list[Told] = []

    def change(self, order_id: uuid.UUID, chance: random.Random) -> None:
        """Look at an order and change something of it; a tablet may be faster."""
        path, number = f"/api/v1/orders/{order_id}", len(self.told)
        order = self._caller.call(path).json
        wish = _wish(order, chance)
        body = {"revision": order["revision"], "changes": [wish], "metadata": {"change": number}}
        answer = self._caller.call(f"{path}/changes", body=body)
        assert answer.status in (200, 409, 422), f"{wish} was answered {answer.status}: {answer.text}"
        self.told.append(Told(number, order_id, wish, answer.json if answer.status == 200 else None))


def _wish(order: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    standing = [line["line"] for line in order["lines"] if not line["voided"]]
    item = {"name": chance.choice(_ON_TOP), "quantity": chance.randint(1, 4)}
    wishes: list[dict[str, Any]] = [
        {"do": "add_line", "item": item},
        {"do": "change_line", "line": chance.choice(standing), "item": item},
        {"do": "set", "note": f"A note of {chance.random():.6f}"},
    ]
    if len(standing) > 1:
        wishes.append({"do": "void_line", "line": chance.choice(standing)})
    return chance.choice(wishes)
