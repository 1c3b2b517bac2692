"""The menu on the live path: whoever shows dishes is told that they changed, and reads them anew."""

from __future__ import annotations

import uuid

from ordertrack.boards.columns import BOARDS
from ordertrack.i18n.topic_keys import parse_key
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub
from ordertrack.live.topics import Channel, Message, Topic
from ordertrack.orders.log.entries import Change
from ordertrack.tenants.principal import Principal

CHANGED = Message("", "menu")


class MenuChannel(Channel):
    """A topic for each restaurant; orders send nothing."""

    name = "menu"
    replays = False

    def topic(self, tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Topic:
        return Topic(tenant_id, self.name, str(restaurant_id))

    def admits(self, watcher: Principal, topic: Topic) -> bool:
        return watcher.is_staff and watcher.may_see(uuid.UUID(topic.key))

    def keys(self, change: Change) -> tuple[str, ...]:
        return ()

    def render(self, change: Change, key: str) -> Message:
        return CHANGED

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        return CHANGED


CHANNEL = MenuChannel()


def tell(hub: Hub, tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None = None) -> None:
    """Have all who show dishes, or those of one restaurant, know that something of them is another.

    Boards are told on the stream that they have: one that shows no dishes passes it over.
    """
    for channel in (CHANNEL.name, *BOARDS):
        topics = {watcher.topic for watcher in hub.watchers(tenant_id, channel)}
        for topic in topics:
            if restaurant_id is None or parse_key(topic.key)[0] == restaurant_id:
                hub.tell(tenant_id, channel, topic.key, CHANGED)
