"""What was for later is measured from its fire on, and what was done to it before is in no figure."""

from __future__ import annotations

import numpy as np

from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.measure.fold import Stories, Times
from ordertrack.sla.measure.log_reading import LogReader
from ordertrack.sla.measure.microseconds import moment_at
from scheduling.timed_house import TimedHouse, ahead

P, C, K, R, D, E, X = OrderStatus


def measured(timed: TimedHouse) -> dict[Stage, Times]:
    with tenant_context(timed.app, timed.tenant_id):
        head = event_log.head(timed.tenant_id).seq
        restaurants = sorted({each.restaurant_id for each in map(timed.read, timed.placed)}, key=str)
        events = LogReader(timed.tenant_id, restaurants).between(0, head)
    every = np.ones(len(events), bool)
    stories = Stories(events, every, ~every)
    return {stage: stories.times(stage) for stage in Stage}


def test_what_was_confirmed_ahead_has_no_time_to_accept_and_queues_from_its_fire(
    timed: TimedHouse,
) -> None:
    order_id = timed.place(ahead(hours=3))
    timed.move(order_id, C)
    fired = timed.act(order_id, OrderAction.FIRE).fired_at
    order = timed.move(order_id, K, R, D, E)
    times = measured(timed)
    assert len(times[Stage.ACCEPT].began) == 0
    for stage in (Stage.QUEUE, Stage.KITCHEN, Stage.TOTAL):
        (began,) = times[stage].began
        assert moment_at(int(began)) == fired
    (total,) = times[Stage.TOTAL].seconds
    assert fired is not None
    assert total == (order.steps[-1].at - fired).total_seconds()


def test_what_is_confirmed_after_its_fire_is_accepted_from_it_on(timed: TimedHouse) -> None:
    order_id = timed.place(ahead(hours=3))
    fired = timed.act(order_id, OrderAction.FIRE).fired_at
    timed.move(order_id, C)
    (began,) = measured(timed)[Stage.ACCEPT].began
    assert moment_at(int(began)) == fired


def test_what_was_never_for_later_is_measured_from_when_it_was_placed(timed: TimedHouse) -> None:
    order_id = timed.place()
    order = timed.move(order_id, C)
    (began,) = measured(timed)[Stage.ACCEPT].began
    assert moment_at(int(began)) == order.placed_at
