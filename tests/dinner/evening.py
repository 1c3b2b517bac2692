"""A whole dinner on real tablets: orders come in, all else is tapped, and the line breaks."""

from __future__ import annotations

import datetime as dt
import json
import random
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select

from dinner import screens
from dinner.hands import Hands
from dinner.key_hands import KeyDispatchHands, KeyKitchenHands, KeyTablet
from dinner.rail_hands import KEYS, BumpBarHands, RailHands
from dinner.tablet import Tablet
from dinner.till import Till
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.models import Order
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.restaurants import cache, operations, rule_sets
from ordertrack.restaurants.order_handling import OrderHandling
from ordertrack.restaurants.save import save_operations
from ordertrack.rules.roles import Role
from ordertrack.rules.stages import CANCELLED_LATE_IN
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, IllegalTransition, OrderStatus, RuleSet
from ordertrack.tenants.staff import people
from support.cast import House
from support.server import Server, wait_for

_DISHES = ("Kebab", "Fattoush", "Lentil soup", "Saffron rice", "Mint tea", "كبة")
_IN_THE_KITCHEN = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
_AT_ONCE = 30  # orders that a kitchen has open before more guests come
MANY = 1_000_000


@dataclass(frozen=True)
class Seat:
    """Somebody at a tablet: how they act, on what kind of device, and what that keeps of how it is used."""

    hands: type[Hands]
    board: str
    device: type[Tablet] = Tablet
    kept: Mapping[str, str] = field(default_factory=dict)


USUAL = (
    Seat(RailHands, "kitchen"),
    Seat(Hands, "dispatch"),
    Seat(BumpBarHands, "kitchen", kept={"bump-bar": json.dumps(KEYS)}),
    Seat(Hands, "dispatch"),
)
BY_KEYS = (
    Seat(KeyKitchenHands, "kitchen", KeyTablet),
    Seat(KeyDispatchHands, "dispatch", KeyTablet),
    Seat(BumpBarHands, "kitchen", kept={"bump-bar": json.dumps(KEYS)}),
)
_STAFF = {"kitchen": ("Rami", Role.KITCHEN, "4975"), "dispatch": ("Zeina", Role.DISPATCH, "8307")}


def _promise(fulfilment: Fulfilment, chance: random.Random) -> dt.datetime | None:
    """Now and then so much later that the order has to wait for the clock, for some seconds."""
    if chance.random() >= 0.15:
        return None
    handling = OrderHandling()
    needed = handling.takes(fulfilment) + handling.margin + chance.uniform(5, 25)
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=needed)


