"""A rush fills boards, ends what it began, gives way to people, and says that it is no person."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select, text

from demo.simulation import ScriptedClock, events_of, orders_of
from ordertrack.database.config import Settings
from ordertrack.database.session import db, operator_connection, tenant_context
from ordertrack.demo.simulation import open_orders
from ordertrack.demo.simulation.rush import Rush
from ordertrack.demo.simulation.tally import RushTally
from ordertrack.orders.models import Order
from ordertrack.orders.moving import transitions
from ordertrack.rules.state_machine import TERMINAL, OrderStatus, allowed

if TYPE_CHECKING:
    from support.cast import House

EVERY_STAGE = {
    OrderStatus.PENDING,
    OrderStatus.CONFIRMED,
    OrderStatus.PREPARING,
    OrderStatus.READY,
    OrderStatus.DELIVERING,
}


@pytest.fixture
def serve(app: Flask, cedar: House) -> Callable[..., RushTally]:
    """Hold a service on Cedar; afterwards the sentences it said are in `serve.said`."""

    def hold(
        clock: ScriptedClock, minutes: float | None = None, seed: str = "1", rate: float = 6
    ) -> RushTally:
        with tenant_context(app, cedar.tenant_id):
            return Rush(cedar.tenant_id, seed, rate, clock, said.append).run(minutes)

    said: list[str] = []
    hold.said = said  # type: ignore[attr-defined]
    return hold


def for_later(app: Flask, house: House) -> set[uuid.UUID]:
    """The orders that wait for their time."""
    with tenant_context(app, house.tenant_id):
        query = select(Order.id).where(Order.tenant_id == house.tenant_id, Order.is_later)
        return set(db.session.scalars(query))


def look(app: Flask, house: House) -> dict[uuid.UUID, OrderStatus]:
    with tenant_context(app, house.tenant_id):
        return orders_of(house.tenant_id)


def events(app: Flask, house: House) -> list:
    with tenant_context(app, house.tenant_id):
        return events_of(house.tenant_id)


def test_boards_of_both_restaurants_are_busy_from_the_first_second(app: Flask, cedar: House, serve) -> None:
    serve(ScriptedClock(stops_at=1))
    with tenant_context(app, cedar.tenant_id):
        for restaurant in ("hamra", "jounieh"):
            there = {o.status for o in open_orders.left_open(cedar.tenant_id) if o.restaurant == restaurant}
            assert there >= EVERY_STAGE - {OrderStatus.DELIVERING}


def test_cards_move_every_few_seconds(app: Flask, cedar: House, serve) -> None:
    clock = ScriptedClock(stops_at=60)
    counts: list[int] = []
    for second in range(10, 60, 10):
        clock.at(second, lambda: counts.append(len(events(app, cedar))))
    serve(clock)
    assert all(later > earlier for earlier, later in pairwise(counts))


def test_a_limited_rush_finishes_all_that_it_placed_and_ends_half_a_minute_after_its_time(
    app: Flask, cedar: House, serve
) -> None:
    clock = ScriptedClock()
    tally = serve(clock, minutes=3)
    orders = look(app, cedar)
    assert set(orders.values()) <= TERMINAL
    assert len(orders) == tally.placed == tally.completed + tally.cancelled
    assert len(events(app, cedar)) == tally.placed + tally.moved
    assert 180 <= clock.now() <= 180 + 31


def test_some_are_cancelled_and_say_why(app: Flask, cedar: House, serve) -> None:
    tally = serve(ScriptedClock(), minutes=1, rate=90, seed="3")
    cancelled = [event for event in events(app, cedar) if event.to_status == OrderStatus.CANCELLED]
    assert len(cancelled) == tally.cancelled > 0
    assert all(event.event_metadata["reason"] for event in cancelled)


def test_the_log_never_takes_the_rush_for_a_person(app: Flask, cedar: House, serve) -> None:
    serve(ScriptedClock(stops_at=30))
    log = events(app, cedar)
    assert {event.actor for event in log} == {"program:rush"}
    assert {event.changed_by for event in log} <= {
        "Simulated guest",
        "Simulated kitchen",
        "Simulated dispatch",
    }
    assert all(event.event_metadata["simulated"] is True for event in log)


def test_an_endless_rush_does_not_fill_the_boards_without_bound(app: Flask, cedar: House, serve) -> None:
    tally = serve(ScriptedClock(stops_at=900))
    still_open = Counter(look(app, cedar).values())
    assert tally.placed > 70
    assert sum(count for status, count in still_open.items() if status not in TERMINAL) < 45


def test_a_seed_brings_the_same_service_again(app: Flask, cedar: House, rival: House) -> None:
    def story_of(house: House, seed: str) -> list[tuple]:
        with tenant_context(app, house.tenant_id):
            Rush(house.tenant_id, seed, 12, ScriptedClock(stops_at=40), print).run()
        order = {event.order_id: number for number, event in reversed(list(enumerate(events(app, house))))}
        return [(order[event.order_id], event.to_status) for event in events(app, house)]

    assert story_of(cedar, "5") == story_of(rival, "5")


def test_the_next_rush_takes_over_what_a_stopped_one_left_and_fills_no_full_board(
    app: Flask, cedar: House, serve
) -> None:
    serve(ScriptedClock(stops_at=45))
    later = for_later(app, cedar)
    left = [each for each, status in look(app, cedar).items() if status not in TERMINAL and each not in later]
    tally = serve(ScriptedClock(), minutes=0.01, seed="2")
    assert for_later(app, cedar) == later != set()
    assert tally.taken_over == len(left) > 0
    assert tally.placed == 0
    assert {status for each, status in look(app, cedar).items() if each not in later} <= TERMINAL


def test_what_a_rush_left_long_ago_is_brought_to_its_end_at_once(
    app: Flask, cedar: House, settings: Settings, serve
) -> None:
    serve(ScriptedClock(stops_at=5))
    left = set(look(app, cedar))
    placed_earlier(settings, cedar, left, "1 day")
    serve(ScriptedClock(stops_at=0.1), seed="2")
    now = look(app, cedar)
    placed_earlier(settings, cedar, left, "-1 day")  # or their first events would seem to contradict them
    assert {now[order_id] for order_id in left} == {OrderStatus.COMPLETED}
    assert len(now) > len(left), "and the boards are filled again"


def placed_earlier(settings: Settings, house: House, orders: set[uuid.UUID], by: str) -> None:
    with operator_connection(settings.operator_url) as connection:
        connection.execute(
            text("SELECT set_config('ordertrack.tenant_id', :id, false)"), {"id": str(house.tenant_id)}
        )
        connection.execute(
            text("UPDATE orders SET placed_at = placed_at - CAST(:by AS interval) WHERE id = ANY (:orders)"),
            {"by": by, "orders": list(orders)},
        )


def test_orders_that_a_person_placed_are_left_to_people(app: Flask, cedar: House, place, serve) -> None:
    mine = place(cedar)
    serve(ScriptedClock(), minutes=0.5)
    assert look(app, cedar)[mine] == OrderStatus.PENDING


def test_an_order_that_people_move_goes_on_from_where_they_put_it(app: Flask, cedar: House, serve) -> None:
    moved: list[uuid.UUID] = []
    ended: list[uuid.UUID] = []

    def people_take_over() -> None:
        with tenant_context(app, cedar.tenant_id):
            for number, order in enumerate(open_orders.left_open(cedar.tenant_id)):
                (moved if number % 2 else ended).append(order.id)
                steps = 1 if number % 2 else 9
                while steps and (following := allowed(order.status, order.fulfilment)):
                    advance = transitions.advance(order.id, following[0], by=cedar.maya.principal)
                    order.status = advance.order.status
                    steps -= 1

    clock = ScriptedClock()
    clock.at(20, people_take_over)
    tally = serve(clock, minutes=1)
    assert len(moved) >= 3
    assert len(ended) >= 3
    assert set(look(app, cedar).values()) <= TERMINAL
    assert tally.moved_by_others > 0
    by_maya = [event for event in events(app, cedar) if event.changed_by == "Maya"]
    assert len(events(app, cedar)) == tally.placed + tally.moved + len(by_maya)


def test_an_order_cancelled_by_a_person_is_dropped(app: Flask, cedar: House, serve) -> None:
    def cancel() -> None:
        with tenant_context(app, cedar.tenant_id):
            for order in open_orders.left_open(cedar.tenant_id):
                if order.status == OrderStatus.PENDING:
                    transitions.advance(
                        order.id, OrderStatus.CANCELLED, by=cedar.maya.principal, reason="Power cut"
                    )

    clock = ScriptedClock()
    clock.at(3, cancel)
    tally = serve(clock, minutes=0.5)
    assert Counter(look(app, cedar).values())[OrderStatus.CANCELLED] > tally.cancelled
    assert set(look(app, cedar).values()) <= TERMINAL


def test_while_the_database_is_away_service_stands_still_and_then_goes_on(
    app: Flask, cedar: House, settings: Settings, serve
) -> None:
    """The app's role may not sign in for a while, and those that have are thrown out."""

    def admit(verb: str) -> Callable[[], None]:
        def act() -> None:
            with operator_connection(settings.operator_url) as connection:
                connection.execute(text(f'ALTER ROLE "{settings.app_role}" {verb}'))
                connection.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :role"),
                    {"role": settings.app_role},
                )

        return act

    clock = ScriptedClock()
    clock.at(10, admit("NOLOGIN"))
    clock.at(40, admit("LOGIN"))
    tally = serve(clock, minutes=1)
    assert set(look(app, cedar).values()) <= TERMINAL
    assert tally.placed == len(look(app, cedar))
    assert any("The database cannot be used" in sentence for sentence in serve.said)
    assert clock.now() > 60 + 20, "the outage did not count as time of service"


