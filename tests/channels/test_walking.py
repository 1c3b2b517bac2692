"""An order is walked to where its channel says it is, along the rules, and never a way that nobody may go."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from ordertrack.channels import walking
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.models import StatusEvent
from ordertrack.orders.moving import transitions
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import (
    TERMINAL,
    Fulfilment,
    IllegalTransition,
    OrderStatus,
    RuleSet,
    allowed,
)
from support.cast import House

S = OrderStatus
EVERY = list(itertools.product(S, S, Fulfilment, RuleSet, (False, True)))


@pytest.mark.parametrize(
    ("begins", "ends", "fulfilment", "steps"),
    [
        (S.PENDING, S.PENDING, Fulfilment.PICKUP, ()),
        (S.PENDING, S.READY, Fulfilment.PICKUP, (S.CONFIRMED, S.PREPARING, S.READY)),
        (S.CONFIRMED, S.DELIVERING, Fulfilment.DELIVERY, (S.PREPARING, S.READY, S.DELIVERING)),
        (S.CONFIRMED, S.DELIVERING, Fulfilment.PICKUP, None),
        (S.PREPARING, S.COMPLETED, Fulfilment.DELIVERY, (S.READY, S.COMPLETED)),
        (S.CONFIRMED, S.CANCELLED, Fulfilment.PICKUP, (S.CANCELLED,)),
        (S.PREPARING, S.CANCELLED, Fulfilment.PICKUP, None),
        (S.READY, S.PREPARING, Fulfilment.PICKUP, None),
        (S.COMPLETED, S.CANCELLED, Fulfilment.PICKUP, None),
        (S.CANCELLED, S.CONFIRMED, Fulfilment.PICKUP, None),
    ],
)
def test_the_strict_rules_lead_there_by_the_fewest_moves(
    begins: OrderStatus, ends: OrderStatus, fulfilment: Fulfilment, steps: tuple[OrderStatus, ...] | None
) -> None:
    assert walking.path(begins, ends, fulfilment, RuleSet.STRICT) == steps


def test_the_extended_rules_lead_back_only_where_that_is_meant() -> None:
    back = (S.DELIVERING, S.READY, Fulfilment.DELIVERY, RuleSet.EXTENDED)
    assert walking.path(*back) is None
    assert walking.path(*back, may_go_back=True) == (S.READY,)
    assert walking.path(S.DELIVERING, S.CANCELLED, Fulfilment.DELIVERY, RuleSet.EXTENDED) == (S.CANCELLED,)


def test_every_path_is_legal_and_passes_through_no_end() -> None:
    found = 0
    for begins, ends, fulfilment, rules, back in EVERY:
        steps = walking.path(begins, ends, fulfilment, rules, may_go_back=back)
        for here, there in itertools.pairwise((begins, *(steps or ()))):
            assert there in allowed(here, fulfilment, None, rules)
            assert here not in TERMINAL
            found += 1
        assert not steps or steps[-1] == ends
        assert ends != S.CANCELLED or len(steps or ()) <= 1
    assert found > 200


def test_each_move_of_a_walk_is_logged_as_the_channels(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
        assert order is not None
        there = walking.walk(order, S.READY, by=cedar.program)
        assert there.status == S.READY
        events = db.session.scalars(select(StatusEvent).order_by(StatusEvent.seq)).all()[1:]
        assert [each.to_status for each in events] == [S.CONFIRMED, S.PREPARING, S.READY]
        walked = ["pending", "confirmed", "preparing", "ready"]
        assert all(each.event_metadata == {"source": "channel", "walked": walked} for each in events)
        done = walking.walk(there, S.COMPLETED, by=cedar.program)
        last = db.session.scalars(select(StatusEvent).order_by(StatusEvent.seq.desc()).limit(1)).one()
        assert done.status == S.COMPLETED and last.event_metadata == {"source": "channel"}


def test_a_way_that_is_none_and_an_order_that_moved_meanwhile_are_refused(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
        assert order is not None
        transitions.advance(order_id, S.CANCELLED, by=cedar.program, reason="No")
        with pytest.raises(transitions.OrderMoved):
            walking.walk(order, S.READY, by=cedar.program)
        now = records.find(cedar.tenant_id, order_id)
        assert now is not None
        with pytest.raises(IllegalTransition):
            walking.walk(now, S.READY, by=cedar.program)
