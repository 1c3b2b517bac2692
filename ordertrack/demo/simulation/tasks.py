"""What people do with a simulated order besides moving it: striking lines off, giving it to a rider."""

from __future__ import annotations

from typing import NamedTuple

from ordertrack.demo.simulation import menu
from ordertrack.demo.simulation.open_orders import OpenOrder
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import Fulfilment, OrderStatus


class Task(NamedTuple):
    act: OrderAction
    role: Role
    line: int | None = None
    detail: str | None = None


def tasks_of(order: OpenOrder) -> list[tuple[float, Task]]:
    """What is done while the order has its status, each with the share of that time which passes before."""
    match order.status:
        case OrderStatus.PREPARING:
            return [
                (line / (order.lines + 0.5), Task(OrderAction.STRIKE, Role.KITCHEN, line=line))
                for line in range(1, order.lines + 1)
            ]
        case OrderStatus.READY if order.fulfilment == Fulfilment.DELIVERY:
            rider = menu.RIDERS[order.id.int % len(menu.RIDERS)]
            return [(0.5, Task(OrderAction.ASSIGN, Role.DISPATCH, detail=rider))]
        case OrderStatus.CANCELLED:
            return [(1.0, Task(OrderAction.ACKNOWLEDGE, Role.KITCHEN))]
    return []
