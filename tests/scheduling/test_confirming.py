"""Who confirms an order: the house on its arrival, somebody in time, or the clock."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text

from ordertrack.boards import reasons
from ordertrack.database.session import db, tenant_context
from ordertrack.i18n.translate import speaking
from ordertrack.orders.due import lateness
from ordertrack.orders.moving import transitions
from ordertrack.restaurants import order_handling
from ordertrack.restaurants.order_handling import AcceptThen, OrderHandling
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import LinesOpen, OrderStatus
from scheduling.timed_house import TimedHouse, ahead

P, C, K, R, D, E, X = OrderStatus


def test_the_house_confirms_what_comes_by_the_channels_that_it_names(timed: TimedHouse) -> None:
    timed.settle_on(confirmed_channels=("UBER", "Toters"))
    assert timed.log(timed.place(channel="uber ")) == ["pending by Till", "confirmed by House"]
    assert timed.log(timed.place(channel="web")) == ["pending by Till"]
    assert timed.log(timed.place()) == ["pending by Till"]


def test_the_house_confirms_everything_if_it_says_so(timed: TimedHouse) -> None:
    timed.settle_on(confirms_all=True)
    assert timed.read(timed.place()).status == C
    assert timed.read(timed.place(ahead(hours=5))).status == C


@pytest.mark.parametrize(
    ("then", "told", "status"),
    [
        (AcceptThen.CONFIRM, ["pending by Till", "confirmed by Clock"], C),
        (AcceptThen.CANCEL, ["pending by Till", "cancelled by Clock"], X),
        (AcceptThen.NOTHING, ["pending by Till"], P),
    ],
)
def test_what_nobody_confirms_in_time_is_settled_as_the_restaurant_says(
    timed: TimedHouse, then: AcceptThen, told: list[str], status: OrderStatus
) -> None:
    timed.settle_on(accept_within=300, accept_then=then)
    order_id = timed.place()
    order = timed.read(order_id)
    assert order.accept_by == order.placed_at + dt.timedelta(minutes=5)
    assert timed.turn(order.accept_by - dt.timedelta(seconds=1)) == 0
    timed.turn(order.accept_by)
    assert (timed.log(order_id), timed.read(order_id).status) == (told, status)


def test_what_somebody_confirmed_is_left_alone(timed: TimedHouse) -> None:
    timed.settle_on(accept_within=300, accept_then=AcceptThen.CANCEL)
    order_id = timed.place()
    timed.move(order_id, C)
    assert timed.turn(ahead(hours=1)) == 0
    assert timed.read(order_id).status == C


def test_the_guest_of_an_order_that_nobody_confirmed_reads_why(timed: TimedHouse) -> None:
    timed.settle_on(accept_within=60, accept_then=AcceptThen.CANCEL)
    order_id = timed.place()
    timed.turn(ahead(hours=1))
    with tenant_context(timed.app, timed.tenant_id), speaking("fr"):
        assert reasons.for_guests(timed.read(order_id)) == "Pas confirmée à temps"


def test_its_card_cries_a_minute_before(timed: TimedHouse) -> None:
    timed.settle_on(accept_within=300)
    order = timed.read(timed.place())
    assert order.accept_by is not None
    with tenant_context(timed.app, timed.tenant_id):
        timer = lateness.timer_of(order)
    assert timer.late_at == order.accept_by - dt.timedelta(minutes=1)


def test_an_order_for_later_is_confirmed_in_time_too(timed: TimedHouse) -> None:
    timed.settle_on(accept_within=300, accept_then=AcceptThen.CONFIRM)
    order_id = timed.place(ahead(hours=5))
    assert timed.next_at() == timed.read(order_id).accept_by
    timed.turn(ahead(minutes=10))
    assert timed.log(order_id) == ["pending by Till", "confirmed by Clock"]
    assert timed.read(order_id).is_later
    assert timed.next_at() == timed.read(order_id).start_by


def test_ready_waits_for_lines_only_where_the_restaurant_wants_it(timed: TimedHouse) -> None:
    order_id = timed.place()
    timed.move(order_id, C, K)
    nour = timed.house.nour.principal
    timed.settle_on(ready_needs_lines=True)
    with tenant_context(timed.app, timed.tenant_id), pytest.raises(LinesOpen):
        transitions.advance(order_id, R, by=nour, on_board=True)
    timed.settle_on(ready_needs_lines=False)
    with tenant_context(timed.app, timed.tenant_id):
        assert transitions.advance(order_id, R, by=nour, on_board=True).moved


def test_a_house_that_saved_nothing_is_not_asked_about_lines_and_one_that_saved_before_is_as_ever() -> None:
    assert not OrderHandling().ready_needs_lines
    assert order_handling.read({}).ready_needs_lines
    assert order_handling.read({"margin": 0}).ready_needs_lines
    for kept in (True, False):
        handling = OrderHandling(ready_needs_lines=kept)
        assert order_handling.read(order_handling.stored(handling)) == handling


class TestADelay:
    def test_moves_the_promise_and_when_the_order_must_be_begun(self, timed: TimedHouse) -> None:
        promised = ahead(hours=3)
        before = timed.read(timed.place(promised))
        after = timed.act(before.id, OrderAction.DELAY, minutes=15, detail="no rider")
        assert before.start_by is not None
        quarter = dt.timedelta(minutes=15)
        assert (after.promised_at, after.start_by) == (promised + quarter, before.start_by + quarter)
        assert (after.delayed_by, after.delayed_now) == (15, 15)
        assert after == timed.read(before.id)

    def test_counts_up_and_what_it_adds_to_the_estimate_ends_with_the_status(self, timed: TimedHouse) -> None:
        order_id = timed.place()
        timed.act(order_id, OrderAction.DELAY, minutes=10)
        timed.act(order_id, OrderAction.DELAY, minutes=5)
        assert (timed.read(order_id).delayed_by, timed.read(order_id).delayed_now) == (15, 15)
        order = timed.move(order_id, C)
        assert (order.delayed_by, order.delayed_now) == (15, 0)

    def test_is_said_until_somebody_promises_something_else(self, timed: TimedHouse) -> None:
        order_id = timed.place(ahead(minutes=40))
        timed.act(order_id, OrderAction.DELAY, minutes=15)
        order = timed.promise(order_id, ahead(hours=2))
        assert (order.delayed_by, order.delayed_now) == (0, 0)
        order = timed.act(order_id, OrderAction.DELAY, minutes=5)
        assert (order.delayed_by, order.delayed_now) == (5, 5)

    def test_ends_with_what_the_commit_before_writes_of_another_promise(self, timed: TimedHouse) -> None:
        order_id = timed.place(ahead(minutes=40))
        timed.act(order_id, OrderAction.DELAY, minutes=15)
        stands = text("SELECT delayed_by, delayed_now FROM orders WHERE id = :id")
        with tenant_context(timed.app, timed.tenant_id):
            for later, left in (("0 min", (15, 15)), ("60 min", (0, 0))):
                promise = (
                    "UPDATE orders SET acts = acts + 1, promised_at = promised_at + CAST(:later AS interval)"
                    " WHERE id = :id"
                )
                db.session.execute(text(promise), {"later": later, "id": order_id})
                assert db.session.execute(stands, {"id": order_id}).one() == left
            db.session.rollback()
