"""The whole way of an order that is played: times that were logged, and for the others drawn ones."""

from __future__ import annotations

from ordertrack.demo.simulation import distributions
from ordertrack.importing import steps
from ordertrack.importing.logged_order import LoggedOrder
from ordertrack.importing.steps import Step


def told(order: LoggedOrder, log: str, *, leave_open: bool = False) -> tuple[Step, ...]:
    """Every step of the order from placed on, the same whenever the same log is told.

    Steps that must lie between two logged times share that time as drawn stays would. After the last logged
    time the order takes as long as drawn, or, with `leave_open`, it stops there. `delivering` is never drawn:
    the state machine has orders without it.
    """
    way = steps.way(order, leave_open)
    stays = distributions.stays(distributions.stream(f"{log}:{order.id}", "stage times"))
    at = dict(order.times)
    for position, status in enumerate(way):
        if status not in at:
            before = way[position - 1]
            following = next((each for each in way[position:] if each in order.times), None)
            share = 1.0
            if following is not None:
                rest = sum(stays[each] for each in way[position - 1 : way.index(following)])
                share = (at[following] - at[before]) / rest
            at[status] = at[before] + stays[before] * share
    return tuple(Step(status, at[status], order.texts.get(status)) for status in way)