@dataclass
class Evening:
    """One dinner in one house. `play` taps until every order has ended; `trouble` is what went wrong then."""

    settings: Settings
    app: Flask
    server: Server
    house: House
    browser: Browser
    orders: int
    seed: int
    is_disturbed: bool = True
    seats: tuple[Seat, ...] = USUAL
    server_is_up: bool = True
    tablets: list[Tablet] = field(default_factory=list)
    placed: list[uuid.UUID] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.till = Till(self.server.port, self.house)

    def play(self) -> None:
        chance = random.Random(self.seed)
        self._open()
        hands = [seat.hands(tablet, chance) for seat, tablet in zip(self.seats, self.tablets, strict=True)]
        faults = self._faults(chance) if self.is_disturbed else iter(())
        turn = 0
        while len(self.placed) < self.orders or self._is_anything_open():
            self._welcome(chance)
            self._call_off(chance)
            self._change(chance)
            if turn % 40 == 39:
                self._compare()
            if turn % 25 == 24:
                next(faults, None)
            hands[turn % len(hands)].turn()
            turn += 1
        self._mend()
        wait_for(lambda: self._settled(), "every tap to have its answer", 60)

    def _open(self) -> None:
        with tenant_context(self.app, self.house.tenant_id):
            for name, role, pin in _STAFF.values():
                people.add(self.house.tenant_id, name, role, pin)
            db.session.commit()
            rule_sets.choose(RuleSet.EXTENDED, by=self.house.maya.principal)
            (restaurant,) = cache.of_tenant(self.house.tenant_id)
            settings = operations.of_restaurant(self.house.tenant_id, restaurant.id)
            asking = replace(settings, orders=OrderHandling(ready_needs_lines=True))
            save_operations(asking, by=self.house.maya.principal)
        for n, seat in enumerate(self.seats, 1):
            person, _, pin = _STAFF[seat.board]
            named = f"Tablet {n}"
            tablet = seat.device.open(
                self.browser, self.server.address, named, seat.board, person, pin, **seat.kept
            )
            self.tablets.append(tablet)
            tablet.set_up(self.house)

    def _welcome(self, chance: random.Random) -> None:
        """Guests come a few at a time, as long as the kitchen can bear it."""
        if len(self.placed) >= self.orders or self._open_count() >= _AT_ONCE:
            return
        items = tuple(
            NewItem(dish, chance.randint(1, 3), chance.choice((None, None, "no onion")))
            for dish in chance.sample(_DISHES, chance.randint(1, 3))
        )
        fulfilment = chance.choice(list(Fulfilment))
        new = NewOrder(self.house.restaurants[0], fulfilment, items, promised_at=_promise(fulfilment, chance))
        with tenant_context(self.app, self.house.tenant_id):
            order_id, _ = intake.place(new, by=self.house.program)
        self.placed.append(order_id)

    def _call_off(self, chance: random.Random) -> None:
        """Now and then a guest calls off what is being made already, and the till says so."""
        if chance.random() >= 0.01:
            return
        with tenant_context(self.app, self.house.tenant_id):
            begun = self._orders_that_are(CANCELLED_LATE_IN)
            if not begun:
                return
            try:
                by, order_id = self.house.program, chance.choice(begun)
                transitions.advance(order_id, OrderStatus.CANCELLED, by=by, reason="The guest called")
            except IllegalTransition:
                return  # it was over meanwhile

    def _change(self, chance: random.Random) -> None:
        """Now and then a guest wants something else, as long as the order is in the kitchen."""
        if chance.random() >= 0.1 or not self.server_is_up:
            return
        with tenant_context(self.app, self.house.tenant_id):
            orders = self._orders_that_are(_IN_THE_KITCHEN)
        if orders:
            self.till.change(chance.choice(orders), chance)

    def _compare(self) -> None:
        """Look at all screens while orders are being made, unless something is broken just now."""
        if not self.server_is_up or any(tablet.is_offline for tablet in self.tablets):
            return
        wait_for(lambda: self._settled(), "every tap to have its answer", 60)
        try:
            wait_for(lambda: not list(self._differences()), "all screens to agree with the database")
        except AssertionError:
            self.trouble += self._differences()

    def _differences(self) -> Iterator[str]:
        return screens.findings(self.app, self.house, self.tablets)

    def _orders_that_are(self, statuses: Iterable[OrderStatus]) -> list[uuid.UUID]:
        query = select(Order.id).where(Order.tenant_id == self.house.tenant_id, Order.status.in_(statuses))
        return list(db.session.scalars(query.order_by(Order.number)))

    def _faults(self, chance: random.Random) -> Iterator[None]:
        """The network is cut, slowed and returned, the server restarts, a tablet is opened anew: for ever."""
        while True:
            tablet = chance.choice(self.tablets)
            tablet.go_offline(True)
            yield
            yield
            tablet.go_offline(False)
            yield
            slow = chance.choice(self.tablets)
            slow.slow_down(700)
            yield
            slow.slow_down(0)
            yield
            self.server.terminate()
            self.server.wait()
            self.server_is_up = False
            yield
            self.server.start()
            self.server_is_up = True
            yield
            chance.choice(self.tablets).reload()
            yield

    def _mend(self) -> None:
        """Whatever was broken when the last guest left."""
        for tablet in self.tablets:
            tablet.go_offline(False)
            tablet.slow_down(0)
        if not self.server_is_up:
            self.server.start()

    def _open_count(self) -> int:
        with tenant_context(self.app, self.house.tenant_id):
            return sum(status not in TERMINAL for status in self._statuses())

    def _is_anything_open(self) -> bool:
        with tenant_context(self.app, self.house.tenant_id):
            unseen = db.session.scalars(
                select(Order.id).where(
                    Order.tenant_id == self.house.tenant_id,
                    Order.status == "cancelled",
                    Order.acknowledged_at.is_(None),
                )
            ).all()
            return bool(unseen) or any(status not in TERMINAL for status in self._statuses())

    def _statuses(self) -> list[str]:
        return list(db.session.scalars(select(Order.status).where(Order.tenant_id == self.house.tenant_id)))

    def _settled(self) -> bool:
        for tablet in self.tablets:
            tablet.page.evaluate("0")  # lets what the page has said be heard
        return not any(tablet.waiting() for tablet in self.tablets)
