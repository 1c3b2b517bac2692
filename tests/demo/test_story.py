"""An order's whole way: what was logged stands as it was, and what is drawn fits in between."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.demo.replay import story
from ordertrack.importing import items
from ordertrack.importing.logged_order import LoggedOrder
from ordertrack.rules import state_machine
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, OrderStatus

STAGES = (
    OrderStatus.CONFIRMED,
    OrderStatus.PREPARING,
    OrderStatus.READY,
    OrderStatus.DELIVERING,
    OrderStatus.COMPLETED,
)


def logged(times: dict[OrderStatus, float], order_id: str = "17") -> LoggedOrder:
    texts = {status: str(at) for status, at in times.items()}
    return LoggedOrder(2, order_id, "hamra", Fulfilment.DELIVERY, items.NOT_LOGGED, None, times, texts)


@st.composite
def orders(draw: st.DrawFn) -> LoggedOrder:
    some = draw(st.sets(st.sampled_from(STAGES)))
    if draw(st.booleans()):
        some = (some & {OrderStatus.CONFIRMED}) | {OrderStatus.CANCELLED}
    statuses = [OrderStatus.PENDING, *(status for status in OrderStatus if status in some)]
    times = draw(
        st.lists(st.integers(-(10**6), 10**6).map(float), min_size=len(statuses), max_size=len(statuses))
    )
    return logged(dict(zip(statuses, sorted(times), strict=True)), draw(st.text("0123456789", min_size=1)))


@given(orders(), st.booleans())
def test_every_way_is_legal_in_order_and_true_to_the_log(order: LoggedOrder, leave_open: bool) -> None:
    steps = story.told(order, "log", leave_open=leave_open)
    for before, after in pairwise(steps):
        state_machine.check(before.status, after.status, order.fulfilment)
        assert after.at >= before.at - 1e-6
    assert {step.status: step.logged for step in steps if step.logged is not None} == order.texts
    assert all(step.at == order.times[step.status] for step in steps if step.logged is not None)
    assert leave_open or steps[-1].status in TERMINAL


@given(orders())
def test_delivering_is_never_drawn(order: LoggedOrder) -> None:
    drawn = {step.status for step in story.told(order, "log") if step.logged is None}
    assert OrderStatus.DELIVERING not in drawn
    assert OrderStatus.CANCELLED not in drawn


@given(orders())
def test_left_open_it_ends_with_the_last_logged_time(order: LoggedOrder) -> None:
    assert story.told(order, "log", leave_open=True)[-1].logged is not None


def test_a_log_is_told_the_same_way_every_time_and_each_order_has_its_own_chance() -> None:
    times = {OrderStatus.PENDING: 0.0}
    assert story.told(logged(times), "log") == story.told(logged(times), "log")
    assert story.told(logged(times), "log") != story.told(logged(times, "18"), "log")
    assert story.told(logged(times), "log") != story.told(logged(times), "another log")


def test_stages_drawn_between_two_times_share_all_of_the_time_between() -> None:
    times = {OrderStatus.PENDING: 0.0, OrderStatus.CONFIRMED: 100.0, OrderStatus.COMPLETED: 1000.0}
    steps = {step.status: step.at for step in story.told(logged(times), "log")}
    assert 100 < steps[OrderStatus.PREPARING] < steps[OrderStatus.READY] < 1000


def test_no_time_between_leaves_all_stages_at_once() -> None:
    times = {OrderStatus.PENDING: 7.0, OrderStatus.COMPLETED: 7.0}
    assert [step.at for step in story.told(logged(times), "log")] == pytest.approx([7.0] * 5)
