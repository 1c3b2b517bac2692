"""What is promised for later waits until it must be begun, and is begun once."""

from __future__ import annotations

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import errors

from ordertrack.boards import fragments, pickup
from ordertrack.boards.columns import BOARDS, LATER
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.orders.due import lateness
from ordertrack.orders.reading import records
from ordertrack.rules.order_actions import IllegalAct, OrderAction
from ordertrack.rules.state_machine import OPEN, Fulfilment, OrderStatus
from ordertrack.server import consistency
from ordertrack.sla import card_timers
from ordertrack.tenants.restaurants import find_restaurant
from scheduling.timed_house import NEEDED, TimedHouse, ahead, now

P, C, K, R, D, E, X = OrderStatus


def where(timed: TimedHouse, order_id: uuid.UUID) -> set[str]:
    """The columns of both boards in which the order stands."""
    with tenant_context(timed.app, timed.tenant_id):
        restaurant = find_restaurant(timed.tenant_id, "hamra")
        assert restaurant is not None
        return {
            f"{board.name} {column.name}"
            for board in BOARDS.values()
            for column, orders in fragments.standing(board, timed.tenant_id, restaurant.id).columns
            if order_id in [order.id for order in orders]
        }


def test_it_is_later_until_kitchen_and_road_need_it_begun(timed: TimedHouse) -> None:
    promised = ahead(hours=3)
    order = timed.read(timed.place(promised))
    assert (order.is_later, order.start_by) == (True, promised - NEEDED)
    soon = timed.read(timed.place(ahead(minutes=44)))
    assert not soon.is_later
    fetched = timed.read(timed.place(ahead(minutes=26), fulfilment=Fulfilment.PICKUP))
    assert fetched.is_later
    assert not timed.read(timed.place()).is_later


def test_a_restaurant_says_how_long_it_needs(timed: TimedHouse) -> None:
    timed.settle_on(kitchen_takes=600, road_takes=0, margin=60)
    promised = ahead(hours=1)
    assert timed.read(timed.place(promised)).start_by == promised - dt.timedelta(minutes=11)


def test_it_stands_in_the_drawer_and_nowhere_else(timed: TimedHouse) -> None:
    order_id = timed.place(ahead(hours=3), fulfilment=Fulfilment.DINE_IN)
    assert where(timed, order_id) == {"kitchen later", "dispatch later"}
    timed.move(order_id, C)
    assert where(timed, order_id) == {"kitchen later", "dispatch later"}
    order = timed.read(order_id)
    with tenant_context(timed.app, timed.tenant_id):
        assert pickup.area_of(order, now()) is None
        assert records.of_restaurant(timed.tenant_id, order.restaurant_id, OPEN) == []
        assert lateness.timer_of(order).late_at is None
        assert card_timers.expected_end_of(order) is None
    timed.move(order_id, X)
    assert where(timed, order_id) == set()


def test_the_clock_begins_it_once_and_not_before(timed: TimedHouse) -> None:
    order_id = timed.place(ahead(hours=3))
    start_by = timed.read(order_id).start_by
    assert start_by is not None
    assert timed.next_at() == start_by
    assert timed.turn(start_by - dt.timedelta(seconds=1)) == 0
    assert timed.turn(start_by) == 1
    assert timed.turn(start_by + dt.timedelta(days=1)) == 0
    order = timed.read(order_id)
    assert (order.is_later, order.fired_at is not None) == (False, True)
    assert timed.log(order_id) == ["pending by Till", "fire by Clock"]
    assert where(timed, order_id) == {"kitchen pending", "dispatch kitchen"}
    assert timed.next_at() is None


def test_what_was_due_while_nobody_looked_is_begun_all_at_once(timed: TimedHouse) -> None:
    placed = [timed.place(ahead(hours=hours)) for hours in range(2, 8)]
    assert timed.turn(ahead(days=1)) == 6
    assert not any(timed.read(order_id).is_later for order_id in placed)


def test_a_person_begins_it_now(timed: TimedHouse) -> None:
    order_id = timed.place(ahead(hours=3))
    nour = timed.house.nour.principal
    assert not timed.act(order_id, OrderAction.FIRE, by=nour).is_later
    assert timed.log(order_id)[-1] == "fire by Nour"
    assert not timed.act(order_id, OrderAction.FIRE, by=nour).is_later
    assert timed.log(order_id).count("fire by Nour") == 1
    with pytest.raises(IllegalAct):
        timed.act(timed.place(), OrderAction.FIRE, by=nour)


def test_what_adds_to_an_order_for_later_is_for_later_with_it_and_stands_beside_it(timed: TimedHouse) -> None:
    first, other = timed.place(ahead(hours=3)), timed.place(ahead(hours=4))
    more = timed.read(timed.place(follows=first))
    assert (more.is_later, more.start_by) == (True, timed.read(first).start_by)
    orders = sorted(map(timed.read, (other, more.id, first)), key=LATER.sort_key)
    assert [order.id for order in orders] == [first, more.id, other]
    timed.turn(more.start_by or now())
    assert not timed.read(more.id).is_later


