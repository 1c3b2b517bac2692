"""What may be changed of an order after it was placed, when, and by whom: pure rules."""

from __future__ import annotations

from collections.abc import Collection

from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import TERMINAL, OrderStatus

CHANGING_ROLES = frozenset({Role.DISPATCH, Role.MANAGER, Role.OWNER})
TAKES_LINES = frozenset({OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING})
"""Where lines can still be added; what is ready is packed, and more of it is another order."""

KITCHEN_FIELDS = frozenset({"note", "promised_at", "table"})
"""Whose change the kitchen is told of, as it is of lines."""

MOST_LINES = 200
"""Of one order, those that stand."""
MOST_LINES_EVER = 400
"""Of one order, with those that were voided."""


class IllegalChange(Exception):
    """A change that the rules refuse, of an order that has `status`."""

    def __init__(self, status: OrderStatus) -> None:
        self.status = status
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        return f"An order that is {self.status} is not changed any more."


class RoleMayNotChange(IllegalChange):
    """The order could be changed, but not at this person's hands."""

    def __init__(self, role: Role, status: OrderStatus) -> None:
        self.role = role
        super().__init__(status)

    @property
    def sentence(self) -> str:
        return f"The {self.role} role does not change orders. Ask dispatch or a manager."


class LinesClosed(IllegalChange):
    """Nothing can be added to what is packed."""

    @property
    def sentence(self) -> str:
        return (
            f"An order that is {self.status} takes no more lines."
            " Place a second order with `follows`, which then stands beside the first."
        )


class LineNotThere(IllegalChange):
    """The order has no such line, or it was voided before: carries `line`, counted from 1."""

    def __init__(self, line: int, status: OrderStatus) -> None:
        self.line = line
        super().__init__(status)

    @property
    def sentence(self) -> str:
        return f"Line {self.line} is not there to be changed: say a line that stands, counted from 1."


class NoLineLeft(IllegalChange):
    """An order without any line would be none."""

    @property
    def sentence(self) -> str:
        return "An order keeps one line at least. Cancel it if nothing of it is wanted."


class TooManyLines(IllegalChange):
    """More lines than a kitchen could read."""

    @property
    def sentence(self) -> str:
        return f"An order has at most {MOST_LINES} lines, and {MOST_LINES_EVER} with those that were voided."


class CurrencyMissing(IllegalChange):
    """An amount is of some currency, a currency is of some amount, and another one is of new amounts."""

    @property
    def sentence(self) -> str:
        return "Give `amounts` with their `currency`, and with a `total` or what is `to_collect`."


class CoordinatesHalf(IllegalChange):
    """A latitude without a longitude is no place."""

    @property
    def sentence(self) -> str:
        return "Give `latitude` and `longitude` together, or take both away."


def check_change(status: OrderStatus, role: Role | None, *, adds_lines: bool) -> None:
    """Raise IllegalChange, or one of its kinds; `role` None narrows by no role (API keys)."""
    if status in TERMINAL:
        raise IllegalChange(status)
    if role is not None and role not in CHANGING_ROLES:
        raise RoleMayNotChange(role, status)
    if adds_lines and status not in TAKES_LINES:
        raise LinesClosed(status)


def concerns_kitchen(fields: Collection[str], *, is_of_lines: bool) -> bool:
    """Whether the kitchen is told of a change of these fields, named as the log names them."""
    return is_of_lines or not KITCHEN_FIELDS.isdisjoint(fields)
