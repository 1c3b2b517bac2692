"""The way of a logged order: what the log knows stands as it was, and nothing else has a time."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from importing.logs import logged
from ordertrack.importing import steps
from ordertrack.rules import state_machine
from ordertrack.rules.state_machine import TERMINAL, OrderStatus, RuleSet

STAGES = ["confirmed", "preparing", "ready", "delivering"]


@given(st.sets(st.sampled_from(STAGES)), st.sampled_from(["", "completed", "cancelled"]), st.booleans())
def test_every_way_is_legal_and_what_is_not_logged_is_unknown(
    stages: set[str], end: str, leave_open: bool
) -> None:
    names = ["placed", *(stage for stage in STAGES if stage in stages), *filter(None, [end])]
    order = logged("1", {name: str(at * 10) for at, name in enumerate(names)})
    way = steps.as_logged(order, leave_open=leave_open)
    rules = steps.rule_set(way)
    for before, after in pairwise(way):
        state_machine.check(before.status, after.status, order.fulfilment, None, rules)
        assert after.at >= before.at
    assert {step.status for step in way if not step.is_unknown} == set(order.times)
    assert leave_open or way[-1].status in TERMINAL
    assert (rules == RuleSet.EXTENDED) == (end == "cancelled" and bool(stages & set(STAGES[1:])))


def test_cancelled_without_its_time_is_cancelled_at_a_time_that_is_unknown() -> None:
    from dataclasses import replace

    order = replace(logged("1", {"placed": "5", "ready": "9"}), status=OrderStatus.CANCELLED)
    last = steps.as_logged(order)[-1]
    assert (last.status, last.is_unknown) == (OrderStatus.CANCELLED, True)
