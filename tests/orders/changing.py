"""A house whose orders a test changes, and what it changes them by."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.orders.changing import changes
from ordertrack.orders.log import event_log
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House

TEA, CAKE, SOUP = NewItem("Tea", 1), NewItem("Cake", 2, "no nuts"), NewItem("Soup", 3)
GUEST = {"name": "Rana", "phone": "+961 1 234 567", "address": {"area": "Hamra", "lines": ["Bliss St"]}}


class Changing:
    """One house's orders, and what is done to them by whom."""

    def __init__(self, app: Flask, house: House) -> None:
        self.app = app
        self.house = house

    def place(self, *items: NewItem, **order: Any) -> uuid.UUID:
        new = NewOrder("hamra", Fulfilment.DELIVERY, items or (TEA, CAKE), **order)
        with tenant_context(self.app, self.house.tenant_id):
            return intake.place(new, by=self.house.program)[0]

    def move(self, order_id: uuid.UUID, *steps: OrderStatus) -> None:
        for step in steps:
            with tenant_context(self.app, self.house.tenant_id):
                transitions.advance(order_id, step, by=self.house.program, reason="No gas")

    def read(self, order_id: uuid.UUID) -> records.OrderRecord:
        with tenant_context(self.app, self.house.tenant_id):
            order = records.find(self.house.tenant_id, order_id)
            assert order is not None
            return order

    def change(self, order_id: uuid.UUID, *wanted: changes.Change, **more: Any) -> changes.Changed:
        more.setdefault("by", self.house.program)
        if "expected_revision" not in more:
            more["expected_revision"] = self.read(order_id).revision
        with tenant_context(self.app, self.house.tenant_id):
            return changes.change(order_id, wanted, **more)

    def act(self, order_id: uuid.UUID, act: OrderAction, **more: Any) -> actions.Acted:
        with tenant_context(self.app, self.house.tenant_id):
            return actions.act(order_id, act, by=more.pop("by", self.house.program), **more)

    def log(self) -> list[Any]:
        with tenant_context(self.app, self.house.tenant_id):
            return event_log.entries_after(self.house.tenant_id, 0, 1000)
