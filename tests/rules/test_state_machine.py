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
    RecalledTooLate,
    RoleMayNot,
    RuleSet,
    allowed,
    asks_reason,
    check,
)

# A row for each status left, a column for each status reached, both in the order of a day. A small letter is
# a move that the extended rules add.
ORDER = ("pending", "confirmed", "preparing", "ready", "delivering", "completed", "cancelled")
TABLE = {
    "pending":    ". C . . . . C",
    "confirmed":  ". . P . . . C",
    "preparing":  ". . . R . . x",
    "ready":      ". . r . D C x",
    "delivering": ". . . b . C x",
    "completed":  ". . . . . . .",
    "cancelled":  ". . . . . . .",
}  # fmt: skip
MARKS = {
    (before, after): mark
    for before, row in TABLE.items()
    for after, mark in zip(ORDER, row.split(), strict=True)
    if mark != "."
}
MANAGERS = {"manager", "owner"}
HANDS = {
    "kitchen": {"pending", "confirmed", "preparing"},
    "dispatch": {"ready", "delivering"},
    "manager": set(ORDER),
    "owner": set(ORDER),
}
HANDS_OF_ADDED = {"x": MANAGERS, "r": MANAGERS | {"kitchen"}, "b": MANAGERS | {"dispatch"}}
PAIRS = list(product(OrderStatus, OrderStatus))


def is_legal(
    before: OrderStatus,
    after: OrderStatus,
    fulfilment: Fulfilment,
    rule_set: RuleSet,
    role: Role | None = None,
) -> bool:
    mark = MARKS.get((before, after))
    if mark is None or (after == "delivering" and fulfilment != "delivery"):
        return False
    if mark.isupper():
        return role is None or before in HANDS[role]
    return rule_set == "extended" and (role is None or role in HANDS_OF_ADDED[mark])


def test_there_are_the_seven_statuses_of_the_design() -> None:
    assert [str(status) for status in OrderStatus] == list(ORDER)
    assert FIRST == "pending"
    assert {"completed", "cancelled"} == TERMINAL
    assert len([mark for mark in MARKS.values() if mark.isupper()]) == 8
    assert len(MARKS) == 13


def test_a_house_goes_by_the_strict_rules_unless_it_says_otherwise() -> None:
    for status, fulfilment in product(OrderStatus, Fulfilment):
        assert allowed(status, fulfilment) == allowed(status, fulfilment, None, RuleSet.STRICT)


@pytest.mark.parametrize(("before", "after"), PAIRS)
@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("rule_set", RuleSet)
def test_each_of_the_49_pairs_is_made_exactly_by_whom_the_table_says(
    rule_set: RuleSet, role: Role | None, before: OrderStatus, after: OrderStatus
) -> None:
    for fulfilment in Fulfilment:
        asked = (before, after, fulfilment, role, rule_set)
        if is_legal(before, after, fulfilment, rule_set, role):
            check(*asked)
            continue
        with pytest.raises(IllegalTransition) as refusal:
            check(*asked)
        assert (refusal.value.from_status, refusal.value.to_status) == (before, after)
        offered = {to for to in OrderStatus if is_legal(before, to, fulfilment, rule_set, role)}
        assert set(refusal.value.allowed) == offered and len(refusal.value.allowed) == len(offered)
        is_somebodys = is_legal(before, after, fulfilment, rule_set)
        assert isinstance(refusal.value, RoleMayNot) == is_somebodys


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_what_the_extended_rules_add_is_done_for_a_reason_whoever_does_it(
    before: OrderStatus, after: OrderStatus
) -> None:
    is_added = MARKS.get((before, after), ".").islower()
    assert asks_reason(before, after, by_staff=False) == is_added
    assert asks_reason(before, after, by_staff=True) == (is_added or after == "cancelled")


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
    why = str(ReasonMissing(OrderStatus.READY, OrderStatus.PREPARING, ()))
    assert why == "Say why the order goes from ready to preparing: give a reason."
    late = str(RecalledTooLate(300, OrderStatus.READY, OrderStatus.PREPARING, ()))
    assert late == "The kitchen recalls an order within 5 min after it was ready. Ask a manager."


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
    known = operator.execute("TABLE rule_set_transitions").fetchall()
    strict = {("strict", *move, False) for move, mark in MARKS.items() if mark.isupper()}
    extended = {("extended", *move, mark.islower()) for move, mark in MARKS.items()}
    assert len(known) == 21 and set(known) == strict | extended
