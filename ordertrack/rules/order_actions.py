"""What can be done to an order besides moving it, when, and by whom: pure rules beside the state machine."""

from __future__ import annotations

from enum import StrEnum

from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import Fulfilment, OrderStatus


class OrderAction(StrEnum):
    """Strike a line off, rush, hold or delay an order, give it to a rider, begin what was for later,
    acknowledge a cancellation or a change.

    To change an order has rules and a verb of its own (`order_changes`); the log has it among the actions.
    """

    STRIKE = "strike"
    UNSTRIKE = "unstrike"
    RUSH = "rush"
    UNRUSH = "unrush"
    HOLD = "hold"
    RELEASE = "release"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    ACKNOWLEDGE = "acknowledge"
    CHANGE = "change"
    DELAY = "delay"
    FIRE = "fire"


LINE_ACTS = frozenset({OrderAction.STRIKE, OrderAction.UNSTRIKE})
LONGEST_DELAY = 240
"""Of one delay, in minutes."""

DETAILED_ACTS = frozenset({OrderAction.HOLD, OrderAction.ASSIGN})

_COOKING = frozenset({OrderStatus.CONFIRMED, OrderStatus.PREPARING})
_IN_THE_HOUSE = _COOKING | {OrderStatus.PENDING, OrderStatus.READY}

_STATUSES: dict[OrderAction, frozenset[OrderStatus]] = {
    OrderAction.STRIKE: _COOKING,
    OrderAction.UNSTRIKE: _COOKING,
    OrderAction.RUSH: _IN_THE_HOUSE,
    OrderAction.UNRUSH: _IN_THE_HOUSE,
    OrderAction.HOLD: _IN_THE_HOUSE,
    # What went out although it was held, by an integrator's word, can still be let go.
    OrderAction.RELEASE: _IN_THE_HOUSE | {OrderStatus.DELIVERING},
    OrderAction.ASSIGN: _IN_THE_HOUSE | {OrderStatus.DELIVERING},
    OrderAction.UNASSIGN: _IN_THE_HOUSE | {OrderStatus.DELIVERING},
    OrderAction.ACKNOWLEDGE: frozenset({OrderStatus.CANCELLED}),
    OrderAction.CHANGE: frozenset(),
    OrderAction.DELAY: _IN_THE_HOUSE | {OrderStatus.DELIVERING},
    OrderAction.FIRE: frozenset(),
}
_BEFORE_IT_BEGINS = frozenset({OrderStatus.PENDING, OrderStatus.CONFIRMED})
_MANAGERS = frozenset({Role.MANAGER, Role.OWNER})
_ROLES: dict[OrderAction, frozenset[Role]] = {
    OrderAction.STRIKE: _MANAGERS | {Role.KITCHEN},
    OrderAction.UNSTRIKE: _MANAGERS | {Role.KITCHEN},
    OrderAction.RUSH: _MANAGERS | {Role.DISPATCH},
    OrderAction.UNRUSH: _MANAGERS | {Role.DISPATCH},
    OrderAction.HOLD: _MANAGERS | {Role.DISPATCH},
    OrderAction.RELEASE: _MANAGERS | {Role.DISPATCH},
    OrderAction.ASSIGN: _MANAGERS | {Role.DISPATCH},
    OrderAction.UNASSIGN: _MANAGERS | {Role.DISPATCH},
    OrderAction.ACKNOWLEDGE: frozenset(Role),
    OrderAction.CHANGE: frozenset(),
    OrderAction.DELAY: frozenset(Role),
    OrderAction.FIRE: frozenset(Role),
}
_NOTICES_CHANGES = _MANAGERS | {Role.KITCHEN}


class IllegalAct(Exception):
    """An act that the rules refuse: carries `act`, `status` and which acts are `allowed` instead."""

    def __init__(self, act: OrderAction, status: OrderStatus, allowed: tuple[OrderAction, ...]) -> None:
        self.act = act
        self.status = status
        self.allowed = allowed
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        return f"An order that is {self.status} takes no {self.act}."


class RoleMayNotAct(IllegalAct):
    """The order could take this, but not at this person's hands."""

    def __init__(
        self, role: Role, act: OrderAction, status: OrderStatus, allowed: tuple[OrderAction, ...]
    ) -> None:
        self.role = role
        super().__init__(act, status, allowed)

    @property
    def sentence(self) -> str:
        return f"The {self.role} role may not do this: {self.act}."


class NoSuchLine(IllegalAct):
    """The order has no line of this position."""

    @property
    def sentence(self) -> str:
        return "Say in `line` which line of the order is meant, counted from 1."


class DetailMissing(IllegalAct):
    """A hold needs its reason, an assignment its rider, a delay its minutes."""

    @property
    def sentence(self) -> str:
        if self.act == OrderAction.DELAY:
            return f"Say by how many `minutes` the order is delayed: 1 to {LONGEST_DELAY}."
        if self.act == OrderAction.HOLD:
            return "Say why the order is held: give a reason."
        return "Say who carries the order: give a name."


def allowed_acts(
    status: OrderStatus,
    fulfilment: Fulfilment,
    role: Role | None = None,
    *,
    is_changed: bool = False,
    is_later: bool = False,
) -> tuple[OrderAction, ...]:
    """The acts that an order takes now; `role` None narrows by no role (API keys).

    `is_changed`: something was changed that the kitchen has not acknowledged yet. `is_later`: it need not be
    begun yet.
    """
    return tuple(
        act
        for act in OrderAction
        if _takes(act, status, is_changed, is_later)
        and (role is None or role in _roles(act, status))
        and (act not in (OrderAction.ASSIGN, OrderAction.UNASSIGN) or fulfilment == Fulfilment.DELIVERY)
    )


def check_act(
    act: OrderAction,
    status: OrderStatus,
    fulfilment: Fulfilment,
    role: Role | None = None,
    *,
    is_changed: bool = False,
    is_later: bool = False,
) -> None:
    """Raise IllegalAct, or RoleMayNotAct where only the role stands in the way."""
    allowed = allowed_acts(status, fulfilment, role, is_changed=is_changed, is_later=is_later)
    if act in allowed:
        return
    if role is not None and act in allowed_acts(status, fulfilment, is_changed=is_changed, is_later=is_later):
        raise RoleMayNotAct(role, act, status, allowed)
    raise IllegalAct(act, status, allowed)


def _takes(act: OrderAction, status: OrderStatus, is_changed: bool, is_later: bool) -> bool:
    if act == OrderAction.FIRE:
        return is_later and status in _BEFORE_IT_BEGINS
    acknowledges_change = act == OrderAction.ACKNOWLEDGE and is_changed and status in _IN_THE_HOUSE
    return acknowledges_change or status in _STATUSES[act]


def _roles(act: OrderAction, status: OrderStatus) -> frozenset[Role]:
    if act == OrderAction.ACKNOWLEDGE and status != OrderStatus.CANCELLED:
        return _NOTICES_CHANGES
    return _ROLES[act]
