"""Tracking pages on the live path: one topic an order."""

from __future__ import annotations

import uuid

from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Message, Topic
from ordertrack.orders import records
from ordertrack.orders.event_log import Change
from ordertrack.tenants.principal import Principal
from ordertrack.tracking import fragments


class TrackingChannel:
    """Tells a customer's page of every step of their order, and of no other."""

    name = "tracking"
    replays = False

    def topic(self, tenant_id: uuid.UUID, order_id: uuid.UUID) -> Topic:
        return Topic(tenant_id, self.name, str(order_id))

    def admits(self, watcher: Principal, topic: Topic) -> bool:
        return watcher.actor == f"customer:{topic.key}"

    def keys(self, change: Change) -> tuple[str, ...]:
        return (str(change.order.id),)

    def render(self, change: Change, key: str) -> Message:
        return Message(fragments.progress(change.order))

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        order = records.find(topic.tenant_id, uuid.UUID(topic.key))
        assert order is not None
        return Message(fragments.progress(order))
