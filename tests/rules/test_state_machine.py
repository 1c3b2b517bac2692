"""The rules, against a table that was written a second time, by hand, from the design."""

from __future__ import annotations

from itertools import product

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import (
    FIRST,
    TERMINAL,
    Fulfilment,
    IllegalTransition,
    OrderStatus,
    ReasonMissing,
    RoleMayNot,
    allowed,
    check,
)

# A row for each status left, a column for each status reached, both in the order of a day.
ORDER = ("pending", "confirmed", "preparing", "ready", "delivering", "completed", "cancelled")
TABLE = {
    "pending":    ". C . . . . X",
    "confirmed":  ". . p . . . X",
    "preparing":  ". . . R . . .",
    "ready":      ". . . . D c .",
    "delivering": ". . . . . c .",
    "completed":  ". . . . . . .",
    "cancelled":  ". . . . . . .",
}  # fmt: skip
LEGAL = {
    (before, after)
    for before, row in TABLE.items()
    for after, mark in zip(ORDER, row.split(), strict=True)
    if mark != "."
}
HANDS = {
    "kitchen": {"pending", "confirmed", "preparing"},
    "dispatch": {"ready", "delivering"},
    "manager": set(ORDER),
    "owner": set(ORDER),
}
PAIRS = list(product(OrderStatus, OrderStatus))


def is_legal(before: OrderStatus, after: OrderStatus, fulfilment: Fulfilment) -> bool:
    return (before, after) in LEGAL and (after != "delivering" or fulfilment == "delivery")


def test_there_are_the_seven_statuses_of_the_design() -> None:
    assert [str(status) for status in OrderStatus] == list(ORDER)
    assert FIRST == "pending"
    assert {"completed", "cancelled"} == TERMINAL
    assert len(LEGAL) == 8


@pytest.mark.parametrize(("before", "after"), PAIRS)
@pytest.mark.parametrize("fulfilment", Fulfilment)
def test_each_of_the_49_pairs_is_legal_exactly_if_the_table_says_so(
    before: OrderStatus, after: OrderStatus, fulfilment: Fulfilment
) -> None:
    if is_legal(before, after, fulfilment):
        check(before, after, fulfilment)
        return
    with pytest.raises(IllegalTransition) as refusal:
        check(before, after, fulfilment)
    assert (refusal.value.from_status, refusal.value.to_status) == (before, after)
    assert set(refusal.value.allowed) == {to for to in OrderStatus if is_legal(before, to, fulfilment)}


@pytest.mark.parametrize(("role", "status"), list(product(Role, OrderStatus)))
def test_a_role_is_offered_its_own_moves_and_no_others(role: Role, status: OrderStatus) -> None:
    for fulfilment in Fulfilment:
        offered = allowed(status, fulfilment, role)
        expected = {to for to in OrderStatus if is_legal(status, to, fulfilment)}
        assert set(offered) == (expected if status in HANDS[role] else set())
        assert len(offered) == len(set(offered))


@pytest.mark.parametrize(("before", "after"), PAIRS)
@pytest.mark.parametrize("role", Role)
def test_a_role_makes_a_legal_move_or_is_told_that_it_is_not_its_own(
    role: Role, before: OrderStatus, after: OrderStatus
) -> None:
    legal = is_legal(before, after, Fulfilment.DELIVERY)
    if legal and before in HANDS[role]:
        check(before, after, Fulfilment.DELIVERY, role)
        return
    with pytest.raises(IllegalTransition) as refusal:
        check(before, after, Fulfilment.DELIVERY, role)
    assert isinstance(refusal.value, RoleMayNot) == legal
    assert (refusal.value.from_status, refusal.value.to_status) == (before, after)
    assert refusal.value.allowed == allowed(before, Fulfilment.DELIVERY, role)


def test_a_program_is_narrowed_by_no_role() -> None:
    for status, fulfilment in product(OrderStatus, Fulfilment):
        assert allowed(status, fulfilment) == allowed(status, fulfilment, Role.OWNER)


def test_the_usual_step_is_offered_first() -> None:
    first = {
        status: allowed(status, Fulfilment.DELIVERY)[0] for status in OrderStatus if status not in TERMINAL
    }
    assert list(first.values()) == ["confirmed", "preparing", "ready", "delivering", "completed"]
    assert allowed(OrderStatus.READY, Fulfilment.PICKUP) == ("completed",)


def test_refusals_say_in_a_sentence_what_is_possible() -> None:
    illegal = IllegalTransition(
        OrderStatus.READY, OrderStatus.PENDING, allowed(OrderStatus.READY, Fulfilment.DELIVERY)
    )
    assert (
        str(illegal) == "An order that is ready cannot become pending; it can become delivering or completed."
    )
    ended = IllegalTransition(OrderStatus.CANCELLED, OrderStatus.PREPARING, ())
    assert str(ended) == "An order that is cancelled cannot become preparing."
    role = RoleMayNot(Role.DISPATCH, OrderStatus.PENDING, OrderStatus.CONFIRMED, ())
    assert str(role) == "The dispatch role does not move an order from pending to confirmed."
    assert "reason" in str(ReasonMissing(OrderStatus.PENDING, OrderStatus.CANCELLED, ()))


@given(st.sampled_from(Fulfilment), st.lists(st.integers(0, 6), min_size=6, max_size=6))
def test_whatever_is_chosen_an_order_ends_within_six_steps(
    fulfilment: Fulfilment, choices: list[int]
) -> None:
    status, steps = FIRST, 0
    seen = [status]
    while following := allowed(status, fulfilment):
        status = following[choices[steps] % len(following)]
        steps += 1
        seen.append(status)
    assert status in TERMINAL
    assert steps <= 6
    assert len(seen) == len(set(seen)), "an order came back to a status it had left"
    assert fulfilment == Fulfilment.DELIVERY or OrderStatus.DELIVERING not in seen


@given(
    st.sampled_from(sorted(TERMINAL)),
    st.sampled_from(OrderStatus),
    st.sampled_from(Fulfilment),
    st.none() | st.sampled_from(Role),
)
def test_nothing_leaves_a_terminal_status(
    ended: OrderStatus, to: OrderStatus, fulfilment: Fulfilment, role: Role | None
) -> None:
    with pytest.raises(IllegalTransition) as refusal:
        check(ended, to, fulfilment, role)
    assert refusal.value.allowed == ()


def test_the_database_knows_the_same_pairs(operator: psycopg.Connection) -> None:
    assert set(operator.execute("TABLE status_transitions").fetchall()) == LEGAL
