"""The rules of what is done to an order besides moving it, in every combination there is."""

from __future__ import annotations

import itertools

import pytest

from ordertrack.rules.order_actions import IllegalAct, OrderAction, RoleMayNotAct, allowed_acts, check_act
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, OrderStatus

EVERYTHING = list(itertools.product(OrderStatus, Fulfilment))


@pytest.mark.parametrize(("status", "fulfilment"), EVERYTHING)
def test_a_role_may_do_only_what_the_order_takes(status: OrderStatus, fulfilment: Fulfilment) -> None:
    everybody = set(allowed_acts(status, fulfilment))
    for role in Role:
        assert set(allowed_acts(status, fulfilment, role)) <= everybody
    assert set(allowed_acts(status, fulfilment, Role.OWNER)) == everybody
    assert set(allowed_acts(status, fulfilment, Role.MANAGER)) == everybody


@pytest.mark.parametrize(("status", "fulfilment"), EVERYTHING)
def test_checking_agrees_with_what_is_allowed(status: OrderStatus, fulfilment: Fulfilment) -> None:
    for act, role in itertools.product(OrderAction, (None, *Role)):
        if act in allowed_acts(status, fulfilment, role):
            check_act(act, status, fulfilment, role)
            continue
        kind = RoleMayNotAct if act in allowed_acts(status, fulfilment) else IllegalAct
        with pytest.raises(kind) as refused:
            check_act(act, status, fulfilment, role)
        assert (refused.value.act, refused.value.status) == (act, status)
        assert refused.value.allowed == allowed_acts(status, fulfilment, role)
        assert refused.value.sentence.endswith(".")


def test_what_is_over_takes_nothing_but_that_it_was_seen() -> None:
    for status, fulfilment in itertools.product(TERMINAL, Fulfilment):
        taken = {OrderAction.ACKNOWLEDGE} if status == OrderStatus.CANCELLED else set()
        assert set(allowed_acts(status, fulfilment)) == taken


def test_only_the_kitchen_strikes_lines_and_only_dispatch_rushes_holds_and_assigns() -> None:
    kitchen = set(itertools.chain(*(allowed_acts(*each, Role.KITCHEN) for each in EVERYTHING)))
    dispatch = set(itertools.chain(*(allowed_acts(*each, Role.DISPATCH) for each in EVERYTHING)))
    strikes = {OrderAction.STRIKE, OrderAction.UNSTRIKE}
    assert kitchen == strikes | {OrderAction.ACKNOWLEDGE, OrderAction.DELAY}
    assert dispatch == set(OrderAction) - strikes - {OrderAction.CHANGE, OrderAction.FIRE}


def test_an_order_for_later_is_begun_before_it_is_prepared_and_by_everybody() -> None:
    for status, fulfilment, role in itertools.product(OrderStatus, Fulfilment, [*Role, None]):
        takes_fire = OrderAction.FIRE in allowed_acts(status, fulfilment, role, is_later=True)
        assert takes_fire == (status in (OrderStatus.PENDING, OrderStatus.CONFIRMED))
        assert OrderAction.FIRE not in allowed_acts(status, fulfilment, role)


def test_the_kitchen_and_managers_take_notice_of_changes_and_dispatch_does_not() -> None:
    inside = {OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY}
    for status, role in itertools.product(OrderStatus, [*Role, None]):
        takes_notice = OrderAction.ACKNOWLEDGE in allowed_acts(
            status, Fulfilment.DELIVERY, role, is_changed=True
        )
        is_cancelled = status == OrderStatus.CANCELLED
        assert takes_notice == (is_cancelled or (status in inside and role != Role.DISPATCH))


def test_only_deliveries_are_given_to_a_rider() -> None:
    for status in OrderStatus:
        for fulfilment in (Fulfilment.PICKUP, Fulfilment.DINE_IN):
            assert not {OrderAction.ASSIGN, OrderAction.UNASSIGN} & set(allowed_acts(status, fulfilment))
    assert OrderAction.ASSIGN in allowed_acts(OrderStatus.DELIVERING, Fulfilment.DELIVERY)
