"""Random histories of a house: everything that a log may tell, while its settings change again and again."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from ordertrack.orders.imported import NO_REASON
from ordertrack.restaurants import cache, save
from ordertrack.restaurants.calendar import EVERY_WEEKDAY, Rules, Shift
from ordertrack.restaurants.targets import Target
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, RuleSet, allowed
from support.cast import House

# Nights in which clocks are set, ahead and back; and a day that Samoa left out.
_NIGHTS = (
    dt.datetime(2026, 10, 24, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 27, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 31, tzinfo=dt.UTC),
    dt.datetime(2011, 12, 28, tzinfo=dt.UTC),
)
_ZONES = (
    "Asia/Beirut",
    "Europe/Paris",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Australia/Lord_Howe",
)
_DAY_STARTS = (dt.time(0), dt.time(2, 30), dt.time(4), dt.time(6))
_SHIFTS = (
    (),
    (
        Shift("Lunch", EVERY_WEEKDAY, dt.time(11), dt.time(16)),
        Shift("Dinner", EVERY_WEEKDAY, dt.time(16), dt.time(1)),
    ),
    (
        Shift("Night", frozenset({4, 5}), dt.time(22), dt.time(6)),
        Shift("Day", EVERY_WEEKDAY, dt.time(6), dt.time(22)),
    ),
    (Shift("All day", EVERY_WEEKDAY, dt.time(4), dt.time(4)),),
)
_HANDS = ("staff:nour", "staff:nour", "staff:karim", "key:till", "channel:shop", "program:replay")
_PAUSES = (0, 1, 2, 4, 40, 90, 300, 300, 900, 2400, 20_000, 140_000)
_REASONS = (None, NO_REASON, "too late", "no rider", "sold out", "closed", "asked twice", "nobody home")
LONGEST = 14


@dataclass
class Played:
    """An order with its entries in the log; the first `early` of these were made while it was for later."""

    id: uuid.UUID
    number: int
    restaurant: str
    fulfilment: Fulfilment
    hand: str
    sender: str | None
    early: int
    entries: list[dict[str, Any]] = field(default_factory=list)


class History:
    """One of a seed, written in pieces: `write` the next, `change` a setting in between."""

    def __init__(
        self,
        operator: psycopg.Connection[Any],
        house: House,
        seed: int,
        orders: int = 0,
        played: Sequence[Played] = (),
    ) -> None:
        self._operator, self._house = operator, house
        self._chance = random.Random(seed)
        self._first = self._chance.choice(_NIGHTS)
        self._restaurants = {each.slug: each.id for each in cache.of_tenant(house.tenant_id)}
        made = [*played, *(self._order(number) for number in range(orders))]
        self._entries = self._together(made)
        self._seq, self._newest = 0, self._first

    def __len__(self) -> int:
        return len(self._entries) - self._seq

    def write(self, entries: int) -> None:
        """The next entries of the log, with triggers off, for times may run backwards."""
        with self._operator.transaction():
            self._operator.execute("SET LOCAL session_replication_role = replica")
            for entry in self._entries[self._seq : self._seq + entries]:
                self._seq, self._newest = self._seq + 1, max(self._newest, entry["at"])
                self._write(entry)
            self._operator.execute(
                "UPDATE tenant_streams SET seq = %s WHERE tenant_id = %s", [self._seq, self._house.tenant_id]
            )

    def change(self) -> None:
        """Some setting of some restaurant, saved at the log's newest moment; what cannot be saved is not."""
        with suppress(UnusableSettings):
            self._change()

    def _change(self) -> None:
        chance, by = self._chance, self._house.maya.principal
        restaurant = self._restaurants[chance.choice(self._house.restaurants)]
        now = self._newest
        if chance.random() < 0.5:
            rules = Rules(
                now.date(),
                chance.choice(_ZONES),
                chance.choice(_DAY_STARTS),
                chance.choice(_SHIFTS),
                chance.choice((1800, 14_400, 80_000)),
                chance.choice((0, 60, 300)),
            )
            save.save_rules(restaurant, rules, by=by, now=now)
            return
        stage, fulfilment = chance.choice(list(Stage)), chance.choice((None, *Fulfilment))
        day = now.date() + dt.timedelta(chance.randint(1, 3))
        seconds = chance.choice((None, 60, 300, 900, 2400))
        if seconds is None and not self._has_target(restaurant, stage, fulfilment, day):
            seconds = 600
        save.save_target(restaurant, Target(stage, fulfilment, day, seconds), by=by, now=now)

    def _has_target(
        self, restaurant: uuid.UUID, stage: Stage, fulfilment: Fulfilment | None, day: dt.date
    ) -> bool:
        (settings,) = cache.read(self._house.tenant_id, restaurant)
        return settings.targets.own_at(stage, fulfilment, day) is not None

    def _order(self, number: int) -> Played:
        chance = self._chance
        order = Played(
            uuid.UUID(int=chance.getrandbits(128), version=4),
            number + 1,
            chance.choice(self._house.restaurants),
            chance.choice(list(Fulfilment)),
            chance.choice(_HANDS),
            "program:test-order" if chance.random() < 0.05 else None,
            chance.choice((0, 0, 0, 1, 2, 3)),
        )
        at = self._first + dt.timedelta(
            seconds=chance.choice((chance.randint(0, 400_000), chance.randint(0, 9)))
        )
        status, before = OrderStatus.PENDING, None
        while len(order.entries) < LONGEST:
            is_early = len(order.entries) < order.early
            order.entries.append(
                {"order": order, "was": before, "status": status, "at": at, "is_early": is_early}
            )
            for act in ("change", "fire", "rush"):
                if chance.random() < (0.7 if act == "fire" and is_early else 0.05):
                    at += dt.timedelta(seconds=chance.choice((0, 30, 3000)))
                    order.entries.append({"order": order, "act": act, "status": status, "at": at})
            following = allowed(status, order.fulfilment, None, RuleSet.EXTENDED)
            if not following or chance.random() < 0.06:
                break
            before, status = status, chance.choice((*[following[0]] * 3, *following))
            at += dt.timedelta(seconds=chance.choice(_PAUSES) + chance.choice((0, 0.25)))
        return order

    def _together(self, orders: list[Played]) -> list[dict[str, Any]]:
        """Mostly by their times, as a log that lives; some whole orders at the end."""
        late = [order for order in orders if self._chance.random() < 0.2]
        live = [entry for order in orders if order not in late for entry in order.entries]
        live.sort(key=lambda entry: entry["at"])
        return live + [entry for order in late for entry in order.entries]

    def _write(self, entry: dict[str, Any]) -> None:
        order: Played = entry["order"]
        place = self._restaurants[order.restaurant]
        of_it = [self._house.tenant_id, self._seq, order.id, place]
        if "act" in entry:
            changes = {"revision": 2, "added": [], "voided": [], "fields": ["note"]}
            self._operator.execute(
                "INSERT INTO order_actions (tenant_id, seq, order_id, restaurant_id, act, status, changed_by,"
                " actor, occurred_at, changes) VALUES (%s, %s, %s, %s, %s, %s, 'Somebody', %s, %s, %s)",
                [
                    *of_it,
                    entry["act"],
                    entry["status"],
                    order.hand,
                    entry["at"],
                    Jsonb(changes) if entry["act"] == "change" else None,
                ],
            )
            return
        if entry["was"] is None:
            self._operator.execute(
                "INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,"
                " status_since, fulfilment, placed_at, idempotency_sender)"
                " VALUES (%s, %s, %s, %s, %s, 'pending', 1, %s, %s, %s, %s)",
                [
                    self._house.tenant_id,
                    order.id,
                    place,
                    entry["at"].date(),
                    order.number,
                    entry["at"],
                    order.fulfilment,
                    entry["at"],
                    order.sender,
                ],
            )
        self._operator.execute(
            "INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status,"
            " to_status, changed_by, actor, occurred_at, metadata, kitchen_load, is_early, rule_set)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, 'Somebody', %s, %s, %s, 2, %s, 'extended')",
            [
                *of_it,
                1 + next(place for place, each in enumerate(order.entries) if each is entry),
                entry["was"],
                entry["status"],
                order.hand,
                entry["at"],
                Jsonb(self._metadata(order, entry)),
                entry["is_early"],
            ],
        )

    def _metadata(self, order: Played, entry: dict[str, Any]) -> dict[str, Any]:
        said: dict[str, Any] = {}
        if entry["status"] == OrderStatus.CANCELLED and order.number % len(_REASONS):
            said["reason"] = _REASONS[order.number % len(_REASONS)]
        if self._chance.random() < 0.3:
            said["time_unknown"] = True  # means nothing but from an importer
        if self._chance.random() < 0.3:
            said["walked"] = ["pending", self._chance.choice(("completed", entry["status"]))]
        return said
