"""Orders that tests of taking in place: one tea, and what the log says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import EventRecord
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment

TEA = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Tea", 1),))
Crowd = Callable[[list[Callable[[], Any]]], list[Any]]


def events(app: Flask, house: Any) -> list[EventRecord]:
    with tenant_context(app, house.tenant_id):
        return event_log.events_after(house.tenant_id, 0, 1000)
