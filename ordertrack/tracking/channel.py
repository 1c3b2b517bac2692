"""Tracking pages on the live path: one topic an order and language."""

from __future__ import annotations

import uuid

from ordertrack.i18n.topic_keys import key_of, keys_of, parse_key
from ordertrack.i18n.translate import speaking
from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Channel, Message, Topic
from ordertrack.orders.log.entries import Change, EventRecord
from ordertrack.orders.reading import records
from ordertrack.rules.order_actions import OrderAction
from ordertrack.tenants.principal import Principal
from ordertrack.tracking import progress as fragments
from ordertrack.tracking.positions import Positions

_TOLD = {OrderAction.CHANGE, OrderAction.DELAY, OrderAction.FIRE}


class TrackingChannel(Channel):
    """Tells a customer's page of every step of their order, and of no other."""

    name = "tracking"
    replays = False

    def __init__(self, positions: Positions) -> None:
        self._positions = positions

    @classmethod
    def topic(cls, tenant_id: uuid.UUID, order_id: uuid.UUID, language: str) -> Topic:
        return Topic(tenant_id, cls.name, key_of(order_id, language))

    def admits(self, watcher: Principal, topic: Topic) -> bool:
        order_id, _ = parse_key(topic.key)
        return watcher.actor == f"customer:{order_id}"

    def keys(self, change: Change) -> tuple[str, ...]:
        # What the kitchen does besides moving an order is not the guest's business; its promise is.
        is_told = isinstance(change.event, EventRecord) or change.event.act in _TOLD
        return keys_of(change.order.id) if is_told else ()

    def render(self, change: Change, key: str) -> Message:
        _, language = parse_key(key)
        with speaking(language):
            return Message(fragments.progress(change.order))

    def position(self, key: str, cursor: Cursor) -> str:
        order_id, _ = parse_key(key)
        return self._positions.tell(order_id, cursor)

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        order_id, language = parse_key(topic.key)
        order = records.find(topic.tenant_id, order_id)
        assert order is not None
        with speaking(language):
            return Message(fragments.progress(order))
