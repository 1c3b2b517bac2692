"""The report on the live path: it is told that there are new figures, and then asks for its own."""

from __future__ import annotations

import uuid

from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Channel, Message, Topic
from ordertrack.orders.log.entries import Change
from ordertrack.tenants.principal import Principal


class SlaChannel(Channel):
    """One topic a tenant. No event is news to it: figures are, which come from the roll-up of the log."""

    name = "sla"
    replays = False

    def topic(self, tenant_id: uuid.UUID) -> Topic:
        return Topic(tenant_id, self.name, "")

    def admits(self, watcher: Principal, topic: Topic) -> bool:
        return watcher.is_manager

    def keys(self, change: Change) -> tuple[str, ...]:
        return ()

    def render(self, change: Change, key: str) -> Message:
        return Message("", self.name)

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        # Everybody looks at another choice of figures, in another language, so the message has no figures and
        # no words: the page asks for its own.
        return Message("", self.name)


CHANNEL = SlaChannel()
CHANNELS: list[Channel] = [CHANNEL]
