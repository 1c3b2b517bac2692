"""Which moves an order can make, for whom: pure rules."""

from __future__ import annotations

from enum import StrEnum

from ordertrack.rules.roles import Role


class OrderStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    PREPARING = "preparing"
    READY = "ready"
    DELIVERING = "delivering"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Fulfilment(StrEnum):
    DELIVERY = "delivery"
    PICKUP = "pickup"
    DINE_IN = "dine_in"


TRANSITIONS: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    OrderStatus.PENDING: (OrderStatus.CONFIRMED, OrderStatus.CANCELLED),
    OrderStatus.CONFIRMED: (OrderStatus.PREPARING, OrderStatus.CANCELLED),
    OrderStatus.PREPARING: (OrderStatus.READY,),
    OrderStatus.READY: (OrderStatus.DELIVERING, OrderStatus.COMPLETED),
    OrderStatus.DELIVERING: (OrderStatus.COMPLETED,),
    OrderStatus.COMPLETED: (),
    OrderStatus.CANCELLED: (),
}

FIRST = OrderStatus.PENDING
TERMINAL = frozenset(status for status, following in TRANSITIONS.items() if not following)
OPEN = tuple(status for status in OrderStatus if status not in TERMINAL)

_STATUSES_OF_ROLE: dict[Role, frozenset[OrderStatus]] = {
    Role.KITCHEN: frozenset({OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING}),
    Role.DISPATCH: frozenset({OrderStatus.READY, OrderStatus.DELIVERING}),
    Role.MANAGER: frozenset(OrderStatus),
    Role.OWNER: frozenset(OrderStatus),
}


class IllegalTransition(Exception):
    """A move that the rules refuse: carries `from_status`, `to_status` and what is `allowed` instead."""

    def __init__(
        self, from_status: OrderStatus, to_status: OrderStatus, allowed: tuple[OrderStatus, ...]
    ) -> None:
        self.from_status = from_status
        self.to_status = to_status
        self.allowed = allowed
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        what = f"An order that is {self.from_status} cannot become {self.to_status}"
        return f"{what}; it can become {_listed(self.allowed)}." if self.allowed else f"{what}."


class RoleMayNot(IllegalTransition):
    """The order could make this move, but not at this person's hands."""

    def __init__(
        self,
        role: Role,
        from_status: OrderStatus,
        to_status: OrderStatus,
        allowed: tuple[OrderStatus, ...],
    ) -> None:
        self.role = role
        super().__init__(from_status, to_status, allowed)

    @property
    def sentence(self) -> str:
        return f"The {self.role} role does not move an order from {self.from_status} to {self.to_status}."


class ReasonMissing(IllegalTransition):
    """Cancelling by a person must say why."""

    @property
    def sentence(self) -> str:
        return "Say why the order is cancelled: give a reason."


class OrderHeld(IllegalTransition):
    """A board does not move an order that is held: carries the `reason`."""

    def __init__(
        self,
        reason: str,
        from_status: OrderStatus,
        to_status: OrderStatus,
        allowed: tuple[OrderStatus, ...],
    ) -> None:
        self.reason = reason
        super().__init__(from_status, to_status, allowed)

    @property
    def sentence(self) -> str:
        return f"The order is held: {self.reason}. Dispatch or a manager can release it."


class LinesOpen(IllegalTransition):
    """On a board an order is ready once all its lines are struck off: carries how many are `open_lines`."""

    def __init__(
        self,
        open_lines: int,
        from_status: OrderStatus,
        to_status: OrderStatus,
        allowed: tuple[OrderStatus, ...],
    ) -> None:
        self.open_lines = open_lines
        super().__init__(from_status, to_status, allowed)

    @property
    def sentence(self) -> str:
        how_many = f"Lines not struck off: {self.open_lines}."
        return f"{how_many} Strike them off, or confirm that it is ready all the same."


def allowed(status: OrderStatus, fulfilment: Fulfilment, role: Role | None = None) -> tuple[OrderStatus, ...]:
    """The statuses that may follow, usual step first; `role` None narrows by no role (API keys)."""
    if role is not None and status not in _STATUSES_OF_ROLE[role]:
        return ()
    return tuple(
        to for to in TRANSITIONS[status] if to != OrderStatus.DELIVERING or fulfilment == Fulfilment.DELIVERY
    )


def check(
    from_status: OrderStatus, to_status: OrderStatus, fulfilment: Fulfilment, role: Role | None = None
) -> None:
    """Raise IllegalTransition, or RoleMayNot where only the role stands in the way."""
    if to_status in allowed(from_status, fulfilment, role):
        return
    if role is not None and to_status in allowed(from_status, fulfilment):
        raise RoleMayNot(role, from_status, to_status, allowed(from_status, fulfilment, role))
    raise IllegalTransition(from_status, to_status, allowed(from_status, fulfilment, role))


def _listed(statuses: tuple[OrderStatus, ...]) -> str:
    return " or ".join(statuses)
