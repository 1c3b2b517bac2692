"""A simulated service: guests come, and their orders move through the same verbs as under people's hands.

Unless told otherwise, service runs twelve times as fast as in life, so that a person sees boards move: a
minute in the published stage times is five seconds here. Whoever taps a card of it is right: the rush goes on
from where it stands.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from ordertrack.demo.simulation import open_orders, order_lives
from ordertrack.demo.simulation.guests import SIMULATED, Guest, Guests
from ordertrack.demo.simulation.open_orders import ACTOR, OpenOrder
from ordertrack.demo.simulation.pace import Clock, Pace, Say, Stopped
from ordertrack.demo.simulation.tally import RushTally
from ordertrack.demo.simulation.tasks import Task, tasks_of
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.moving.transitions import OrderMoved, OrderNotFound
from ordertrack.orders.placing import intake
from ordertrack.rules.order_actions import IllegalAct
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import FIRST, IllegalTransition, OrderHeld, OrderStatus
from ordertrack.tenants.principal import Principal

SPEED = 12.0
CLOSING_SECONDS = 30.0
QUIET_BOARD = 3
LOOKED_AGAIN_AFTER = 10.0  # at an order that somebody holds
ACKNOWLEDGED_AFTER = 20.0  # until somebody at the stove has seen that an order was cancelled
SHOWN_AFTER = 5.0  # until a demo's orders are changed, delayed and placed for later
FORGOTTEN_AFTER = dt.timedelta(hours=3)  # of service

_FIRST_CARDS = (
    OrderStatus.PENDING,
    OrderStatus.CONFIRMED,
    OrderStatus.PREPARING,
    OrderStatus.READY,
    OrderStatus.DELIVERING,
)


class Rush:
    """One service on one tenant. It works in one thread, inside that tenant's app context."""

    def __init__(
        self,
        tenant_id: uuid.UUID,
        seed: str,
        per_minute: float,
        clock: Clock,
        say: Say,
        speed: float = SPEED,
    ) -> None:
        self.tally = RushTally()
        self._tenant_id = tenant_id
        self._seed = seed
        self._per_minute = per_minute
        self._speed = speed
        self._say = say
        self._pace = Pace(clock, say)
        self._last_guest_at = 0.0
        self._closes_at = float("inf")
        self._hurry = 1.0
        self._number = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._open: dict[uuid.UUID, OpenOrder] = {}
        self._guest = Principal(tenant_id, ACTOR, "Simulated guest")
        self._hands = {
            role: Principal(tenant_id, ACTOR, f"Simulated {role}", role)
            for role in (Role.KITCHEN, Role.DISPATCH)
        }

    def run(self, minutes: float | None = None) -> RushTally:
        """Take orders for so many minutes, then finish what is open; None: until the clock is stopped."""
        try:
            self._open_up(minutes)
            while self._due:
                due, _, act = heapq.heappop(self._due)
                self._pace.wait_until(due)
                act()
        except Stopped:
            self._say("Stopped. The next rush takes over what is open.")
        return self.tally

    def _open_up(self, minutes: float | None) -> None:
        restaurants = self._pace.surely(lambda: open_orders.restaurants(self._tenant_id))
        self._guests = Guests(self._seed, restaurants, self._per_minute / 60 / self._speed)
        if minutes is not None:
            self._closes_at = minutes * 60
            self._at(self._closes_at, self._close)
        self._take_over()
        self._fill_boards(restaurants)
        if minutes is None:
            self._at(self._pace.now() + SHOWN_AFTER, partial(self._show_lives, restaurants))
        self._expect_guest()

    def _take_over(self) -> None:
        """Go on with what a killed rush left; what is older than any service is only brought to its end."""
        for order in self._pace.surely(lambda: open_orders.left_open(self._tenant_id)):
            self.tally.taken_over += 1
            order.stays = {status: stay / self._speed for status, stay in self._guests.stays().items()}
            if dt.datetime.now(dt.UTC) - order.placed_at > FORGOTTEN_AFTER / self._speed:
                order.start_at(OrderStatus.COMPLETED)
            self._expect_move(order)

    def _fill_boards(self, restaurants: Iterable[str]) -> None:
        """A few cards at once where a board would stand empty through the first minutes."""
        for restaurant in restaurants:
            ours = [order for order in self._open.values() if order.restaurant == restaurant]
            if sum(order.due > self._pace.now() for order in ours) < QUIET_BOARD:
                for status in _FIRST_CARDS:
                    self._place(self._guests.next(restaurant), start_at=status)

    def _show_lives(self, restaurants: Iterable[str]) -> None:
        for restaurant in restaurants:
            kitchen = self._hands[Role.KITCHEN]
            self._pace.surely(partial(order_lives.show, restaurant, self._guest, kitchen))

    def _expect_guest(self) -> None:
        guest = self._guests.next()
        self._last_guest_at += guest.after / self._speed
        if self._last_guest_at < self._closes_at:
            self._at(self._last_guest_at, lambda: self._welcome(guest))

    def _welcome(self, guest: Guest) -> None:
        self._place(guest)
        self._expect_guest()

    def _place(self, guest: Guest, start_at: OrderStatus = FIRST) -> None:
        now = dt.datetime.now(dt.UTC)
        new = guest.order(now, self._speed)
        key = f"rush:{uuid.uuid4()}"  # placed once, even if the answer to the first try was lost
        order_id, _ = self._pace.surely(lambda: intake.place(new, by=self._guest, idempotency_key=key))
        self.tally.placed += 1
        stays = {status: stay / self._speed for status, stay in guest.stays.items()}
        order = OpenOrder(order_id, new.restaurant, FIRST, new.fulfilment, stays, now, len(new.items))
        order.cancelled_from, order.reason = guest.cancelled_from, guest.reason
        if start_at != FIRST:
            order.start_at(start_at)
        self._expect_move(order)

    def _expect_move(self, order: OpenOrder) -> None:
        to = order.next
        if to is None:
            self._open.pop(order.id, None)
            for _, task in tasks_of(order):
                self._at(self._pace.now() + ACKNOWLEDGED_AFTER, partial(self._do, order, order.status, task))
            return
        self._open[order.id] = order
        now = self._pace.now()
        order.due = now + order.stays[order.status] * self._hurry
        for share, task in tasks_of(order):
            self._at(now + (order.due - now) * share, partial(self._do, order, order.status, task))
        self._at(order.due, lambda: self._move(order, to))

    def _move(self, order: OpenOrder, to: OrderStatus) -> None:
        try:
            advance = self._pace.surely(
                lambda: transitions.advance(
                    order.id,
                    to,
                    by=self._hands[order.moved_by],
                    expected_status=order.status,
                    reason=order.reason if to == OrderStatus.CANCELLED else None,
                    metadata=SIMULATED,
                    on_board=True,
                    despite_open_lines=True,
                )
            )
        except OrderHeld:
            self._at(self._pace.now() + LOOKED_AGAIN_AFTER, lambda: self._move(order, to))
            return
        except OrderMoved as error:
            self.tally.moved_by_others += 1
            order.status = error.current
        except (OrderNotFound, IllegalTransition) as error:
            self._say(f"Left alone: order {order.id}. {error}")
            del self._open[order.id]
            return
        else:
            self.tally.count(to, advance.moved)
            order.status = to
        self._expect_move(order)

    def _do(self, order: OpenOrder, expected_status: OrderStatus, task: Task) -> None:
        """Do what goes with a status, if the order still has it and nobody else did it."""
        by = self._hands[task.role]
        what: dict[str, Any] = {
            "expected_status": expected_status,
            "line": task.line,
            "detail": task.detail,
            "metadata": SIMULATED,
        }
        with suppress(OrderMoved, OrderNotFound, IllegalAct):
            self._pace.surely(lambda: actions.act(order.id, task.act, by=by, **what))

    def _close(self) -> None:
        """No more guests: what is open is finished within half a minute, in the order it would have been."""
        now = self._pace.now()
        longest = max((order.due - now + order.rest for order in self._open.values()), default=0.0)
        self._hurry = CLOSING_SECONDS / max(longest, CLOSING_SECONDS)
        self._due = [(now + (due - now) * self._hurry, number, act) for due, number, act in self._due]

    def _at(self, due: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (due, next(self._number), act))
