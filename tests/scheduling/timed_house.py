"""A house, its orders for later, and the clock turned by hand to a moment."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import SetFields
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import ActionRecord, EventRecord
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.restaurants import operations
from ordertrack.restaurants.save import save_operations
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.scheduling import due
from ordertrack.tenants.restaurants import find_restaurant
from support.cast import House

NEEDED = dt.timedelta(minutes=45)  # a delivery: 20 minutes in the kitchen, 20 on the road, 5 of margin


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def ahead(**times: float) -> dt.datetime:
    return now() + dt.timedelta(**times)


class TimedHouse:
    def __init__(self, app: Flask, house: House) -> None:
        self.app = app
        self.house = house
        self.tenant_id = house.tenant_id
        self.placed: list[uuid.UUID] = []

    def place(self, promised_at: dt.datetime | None = None, **order: Any) -> uuid.UUID:
        new = NewOrder("hamra", order.pop("fulfilment", Fulfilment.DELIVERY), (NewItem("Tea", 1),), **order)
        with tenant_context(self.app, self.tenant_id):
            order_id = intake.place(replace(new, promised_at=promised_at), by=self.house.program)[0]
        self.placed.append(order_id)
        return order_id

    def read(self, order_id: uuid.UUID) -> OrderRecord:
        with tenant_context(self.app, self.tenant_id):
            order = records.find(self.tenant_id, order_id)
        assert order is not None
        return order

    def move(self, order_id: uuid.UUID, *steps: OrderStatus) -> OrderRecord:
        for step in steps:
            with tenant_context(self.app, self.tenant_id):
                transitions.advance(order_id, step, by=self.house.program, reason="No gas")
        return self.read(order_id)

    def act(self, order_id: uuid.UUID, act: OrderAction, **more: Any) -> OrderRecord:
        with tenant_context(self.app, self.tenant_id):
            return actions.act(order_id, act, by=more.pop("by", self.house.program), **more).order

    def promise(self, order_id: uuid.UUID, promised_at: dt.datetime | None) -> OrderRecord:
        seen, wanted = self.read(order_id).revision, [SetFields({"promised_at": promised_at})]
        with tenant_context(self.app, self.tenant_id):
            return changes.change(order_id, wanted, by=self.house.program, expected_revision=seen).order

    def turn(self, to: dt.datetime) -> int:
        """The clock does what is due at this moment; how many orders that was."""
        with tenant_context(self.app, self.tenant_id):
            return due.settle(self.tenant_id, to)

    def waiting(self) -> set[uuid.UUID]:
        """The orders of Hamra that are for later."""
        with tenant_context(self.app, self.tenant_id):
            restaurant = find_restaurant(self.tenant_id, "hamra")
            assert restaurant is not None
            return {order.id for order in records.later(self.tenant_id, restaurant.id, 1000)[0]}

    def next_at(self) -> dt.datetime | None:
        with tenant_context(self.app, self.tenant_id):
            return due.next_of([self.tenant_id]).get(self.tenant_id)

    def settle_on(self, **handling: Any) -> None:
        """Save other settings of how Hamra handles its orders."""
        with tenant_context(self.app, self.tenant_id):
            restaurant = find_restaurant(self.tenant_id, "hamra")
            assert restaurant is not None
            held = operations.of_restaurant(self.tenant_id, restaurant.id)
            wanted = replace(held, orders=replace(held.orders, **handling))
            save_operations(wanted, by=self.house.maya.principal)

    def log(self, order_id: uuid.UUID) -> list[str]:
        """What happened to an order, in words of one kind."""
        with tenant_context(self.app, self.tenant_id):
            entries = event_log.entries_after(self.tenant_id, 0, 1000, order_id=order_id)
        return [_word(entry) for entry in entries]


def _word(entry: EventRecord | ActionRecord) -> str:
    what = entry.to_status if isinstance(entry, EventRecord) else entry.act
    return f"{what} by {entry.changed_by}"
