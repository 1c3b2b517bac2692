"""What can be done to an order besides moving it, when, and by whom: pure rules beside the state machine."""

from __future__ import annotations

from enum import StrEnum

from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import Fulfilment, OrderStatus


class Act(StrEnum):
    """Strike a line off, rush or hold an order, give it to a rider, acknowledge that it was cancelled."""

    STRIKE = "strike"
    UNSTRIKE = "unstrike"
    RUSH = "rush"
    UNRUSH = "unrush"
    HOLD = "hold"
    RELEASE = "release"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    ACKNOWLEDGE = "acknowledge"


LINE_ACTS = frozenset({Act.STRIKE, Act.UNSTRIKE})
DETAILED_ACTS = frozenset({Act.HOLD, Act.ASSIGN})

_COOKING = frozenset({OrderStatus.CONFIRMED, OrderStatus.PREPARING})
_IN_THE_HOUSE = _COOKING | {OrderStatus.PENDING, OrderStatus.READY}

_STATUSES: dict[Act, frozenset[OrderStatus]] = {
    Act.STRIKE: _COOKING,
    Act.UNSTRIKE: _COOKING,
    Act.RUSH: _IN_THE_HOUSE,
    Act.UNRUSH: _IN_THE_HOUSE,
    Act.HOLD: _IN_THE_HOUSE,
    # What went out although it was held, by an integrator's word, can still be let go.
    Act.RELEASE: _IN_THE_HOUSE | {OrderStatus.DELIVERING},
    Act.ASSIGN: _IN_THE_HOUSE | {OrderStatus.DELIVERING},
    Act.UNASSIGN: _IN_THE_HOUSE | {OrderStatus.DELIVERING},
    Act.ACKNOWLEDGE: frozenset({OrderStatus.CANCELLED}),
}
_MANAGERS = frozenset({Role.MANAGER, Role.OWNER})
_ROLES: dict[Act, frozenset[Role]] = {
    Act.STRIKE: _MANAGERS | {Role.KITCHEN},
    Act.UNSTRIKE: _MANAGERS | {Role.KITCHEN},
    Act.RUSH: _MANAGERS | {Role.DISPATCH},
    Act.UNRUSH: _MANAGERS | {Role.DISPATCH},
    Act.HOLD: _MANAGERS | {Role.DISPATCH},
    Act.RELEASE: _MANAGERS | {Role.DISPATCH},
    Act.ASSIGN: _MANAGERS | {Role.DISPATCH},
    Act.UNASSIGN: _MANAGERS | {Role.DISPATCH},
    Act.ACKNOWLEDGE: frozenset(Role),
}


class IllegalAct(Exception):
    """An act that the rules refuse: carries `act`, `status` and which acts are `allowed` instead."""

    def __init__(self, act: Act, status: OrderStatus, allowed: tuple[Act, ...]) -> None:
        self.act = act
        self.status = status
        self.allowed = allowed
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        return f"An order that is {self.status} takes no {self.act}."


class RoleMayNotAct(IllegalAct):
    """The order could take this, but not at this person's hands."""

    def __init__(self, role: Role, act: Act, status: OrderStatus, allowed: tuple[Act, ...]) -> None:
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
    """A hold needs its reason, an assignment its rider."""

    @property
    def sentence(self) -> str:
        if self.act == Act.HOLD:
            return "Say why the order is held: give a reason."
        return "Say who carries the order: give a name."


def allowed_acts(status: OrderStatus, fulfilment: Fulfilment, role: Role | None = None) -> tuple[Act, ...]:
    """The acts that an order takes now; `role` None narrows by no role (API keys)."""
    return tuple(
        act
        for act in Act
        if status in _STATUSES[act]
        and (role is None or role in _ROLES[act])
        and (act not in (Act.ASSIGN, Act.UNASSIGN) or fulfilment == Fulfilment.DELIVERY)
    )


def check_act(act: Act, status: OrderStatus, fulfilment: Fulfilment, role: Role | None = None) -> None:
    """Raise IllegalAct, or RoleMayNotAct where only the role stands in the way."""
    allowed = allowed_acts(status, fulfilment, role)
    if act in allowed:
        return
    if role is not None and act in allowed_acts(status, fulfilment):
        raise RoleMayNotAct(role, act, status, allowed)
    raise IllegalAct(act, status, allowed)
