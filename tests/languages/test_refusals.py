"""A refusal says the same to a person and to a program: in English word for word, else in their language."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.i18n.translate import SOURCE, TAGS, speaking
from ordertrack.orders import problems
from ordertrack.orders.moving.transitions import OrderMoved
from ordertrack.rules.order_actions import DetailMissing, IllegalAct, NoSuchLine, OrderAction, check_act
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import (
    Fulfilment,
    IllegalTransition,
    LinesOpen,
    OrderHeld,
    OrderStatus,
    ReasonMissing,
    check,
)

READY, CANCELLED, DELIVERY = OrderStatus.READY, OrderStatus.CANCELLED, Fulfilment.DELIVERY
OTHERS = [tag for tag in TAGS if tag != SOURCE]


def refused_moves() -> list[IllegalTransition]:
    """Each that the rules refuse, to anybody, and those that only boards refuse."""
    found: list[IllegalTransition] = [
        ReasonMissing(OrderStatus.PENDING, CANCELLED, ()),
        OrderHeld("no bread", OrderStatus.PENDING, OrderStatus.CONFIRMED, ()),
        LinesOpen(12, OrderStatus.PREPARING, READY, (READY,)),
    ]
    for start, end, fulfilment, role in product(OrderStatus, OrderStatus, Fulfilment, (None, *Role)):
        try:
            check(start, end, fulfilment, role)
        except IllegalTransition as error:
            found.append(error)
    return found


def refused_acts() -> list[IllegalAct]:
    found: list[IllegalAct] = [
        NoSuchLine(OrderAction.STRIKE, READY, ()),
        DetailMissing(OrderAction.HOLD, READY, ()),
        DetailMissing(OrderAction.ASSIGN, READY, ()),
    ]
    for act, status, role in product(OrderAction, OrderStatus, (None, *Role)):
        try:
            check_act(act, status, DELIVERY, role)
        except IllegalAct as error:
            found.append(error)
    return found


def test_in_english_a_person_is_told_what_a_program_is_told() -> None:
    for move in refused_moves():
        assert problems.of_transition(move) == move.sentence
    for act in refused_acts():
        assert problems.of_act(act) == act.sentence
    moved = OrderMoved(READY, CANCELLED, "Karim")
    assert problems.of_conflict(moved) == str(moved)


@pytest.mark.parametrize("tag", OTHERS)
def test_in_another_language_no_word_of_english_is_left(tag: str) -> None:
    english = {problems.of_transition(move) for move in refused_moves()}
    with speaking(tag):
        said = [problems.of_transition(move) for move in refused_moves()]
        said += [problems.of_act(act) for act in refused_acts()]
        assert english.isdisjoint(said)
        words = {word.strip(".,:;«»\u00a0") for sentence in said for word in sentence.split()}
        assert not words & {
            "An",
            "order",
            "cannot",
            "become",
            "role",
            "The",
            "takes",
            *OrderStatus,
            *OrderAction,
        }
        assert "line" in " ".join(said)  # the name of the field stays what it is


@given(st.sampled_from(TAGS), st.text(min_size=1, max_size=20), st.integers(0, 10**6))
def test_whatever_a_reason_says_the_sentence_around_it_stands(tag: str, reason: str, lines: int) -> None:
    held = OrderHeld(reason, READY, OrderStatus.COMPLETED, ())
    with speaking(tag):
        assert reason in problems.of_transition(held)
        assert problems.of_transition(LinesOpen(lines, OrderStatus.PREPARING, READY, ()))
