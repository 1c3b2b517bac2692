"""A crowd of writers at once: afterwards every log is whole and agrees with its orders."""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.moving import transitions
from ordertrack.orders.moving.transitions import OrderMoved
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import Fulfilment, IllegalTransition, OrderStatus
from ordertrack.server import consistency
from support.cast import House

SEED = 20_260_701
WRITERS = 32
MOVES = 25

Crowd = Callable[[list[Callable[[], Any]]], list[Any]]


class Writer:
    """Does what staff and programs do, at random: places orders, makes legal, illegal and contended moves."""

    def __init__(self, app: Flask, house: House, orders: list[uuid.UUID], seed: str) -> None:
        self.app = app
        self.house = house
        self.orders = orders
        self.random = random.Random(seed)
        self.won: list[tuple[uuid.UUID, OrderStatus]] = []
        self.outcomes: Counter[str] = Counter()

    def __call__(self) -> None:
        for _ in range(MOVES):
            if self.random.random() < 0.15:
                self.place()
            else:
                self.tap(self.random.choice(self.orders), self.random.choice(list(OrderStatus)))

    def place(self) -> None:
        order = NewOrder(
            self.random.choice(self.house.restaurants),
            self.random.choice(list(Fulfilment)),
            (NewItem("Tea", 1),),
        )
        with tenant_context(self.app, self.house.tenant_id):
            order_id, _ = intake.place(order, by=self.house.program)
        self.orders.append(order_id)
        self.outcomes["placed"] += 1

    def tap(self, order_id: uuid.UUID, to: OrderStatus) -> None:
        seen = None
        with tenant_context(self.app, self.house.tenant_id):
            if self.random.random() < 0.7:  # a person, who sees the order and takes what is offered
                order = records.find(self.house.tenant_id, order_id)
                assert order is not None
                seen, to = order.status, self.random.choice(order.allowed() or tuple(OrderStatus))
            try:
                made = transitions.advance(order_id, to, by=self.house.program, expected_status=seen)
            except (IllegalTransition, OrderMoved) as refusal:
                self.outcomes[type(refusal).__name__] += 1
                return
        self.outcomes["moved" if made.moved else "already there"] += 1
        if made.moved:
            self.won.append((order_id, to))


class Reader(threading.Thread):
    """Asks again and again for what came after its cursor, as the feed and every screen do."""

    def __init__(self, app: Flask, house: House) -> None:
        super().__init__()
        self.app = app
        self.house = house
        self.read: list[int] = []
        self.is_last_look = False

    def run(self) -> None:
        while True:
            is_last_look = self.is_last_look
            with tenant_context(self.app, self.house.tenant_id):
                after = self.read[-1] if self.read else 0
                page = event_log.events_after(self.house.tenant_id, after, 50)
            self.read += [event.cursor.seq for event in page]
            if is_last_look and not page:
                return


@pytest.fixture
def watched_storm(
    crowd_app: Flask, place: Callable[..., uuid.UUID], crowd: Crowd
) -> Callable[..., list[Writer]]:
    """Let the writers loose on the houses while a reader follows each; what the readers saw is checked."""

    def storm(houses: list[House]) -> list[Writer]:
        contended = {house.slug: [place(house) for _ in range(6)] for house in houses}
        readers = [Reader(crowd_app, house) for house in houses[:4]]
        for reader in readers:
            reader.start()
        writers = [
            Writer(crowd_app, house, contended[house.slug], f"{SEED} writer {n}")
            for n, house in ((n, houses[n % len(houses)]) for n in range(WRITERS))
        ]
        answers = crowd([*writers])
        for reader in readers:
            reader.is_last_look = True
            reader.join(30)
        assert [answer for answer in answers if answer is not None] == []
        for reader in readers:
            with tenant_context(crowd_app, reader.house.tenant_id):
                head = event_log.head(reader.house.tenant_id)
            assert reader.read == list(range(1, head.seq + 1)), (
                "a reader that polled missed or repeated an event"
            )
        return writers

    return storm