def test_start_begins_it_first(timed: TimedHouse) -> None:
    order_id = timed.place(ahead(hours=3))
    order = timed.move(order_id, C, K)
    assert (order.is_later, order.status) == (False, K)
    assert timed.log(order_id) == [
        "pending by Till",
        "confirmed by Till",
        "fire by Till",
        "preparing by Till",
    ]


def test_a_start_and_its_fire_are_one_transaction(
    operator: psycopg.Connection[Any], timed: TimedHouse
) -> None:
    order_id = timed.place(ahead(hours=3))
    timed.move(order_id, C, K)
    operator.execute("SELECT set_config('ordertrack.tenant_id', %s, false)", [str(timed.tenant_id)])
    by = operator.execute(
        "SELECT xmin::text FROM order_actions WHERE order_id = %(order)s UNION ALL"
        " SELECT xmin::text FROM order_status_events WHERE order_id = %(order)s AND to_status = 'preparing'",
        {"order": order_id},
    ).fetchall()
    assert len(by) == 2
    assert len(set(by)) == 1


def test_its_stages_and_timers_begin_at_the_fire(timed: TimedHouse) -> None:
    order_id = timed.place(ahead(hours=3))
    timed.move(order_id, C)
    order = timed.act(order_id, OrderAction.FIRE)
    assert order.began_at == order.fired_at
    with tenant_context(timed.app, timed.tenant_id):
        assert order.began_at > order.steps[-1].at


def test_a_new_promise_moves_its_moment_and_can_put_it_back_into_the_drawer(timed: TimedHouse) -> None:
    order_id = timed.place(ahead(hours=3))
    tomorrow = ahead(hours=24)
    assert timed.promise(order_id, tomorrow).start_by == tomorrow - NEEDED
    assert timed.promise(order_id, ahead(minutes=20)).is_later is False
    assert timed.promise(order_id, tomorrow).is_later is True
    assert timed.promise(order_id, None).is_later is False
    timed.promise(order_id, tomorrow)
    timed.move(order_id, C, K)
    assert timed.promise(order_id, ahead(hours=48)).is_later is False


def test_cards_are_ordered_by_when_they_must_be_begun(timed: TimedHouse) -> None:
    """What is fetched in eight minutes stands above what is delivered before that."""
    delivered = timed.place(ahead(minutes=40))
    fetched = timed.place(ahead(minutes=8), fulfilment=Fulfilment.PICKUP)
    waiting = timed.place()
    with tenant_context(timed.app, timed.tenant_id):
        kitchen = BOARDS["kitchen"]
        column = kitchen.columns[0]
        orders = sorted(map(timed.read, (delivered, fetched, waiting)), key=column.sort_key)
    assert [order.id for order in orders] == [fetched, delivered, waiting]


def test_the_drawer_says_when_each_begins_the_next_one_first(timed: TimedHouse) -> None:
    placed = [timed.place(ahead(hours=hours)) for hours in (9, 3, 6)]
    orders = sorted(map(timed.read, placed), key=LATER.sort_key)
    assert [order.id for order in orders] == [placed[1], placed[2], placed[0]]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders SET is_later = false WHERE id = %(order)s",
        "UPDATE orders SET start_by = now() WHERE id = %(order)s",
        "UPDATE orders SET status = 'preparing', version = version + 1 WHERE id = %(order)s",
        "UPDATE orders SET fired_at = now() WHERE id = %(order)s",
        "UPDATE orders SET delayed_by = 5, delayed_now = 5 WHERE id = %(order)s",
    ],
)
def test_psql_begins_nothing_without_its_entry_in_the_log(
    operator: psycopg.Connection[Any], timed: TimedHouse, statement: str
) -> None:
    order_id = timed.place(ahead(hours=3))
    timed.move(order_id, C)
    operator.execute("SELECT set_config('ordertrack.tenant_id', %s, false)", [str(timed.tenant_id)])
    with pytest.raises(errors.CheckViolation):
        operator.execute(statement, {"order": order_id})


def test_two_clocks_at_once_begin_each_order_once(timed: TimedHouse) -> None:
    placed = [timed.place(ahead(hours=2)) for _ in range(8)]
    moment = ahead(days=1)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(timed.turn, [moment, moment]))
    for order_id in placed:
        assert timed.log(order_id) == ["pending by Till", "fire by Clock"]


def test_every_claim_of_the_check_holds_with_them(timed: TimedHouse, settings: Settings) -> None:
    order_id = timed.place(ahead(hours=3))
    timed.act(order_id, OrderAction.DELAY, minutes=15)
    timed.turn(ahead(days=1))
    timed.move(order_id, C, K, R, D, E)
    timed.place(ahead(hours=3))
    assert [each.claim for each in consistency.check(settings, [timed.tenant_id]) if not each.holds] == []
