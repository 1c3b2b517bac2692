"""Fill the demonstration house with a dinner as full as pictures want it: forty orders in one kitchen.

Lines, ages and promises are those of a busy evening; what the log says of it is moved into the past, so the
house is to be at rest meanwhile: make it (`ordertrack demo`), fill it, then `ordertrack serve`.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import uuid
from collections.abc import Callable, Iterator
from itertools import chain, pairwise, repeat
from typing import Any, NamedTuple

import psycopg

from ordertrack.database.config import Settings
from ordertrack.demo.house import people
from ordertrack.demo.simulation import menu
from ordertrack.demo.simulation.guests import SIMULATED
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import AddLine, Change, SetFields, VoidLine
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tenants.principal import Principal

ACTOR = "program:pictures"
# How many of forty orders have so many lines, as at a dinner; the others go round once more.
_LINES = {1: 3, 2: 4, 3: 5, 4: 6, 5: 9, 6: 4, 7: 3, 8: 2, 9: 2, 12: 1, 18: 1, 25: 1}
_WAY = list(OrderStatus)[:6]
# So many minutes ago the first and the last were placed that stand there now, and how many they are.
_STANDING: dict[str, dict[OrderStatus, tuple[int, float, float]]] = {
    "hamra": {
        OrderStatus.COMPLETED: (12, 95, 60),
        OrderStatus.DELIVERING: (8, 58, 40),
        OrderStatus.READY: (8, 44, 30),
        OrderStatus.PREPARING: (15, 34, 13),
        OrderStatus.CONFIRMED: (14, 16, 5),
        OrderStatus.PENDING: (11, 5, 0.4),
    },
    "jounieh": {
        OrderStatus.COMPLETED: (5, 90, 60),
        OrderStatus.DELIVERING: (3, 50, 40),
        OrderStatus.READY: (2, 30, 22),
        OrderStatus.PREPARING: (4, 24, 12),
        OrderStatus.CONFIRMED: (3, 12, 6),
        OrderStatus.PENDING: (2, 3, 1),
    },
}
_AREAS = ("Hamra", "Ras Beirut", "Achrafieh", "Verdun")
_STREETS = ("Lemon Street", "Cedar Lane", "Old Harbour Road", "Fig Tree Hill")
_CHANNELS = (None, None, None, "Shop", "Platform")
# Minor units; a part has been paid already.
_PRICES = (1150, 1400, 1850, 900)

# Sets the log's moments, which the database would not let anybody set.
_MOVED = """
    CREATE TEMP TABLE moved (seq bigint PRIMARY KEY, at timestamptz NOT NULL);