def assert_one_story(app: Flask, house: House, writers: list[Writer]) -> None:
    """The log is 1 to n, its times never run back, and every order stands where its own events lead."""
    with tenant_context(app, house.tenant_id):
        events = event_log.events_after(house.tenant_id, 0, 10_000)
        orders = records.newest(house.tenant_id, 10_000)
        head = event_log.head(house.tenant_id)
    assert [event.cursor.seq for event in events] == list(range(1, head.seq + 1))
    times = [event.occurred_at for event in events]
    assert times == sorted(times)
    for order in orders:
        story = [event for event in events if event.order_id == order.id]
        steps = [event.to_status for event in story]
        assert [event.from_status for event in story] == [None, *steps[:-1]]
        assert (order.status, order.version) == (steps[-1], len(steps))
        for event, before in zip(story[1:], story, strict=False):
            assert event.in_status_for == event.occurred_at - before.occurred_at
    won = Counter(move for writer in writers for move in writer.won)
    logged = Counter((event.order_id, event.to_status) for event in events if event.from_status is not None)
    assert won == logged, "who was told to have moved an order is not who is in the log"
    assert set(won.values()) <= {1}
    for restaurant in house.restaurants:
        numbers = sorted(order.number for order in orders if order.restaurant == restaurant)
        assert numbers == list(range(1, len(numbers) + 1))


def contradictions(settings: Settings, *houses: House) -> list[str]:
    findings = consistency.check(settings, {house.tenant_id for house in houses})
    return [finding.claim for finding in findings if not finding.holds]


def test_one_tenant_under_32_writers_keeps_one_story(
    settings: Settings, crowd_app: Flask, cedar: House, watched_storm: Any
) -> None:
    writers = watched_storm([cedar])
    outcomes = sum((writer.outcomes for writer in writers), Counter())
    assert {"placed", "moved", "IllegalTransition"} <= set(outcomes)
    assert_one_story(crowd_app, cedar, writers)
    assert contradictions(settings, cedar) == []


def test_many_tenants_under_32_writers_keep_one_story_each(
    settings: Settings, crowd_app: Flask, make_house: Callable[..., House], watched_storm: Any
) -> None:
    houses = [make_house(f"Crowd{n}", ("hamra", "jounieh")) for n in range(8)]
    writers = watched_storm(houses)
    for house in houses:
        assert_one_story(crowd_app, house, [writer for writer in writers if writer.house is house])
    assert contradictions(settings, *houses) == []


def test_of_many_who_make_the_same_move_exactly_one_wins(
    crowd_app: Flask, cedar: House, place: Callable[..., uuid.UUID], crowd: Crowd
) -> None:
    order_id = place(cedar)

    def tap() -> transitions.Advance:
        with tenant_context(crowd_app, cedar.tenant_id):
            return transitions.advance(
                order_id, OrderStatus.CONFIRMED, by=cedar.nour.principal, expected_status=OrderStatus.PENDING
            )

    answers = crowd([tap] * WRITERS)
    assert Counter(answer.moved for answer in answers) == {True: 1, False: WRITERS - 1}
    assert len({answer.order.status_since for answer in answers}) == 1, "all are told of the same move"


def test_of_two_different_moves_at_once_one_wins_and_the_others_are_told(
    crowd_app: Flask, cedar: House, place: Callable[..., uuid.UUID], crowd: Crowd
) -> None:
    for _ in range(10):
        order_id = place(cedar)

        def tap(to: OrderStatus, order_id: uuid.UUID = order_id) -> transitions.Advance:
            with tenant_context(crowd_app, cedar.tenant_id):
                return transitions.advance(
                    order_id, to, by=cedar.program, expected_status=OrderStatus.PENDING
                )

        wishes = [OrderStatus.CONFIRMED, OrderStatus.CANCELLED] * 4
        answers = crowd([lambda to=to: tap(to) for to in wishes])
        (winner,) = [answer for answer in answers if isinstance(answer, transitions.Advance) and answer.moved]
        for wish, answer in zip(wishes, answers, strict=True):
            if wish == winner.order.status:
                assert answer.order == winner.order
            else:
                assert isinstance(answer, OrderMoved) and answer.current == winner.order.status