def test_a_hand_only_makes_moves_of_its_role(app: Flask, cedar: House, serve) -> None:
    serve(ScriptedClock(), minutes=0.5)
    for event in events(app, cedar):
        if event.changed_by == "Simulated kitchen":
            assert event.from_status in {OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING}
        if event.changed_by == "Simulated dispatch":
            assert event.from_status in {OrderStatus.READY, OrderStatus.DELIVERING}


def test_an_order_whose_fulfilment_was_changed_behind_its_back_is_left_alone(
    app: Flask, cedar: House, settings: Settings, serve
) -> None:
    """The rush would send it out, which nobody may do with an order that is picked up."""

    def change() -> None:
        with operator_connection(settings.operator_url) as connection:
            enter = text("SELECT set_config('ordertrack.tenant_id', :id, false)")
            connection.execute(enter, {"id": str(cedar.tenant_id)})
            connection.execute(
                text("UPDATE orders SET fulfilment = 'pickup' WHERE tenant_id = :id"), {"id": cedar.tenant_id}
            )

    clock = ScriptedClock()
    clock.at(1, change)
    serve(clock, minutes=0.2)
    left = Counter(look(app, cedar).values())
    assert left[OrderStatus.READY] > 0
    assert sum(sentence.startswith("Left alone: order") for sentence in serve.said) == left[OrderStatus.READY]