"""
_SET = (
    "UPDATE order_status_events AS e SET occurred_at = m.at FROM moved AS m"
    " WHERE e.tenant_id = %(tenant)s AND e.seq = m.seq",
    "UPDATE order_actions AS a SET occurred_at = m.at FROM moved AS m"
    " WHERE a.tenant_id = %(tenant)s AND a.seq = m.seq",
    """UPDATE order_status_events AS e SET in_status_for = e.occurred_at - before.occurred_at
        FROM order_status_events AS before, moved AS m
        WHERE e.tenant_id = %(tenant)s AND e.seq = m.seq AND before.tenant_id = e.tenant_id
          AND before.order_id = e.order_id AND before.version = e.version - 1""",
    """UPDATE orders AS o SET placed_at = first.occurred_at, status_since = last.occurred_at,
          start_by = CASE WHEN o.promised_at IS NULL THEN o.start_by - (o.placed_at - first.occurred_at)
                          ELSE o.start_by END
        FROM order_status_events AS first, order_status_events AS last, moved AS m
        WHERE o.tenant_id = %(tenant)s AND first.tenant_id = o.tenant_id AND last.tenant_id = o.tenant_id
          AND first.order_id = o.id AND first.version = 1 AND first.seq = m.seq
          AND last.order_id = o.id AND last.version = o.version""",
)

Step = Callable[[], None]


class Doing(NamedTuple):
    """Something that is done so many minutes before now."""

    ago: float
    number: int  # of the order, which has what is done at the same moment stay in its order
    step: Step


class Dinner:
    """The orders of the restaurants, and what is done to them, each in its turn."""

    def __init__(self, tenant_id: uuid.UUID) -> None:
        self._guest = Principal(tenant_id, ACTOR, "Simulated guest")
        self._hands = {
            role: Principal(tenant_id, ACTOR, f"Simulated {role}", role)
            for role in (Role.KITCHEN, Role.DISPATCH)
        }
        self._draw = random.Random("pictures")  # noqa: S311 (no secret)
        self._ids: dict[int, uuid.UUID] = {}
        self._now = dt.datetime.now(dt.UTC)

    def doings(self) -> list[Doing]:
        lines = list(chain.from_iterable(repeat(many, orders) for many, orders in _LINES.items())) * 3
        number = 0
        done: list[Doing] = []
        for restaurant, standing in _STANDING.items():
            rest = list(lines)
            self._draw.shuffle(rest)
            for status, (many, first, last) in standing.items():
                for place in range(many):
                    number += 1
                    ago = first + (last - first) * place / max(many - 1, 1)
                    done += self._life(number, restaurant, status, ago, rest.pop())
            for ahead in (3, 22):
                number += 1
                done.append(Doing(9, number, self._places(number, restaurant, 0, 4, hours=ahead)))
        return sorted(done, key=lambda doing: (-doing.ago, doing.number))

    def _life(
        self, number: int, restaurant: str, status: OrderStatus, placed: float, lines: int
    ) -> Iterator[Doing]:
        fulfilment = self._draw.choice((*Fulfilment, Fulfilment.DELIVERY))
        if status in (OrderStatus.DELIVERING, OrderStatus.READY) and number % 4:
            fulfilment = Fulfilment.DELIVERY
        if status == OrderStatus.DELIVERING:
            fulfilment = Fulfilment.DELIVERY
        yield Doing(placed, number, self._places(number, restaurant, placed, lines, fulfilment))
        way = [each for each in _WAY if each != OrderStatus.DELIVERING or fulfilment == Fulfilment.DELIVERY]
        way = way[: way.index(status) + 1]
        for place, (seen, to) in enumerate(pairwise(way), 1):
            # The last step is the shortest time ago.
            ago = placed * (1 - place / len(way)) * self._draw.uniform(0.8, 1)
            if to == OrderStatus.DELIVERING:
                rider = menu.RIDERS[number % (len(menu.RIDERS) - 1)]
                yield Doing(
                    ago + 0.2, number, self._does(number, OrderAction.ASSIGN, Role.DISPATCH, detail=rider)
                )
            yield Doing(ago, number, self._moves(number, seen, to))
        last = placed / len(way) * 0.7
        if status == OrderStatus.PREPARING:
            for line in range(1, lines // 2 + 1):
                yield Doing(
                    last - line / 100, number, self._does(number, OrderAction.STRIKE, Role.KITCHEN, line=line)
                )
        yield from self._rare(number, status, last * 0.5)

    def _rare(self, number: int, status: OrderStatus, ago: float) -> Iterator[Doing]:
        kitchen, dispatch = Role.KITCHEN, Role.DISPATCH
        if status == OrderStatus.CONFIRMED and number % 9 == 0:
            yield Doing(ago, number, self._does(number, OrderAction.RUSH, dispatch))
        if status == OrderStatus.CONFIRMED and number % 11 == 0:
            yield Doing(
                ago, number, self._does(number, OrderAction.HOLD, dispatch, detail="The guest is late")
            )
        if status == OrderStatus.PREPARING and number % 13 == 0:
            yield Doing(ago, number, self._does(number, OrderAction.DELAY, kitchen, minutes=10))
        if status == OrderStatus.PREPARING and number % 7 == 0:
            yield Doing(ago, number, self._changes(number))
        if status == OrderStatus.CONFIRMED and number % 17 == 0:
            yield Doing(ago, number, self._cancels(number))
            yield Doing(ago / 2, number, self._does(number, OrderAction.ACKNOWLEDGE, kitchen))

    def _places(
        self,
        number: int,
        restaurant: str,
        ago: float,
        lines: int,
        fulfilment: Fulfilment = Fulfilment.DELIVERY,
        hours: int = 0,
    ) -> Step:
        draw = random.Random(f"order {number}")  # noqa: S311 (no secret)
        dishes = menu.of(restaurant)
        items = tuple(_line(draw, dishes) for _ in range(lines))
        promised = None
        if hours or (number % 2 and fulfilment != Fulfilment.DINE_IN):
            promised = self._now + dt.timedelta(hours=hours, minutes=draw.choice((38, 45, 52)) - ago)
        total = sum(draw.choice(_PRICES) * item.quantity for item in items)
        to_collect = total if draw.random() < 0.5 else 0
        customer = {"name": draw.choice(menu.GUESTS), "phone": f"+961 3 555 {number:03}"}
        address = {
            "lines": [f"{draw.choice(_STREETS)} {number}", f"Floor {draw.randint(1, 9)}"],
            "area": draw.choice(_AREAS),
        }
        new = NewOrder(
            restaurant,
            fulfilment,
            items,
            reference=f"A{4100 + number}" if number % 5 == 0 else None,
            customer=customer | ({"address": address} if fulfilment == Fulfilment.DELIVERY else {}),
            promised_at=promised,
            metadata=SIMULATED,
            table=str(draw.randint(1, 24)) if fulfilment == Fulfilment.DINE_IN else None,
            channel=draw.choice(_CHANNELS) if fulfilment == Fulfilment.DELIVERY else None,
            amounts={"currency": "USD", "total": total, "to_collect": to_collect},
        )

        def step() -> None:
            self._ids[number] = intake.place(new, by=self._guest)[0]

        return step

    def _moves(self, number: int, seen: OrderStatus, to: OrderStatus) -> Step:
        role = Role.KITCHEN if _WAY.index(to) <= _WAY.index(OrderStatus.READY) else Role.DISPATCH
        return lambda: _nothing(
            transitions.advance(
                self._ids[number],
                to,
                by=self._hands[role],
                expected_status=seen,
                metadata=SIMULATED,
                despite_open_lines=True,
            )
        )

    def _does(self, number: int, action: OrderAction, role: Role, **how: Any) -> Step:
        by = self._hands[role]
        return lambda: _nothing(actions.act(self._ids[number], action, by=by, metadata=SIMULATED, **how))

    def _cancels(self, number: int) -> Step:
        by = self._hands[Role.KITCHEN]
        reason = menu.CANCELLED_BECAUSE[0]
        return lambda: _nothing(
            transitions.advance(
                self._ids[number], OrderStatus.CANCELLED, by=by, reason=reason, metadata=SIMULATED
            )
        )

    def _changes(self, number: int) -> Step:
        def step() -> None:
            order = records.find(self._guest.tenant_id, self._ids[number])
            assert order is not None
            wanted: list[Change] = [AddLine(NewItem("Cardamom coffee", 2))]
            wanted.append(SetFields({"note": "Birthday: a candle, please"}))
            if len(order.lines) > 1:
                wanted.append(VoidLine(order.lines[-1].position))
            now = order.revision
            changes.change(order.id, wanted, by=self._guest, expected_revision=now, despite_actions=True)

        return step


def _nothing(_: object) -> None:
    """What a step came to is not asked."""


def _line(draw: random.Random, dishes: tuple[menu.Dish, ...]) -> NewItem:
    dish = draw.choice(dishes)
    modifiers = (draw.choice(dish.modifiers),) if dish.modifiers and draw.random() < 0.25 else ()
    notes = draw.choice(dish.notes) if dish.notes and draw.random() < 0.12 else None
    return NewItem(dish.name, draw.choice((1, 1, 1, 2, 3)), notes, modifiers)


def main() -> None:
    settings = Settings.from_environment()
    with (
        people.working(settings, people.SLUG) as tenant,
        psycopg.connect(_plain(settings), autocommit=True) as sql,
    ):
        query = "SELECT seq FROM tenant_streams WHERE tenant_id = %s"

        def head() -> int:
            row = sql.execute(query, [tenant.id]).fetchone()
            assert row is not None
            return int(row[0])

        dinner = Dinner(tenant.id)
        began = head()
        moments: list[tuple[int, float]] = []
        for doing in dinner.doings():
            doing.step()
            now = head()
            moments += [(seq, doing.ago) for seq in range(began + 1, now + 1)]
            began = now
        ends = dt.datetime.now(dt.UTC)
        sql.execute(_MOVED)
        with sql.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO moved VALUES (%s, %s)",
                [(seq, ends - dt.timedelta(minutes=ago)) for seq, ago in moments],
            )
        with sql.transaction():
            sql.execute("SET LOCAL session_replication_role = replica")
            for statement in _SET:
                sql.execute(statement, {"tenant": tenant.id})
    sys.stdout.write(f"{len(moments)} entries of a dinner.\n")


def _plain(settings: Settings) -> str:
    return settings.operator_url.set(drivername="postgresql").render_as_string(hide_password=False)


if __name__ == "__main__":
    main()
