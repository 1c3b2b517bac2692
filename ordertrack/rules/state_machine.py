"""Which moves an order can make, for whom: pure rules."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

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


class RuleSet(StrEnum):
    """Which moves a company's orders can make: those of a day as planned, or what happens besides too."""

    STRICT = "strict"
    EXTENDED = "extended"


Move = tuple[OrderStatus, OrderStatus]
"""From one status to another."""

_STRICT: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    OrderStatus.PENDING: (OrderStatus.CONFIRMED, OrderStatus.CANCELLED),
    OrderStatus.CONFIRMED: (OrderStatus.PREPARING, OrderStatus.CANCELLED),
    OrderStatus.PREPARING: (OrderStatus.READY,),
    OrderStatus.READY: (OrderStatus.DELIVERING, OrderStatus.COMPLETED),
    OrderStatus.DELIVERING: (OrderStatus.COMPLETED,),
    OrderStatus.COMPLETED: (),
    OrderStatus.CANCELLED: (),
}
RECALL: Move = (OrderStatus.READY, OrderStatus.PREPARING)
CAME_BACK: Move = (OrderStatus.DELIVERING, OrderStatus.READY)
NOT_DELIVERED: Move = (OrderStatus.DELIVERING, OrderStatus.CANCELLED)
_MANAGERS = frozenset({Role.MANAGER, Role.OWNER})
ADDED: dict[Move, frozenset[Role]] = {
    (OrderStatus.PREPARING, OrderStatus.CANCELLED): _MANAGERS,
    RECALL: _MANAGERS | {Role.KITCHEN},
    (OrderStatus.READY, OrderStatus.CANCELLED): _MANAGERS,
    CAME_BACK: _MANAGERS | {Role.DISPATCH},
    NOT_DELIVERED: _MANAGERS,
}
"""What `extended` adds, and the roles that may make each of these moves. Whoever makes one says why."""

TRANSITIONS: dict[RuleSet, dict[OrderStatus, tuple[OrderStatus, ...]]] = {
    RuleSet.STRICT: _STRICT,
    RuleSet.EXTENDED: {
        status: following + tuple(to for before, to in ADDED if before == status)
        for status, following in _STRICT.items()
    },
}

FIRST = OrderStatus.PENDING
TERMINAL = frozenset(status for status, following in _STRICT.items() if not following)
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
    """This move must say why."""

    @property
    def sentence(self) -> str:
        if self.to_status == OrderStatus.CANCELLED:
            return "Say why the order is cancelled: give a reason."
        return f"Say why the order goes from {self.from_status} to {self.to_status}: give a reason."


class RecalledTooLate(IllegalTransition):
    """The kitchen may take back what it called ready for a while only: carries for how many `seconds`."""

    def __init__(
        self,
        seconds: int,
        from_status: OrderStatus,
        to_status: OrderStatus,
        allowed: tuple[OrderStatus, ...],
    ) -> None:
        self.seconds = seconds
        super().__init__(from_status, to_status, allowed)

    @property
    def sentence(self) -> str:
        minutes = round(self.seconds / 60)
        return f"The kitchen recalls an order within {minutes} min after it was ready. Ask a manager."


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


class ChangeUnseen(IllegalTransition):
    """On a board nothing is called ready that was changed since somebody in the kitchen looked."""

    @property
    def sentence(self) -> str:
        return "The order was changed: look at it, and tap Seen first."


@cache  # asked several times for each card
def allowed(
    status: OrderStatus,
    fulfilment: Fulfilment,
    role: Role | None = None,
    rule_set: RuleSet = RuleSet.STRICT,
) -> tuple[OrderStatus, ...]:
    """The statuses that may follow, usual step first; `role` None narrows by no role (API keys)."""
    return tuple(
        to
        for to in TRANSITIONS[rule_set][status]
        if (to != OrderStatus.DELIVERING or fulfilment == Fulfilment.DELIVERY)
        and (role is None or _may(role, (status, to)))
    )


def check(
    from_status: OrderStatus,
    to_status: OrderStatus,
    fulfilment: Fulfilment,
    role: Role | None = None,
    rule_set: RuleSet = RuleSet.STRICT,
) -> None:
    """Raise IllegalTransition, or RoleMayNot where only the role stands in the way."""
    offered = allowed(from_status, fulfilment, role, rule_set)
    if to_status in offered:
        return
    if role is not None and to_status in allowed(from_status, fulfilment, None, rule_set):
        raise RoleMayNot(role, from_status, to_status, offered)
    raise IllegalTransition(from_status, to_status, offered)


def asks_reason(from_status: OrderStatus, to_status: OrderStatus, *, by_staff: bool) -> bool:
    """Whether this move must say why: what `extended` adds always, cancelling if a person does it."""
    return (from_status, to_status) in ADDED or (by_staff and to_status == OrderStatus.CANCELLED)


def _may(role: Role, move: Move) -> bool:
    added = ADDED.get(move)
    return move[0] in _STATUSES_OF_ROLE[role] if added is None else role in added


def _listed(statuses: tuple[OrderStatus, ...]) -> str:
    return " or ".join(statuses)
